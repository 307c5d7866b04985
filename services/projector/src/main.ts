import process from 'node:process';
import { createRegistry } from '@ftm/event-log/registry';
import { createOrchestratorClient } from '@ftm/orchestrator/client';
import { createPool } from '@ftm/postgres/pool';
import { runProjection, type ProjectionEvent } from '@ftm/projection/projection';
import { readConfig } from '@ftm/runtime/config';
import { healthRouter, serveHealth } from '@ftm/runtime/health';
import { createLogger } from '@ftm/runtime/logger';
import { counter, gauge, histogram } from '@ftm/runtime/metrics';
import { createShutdown } from '@ftm/runtime/shutdown';
import { startTelemetry, withSpan } from '@ftm/runtime/telemetry';
import { startAuditForwarder } from './audit-forwarder.ts';
import { Config } from './config.ts';
import { keepInJournal } from './journal.ts';
import { applyToReadModels } from './read-models.ts';

const READ_MODELS = 'rm_v1';
const MAX_STALL_MS = 30_000;

const config = readConfig(Config, process.env);
const instance = config.FTM_INSTANCE_ID ?? `projector-${process.pid}`;
const logger = createLogger({ service: 'projector', instance, level: config.FTM_LOG_LEVEL });
const shutdown = createShutdown(logger);
const telemetry = startTelemetry('ftm-projector', instance);
shutdown.add('telemetry', telemetry.stop);

const projected = counter('ftm_projected_events_total', 'Events projected');
const batchSeconds = histogram('ftm_projection_batch_seconds', 'Time to handle a batch');
const voidRecords = counter('ftm_void_records_total', 'Records that do not extend the chain');
const parked = counter('ftm_parked_records_total', 'Records set aside');
const lag = gauge('ftm_projection_lag_offsets', 'Offsets behind the end of a partition', ['partition']);

const pool = createPool({
  url: config.FTM_DATABASE_URL,
  applicationName: instance,
  max: 16,
  onIdleError: (error) => logger.warn('a database connection broke', { error }),
});
shutdown.add('postgres', () => pool.end());

const consumer = runProjection({
  kafka: {
    brokers: config.FTM_KAFKA_BROKERS,
    clientId: instance,
    onClientLog: (level, message) => logger[level](message),
  },
  ...(config.FTM_EVENTS_TOPIC === undefined ? {} : { topic: config.FTM_EVENTS_TOPIC }),
  registry: createRegistry(config.FTM_REGISTRY_URL),
  pool,
  consumer: 'journal',
  sessionTimeoutMs: config.FTM_SESSION_TIMEOUT_MS,
  keep: keepInJournal,
  apply: async (client, events) => {
    await applyToReadModels(client, READ_MODELS, events);
    // A span for each event on the trace of the request that caused it: the batch belongs to many traces, an event to one.
    for (const { envelope } of events)
      if (envelope.traceparent !== null)
        await withSpan(
          `project ${envelope.type}`,
          {
            kind: 'consumer',
            parent: envelope.traceparent,
            attributes: { 'ftm.stream': envelope.stream, 'ftm.seq': envelope.seq },
          },
          async () => undefined,
        );
    projected.inc(events.length);
  },
  onEvent: tell,
});
shutdown.add('consumer', consumer.stop);

if (config.FTM_AUDIT_FORWARDER === 'on') {
  const orchestrator = createOrchestratorClient({
    baseUrl: config.FTM_ORCHESTRATOR_URL,
    serviceKey: config.FTM_ORCHESTRATOR_SERVICE_KEY,
  });
  shutdown.add('audit forwarder', startAuditForwarder({ pool, orchestrator, logger }).stop);
}

const health = await serveHealth(
  healthRouter({
    postgres: () => pool.query('select 1'),
    kafka: async () => {
      if (!consumer.joined()) throw new Error('not a member of the consumer group');
      for (const [partition, each] of consumer.lag()) {
        lag.set({ partition: String(partition) }, Number(each.lag));
        if (each.stalledMs > MAX_STALL_MS)
          throw new Error(`partition ${partition} has not moved for ${Math.round(each.stalledMs / 1000)} s`);
      }
    },
  }),
  config.FTM_HOST,
  config.FTM_HEALTH_PORT,
);
shutdown.add('health', health.close);
logger.info('projecting');

function tell(event: ProjectionEvent): void {
  switch (event.kind) {
    case 'handled':
      batchSeconds.observe(event.ms / 1000);
      return;
    case 'void_record':
      voidRecords.inc();
      logger.error('a record does not extend the chain', {
        partition: event.partition,
        offset: event.offset,
        reason: event.reason,
      });
      return;
    case 'parked':
      parked.inc();
      logger.error('an event was parked', {
        partition: event.partition,
        offset: event.offset,
        stream: event.stream,
        reason: event.reason,
      });
      return;
    case 'problem':
      logger.warn('projection waits', { partition: event.partition, error: event.error });
      return;
    case 'claimed':
    case 'lost':
    case 'released':
      logger.info(event.kind, { partition: event.partition });
      return;
  }
}
