import process from 'node:process';
import { EVENTS_TOPIC } from '@ftm/contracts/topics';
import type { KafkaConnection } from '@ftm/event-log/kafka-clients';
import { kafkaSecurity } from '@ftm/event-log/kafka-security';
import { createRegistry } from '@ftm/event-log/registry';
import { createOrchestratorClient } from '@ftm/orchestrator/client';
import { isBuilding, liveSchema } from '@ftm/postgres/generations';
import { JOURNAL_CONSUMER } from '@ftm/postgres/journal';
import { createPool } from '@ftm/postgres/pool';
import { deadLetterRoutes } from '@ftm/projection/dead-letter-routes';
import { createDeadLetters, type DeadLetterOptions } from '@ftm/projection/dead-letters';
import { runProjection } from '@ftm/projection/projection';
import { readConfig } from '@ftm/runtime/config';
import { serveOperator } from '@ftm/runtime/health';
import { createCalmLogger } from '@ftm/runtime/calm-logger';
import { createLogger } from '@ftm/runtime/logger';
import { createShutdown } from '@ftm/runtime/shutdown';
import { startTelemetry, tracedFetch } from '@ftm/runtime/telemetry';
import { startAuditForwarder } from './audit-forwarder.ts';
import { startCheckpointer } from './checkpointer.ts';
import { openCheckpointTopic } from './checkpoint-topic.ts';
import { Config } from './config.ts';
import { generationRoutes } from './generation-routes.ts';
import { keepInJournal } from './journal.ts';
import { growTrees, startTreeRepair } from './merkle-nodes.ts';
import { readSigners } from './signing-keys.ts';
import { applyToReadModels } from './read-models.ts';
import { startRebuilder } from './rebuild.ts';
import { snapshotRoutes } from './snapshot-routes.ts';
import { createBell } from './bell.ts';
import { createObserver } from './observer.ts';
import { traceBatch } from './tracing.ts';

const config = readConfig(Config, process.env);
const instance = config.FTM_INSTANCE_ID ?? `projector-${process.pid}`;
const logger = createLogger({ service: 'projector', instance, level: config.FTM_LOG_LEVEL });
const calm = createCalmLogger(logger);
const shutdown = createShutdown(logger);
const telemetry = await startTelemetry('ftm-projector', instance);
shutdown.add('telemetry', telemetry.stop);

const pool = createPool({
  url: config.FTM_DATABASE_URL,
  applicationName: instance,
  max: 24,
  onIdleError: (error) => logger.warn('a database connection broke', { error }),
});
shutdown.add('postgres', () => pool.end());

const kafka: KafkaConnection = {
  brokers: config.FTM_KAFKA_BROKERS,
  ...kafkaSecurity(config),
  clientId: instance,
  onClientLog: (level, message) => calm[level](message),
};
const observer = createObserver(logger);
/** Rung with every batch: the audit copy and the checkpoints have work then. */
const bell = createBell();
const registry = createRegistry(config.FTM_REGISTRY_URL);
const projection: DeadLetterOptions = {
  consumer: JOURNAL_CONSUMER,
  apply: async (client, events) => applyToReadModels(client, await liveSchema(client), events),
  whyNot: async (client) =>
    (await isBuilding(client)) ? 'a rebuild has passed them by: replay them when it has ended' : null,
};
const consumer = runProjection({
  ...projection,
  kafka,
  ...(config.FTM_EVENTS_TOPIC === undefined ? {} : { topic: config.FTM_EVENTS_TOPIC }),
  registry,
  pool,
  sessionTimeoutMs: config.FTM_SESSION_TIMEOUT_MS,
  groupSuffix: config.FTM_CONSUMER_GROUP_SUFFIX,
  keep: keepInJournal,
  extended: growTrees,
  around: traceBatch,
  onEvent: (event) => {
    observer.tell(event);
    if (event.kind === 'handled') bell.ring();
  },
});
shutdown.add('consumer', consumer.stop);
shutdown.add('tree repair', startTreeRepair(pool, logger).stop);

const orchestrator = createOrchestratorClient({
  baseUrl: config.FTM_ORCHESTRATOR_URL,
  serviceKey: config.FTM_ORCHESTRATOR_SERVICE_KEY,
  fetch: tracedFetch('orchestrator'),
});
if (config.FTM_AUDIT_FORWARDER === 'on')
  shutdown.add('audit forwarder', startAuditForwarder({ pool, orchestrator, logger, bell }).stop);
if (config.FTM_AUDIT_KEY_FILE === undefined)
  logger.warn('no checkpoints are signed: FTM_AUDIT_KEY_FILE is not set');
else {
  const topic = openCheckpointTopic(
    kafka,
    `${config.FTM_EVENTS_TOPIC ?? EVENTS_TOPIC}.checkpoints${config.FTM_CONSUMER_GROUP_SUFFIX}`,
  );
  shutdown.add('checkpoint topic', topic.close);
  const checkpointer = startCheckpointer({
    pool,
    topic,
    orchestrator,
    logger,
    signers: await readSigners(config.FTM_AUDIT_KEY_FILE),
    origin: config.FTM_AUDIT_ORIGIN,
    everyEvents: config.FTM_CHECKPOINT_EVENTS,
    everyMs: config.FTM_CHECKPOINT_SECONDS * 1000,
    bell,
  });
  shutdown.add('checkpointer', checkpointer.stop);
}

shutdown.add(
  'rebuilder',
  startRebuilder({ pool, registry, logger, eventsPerStep: config.FTM_REBUILD_STEP_EVENTS }).stop,
);
shutdown.add('lag', observer.watchLag(consumer));

try {
  const health = await serveOperator(
    {
      checks: {
        postgres: () => pool.query('select 1'),
        kafka: async () => observer.checkLag(consumer, config.FTM_MAX_LAG),
      },
      token: config.FTM_OPERATOR_TOKEN,
      routes: [
        deadLetterRoutes(createDeadLetters(pool, registry, projection), logger),
        generationRoutes(pool, logger),
        snapshotRoutes(pool, logger),
      ],
    },
    config.FTM_HOST,
    config.FTM_HEALTH_PORT,
  );
  shutdown.add('health', health.close);
  logger.info('projecting', { port: health.port });
} catch (error) {
  logger.error('cannot listen for health checks', { port: config.FTM_HEALTH_PORT, error });
  await shutdown.run('cannot listen', 1);
}
