import process from 'node:process';
import { createRegistry } from '@ftm/event-log/registry';
import { createOrchestratorClient } from '@ftm/orchestrator/client';
import { createPool } from '@ftm/postgres/pool';
import { runProjection } from '@ftm/projection/projection';
import { readConfig } from '@ftm/runtime/config';
import { healthRouter, serveHealth } from '@ftm/runtime/health';
import { createLogger } from '@ftm/runtime/logger';
import { createShutdown } from '@ftm/runtime/shutdown';
import { startTelemetry, tracedFetch } from '@ftm/runtime/telemetry';
import { startAuditForwarder } from './audit-forwarder.ts';
import { Config } from './config.ts';
import { keepInJournal } from './journal.ts';
import { applyToReadModels } from './read-models.ts';
import { createObserver } from './observer.ts';
import { traceBatch } from './tracing.ts';

const READ_MODELS = 'rm_v1';

const config = readConfig(Config, process.env);
const instance = config.FTM_INSTANCE_ID ?? `projector-${process.pid}`;
const logger = createLogger({ service: 'projector', instance, level: config.FTM_LOG_LEVEL });
const shutdown = createShutdown(logger);
const telemetry = startTelemetry('ftm-projector', instance);
shutdown.add('telemetry', telemetry.stop);

const pool = createPool({
  url: config.FTM_DATABASE_URL,
  applicationName: instance,
  max: 24,
  onIdleError: (error) => logger.warn('a database connection broke', { error }),
});
shutdown.add('postgres', () => pool.end());

const observer = createObserver(logger);
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
  apply: (client, events) => applyToReadModels(client, READ_MODELS, events),
  around: traceBatch,
  onEvent: observer.tell,
});
shutdown.add('consumer', consumer.stop);

if (config.FTM_AUDIT_FORWARDER === 'on') {
  const orchestrator = createOrchestratorClient({
    baseUrl: config.FTM_ORCHESTRATOR_URL,
    serviceKey: config.FTM_ORCHESTRATOR_SERVICE_KEY,
    fetch: tracedFetch('orchestrator'),
  });
  shutdown.add('audit forwarder', startAuditForwarder({ pool, orchestrator, logger }).stop);
}

shutdown.add('lag', observer.watchLag(consumer));

try {
  const health = await serveHealth(
    healthRouter({
      postgres: () => pool.query('select 1'),
      kafka: async () => observer.checkLag(consumer, config.FTM_MAX_LAG),
    }),
    config.FTM_HOST,
    config.FTM_HEALTH_PORT,
  );
  shutdown.add('health', health.close);
  logger.info('projecting', { port: health.port });
} catch (error) {
  logger.error('cannot listen for health checks', { port: config.FTM_HEALTH_PORT, error });
  await shutdown.run('cannot listen', 1);
}
