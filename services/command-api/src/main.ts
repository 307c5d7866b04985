import process from 'node:process';
import { createKafkaEventLog } from '@ftm/event-log/kafka-event-log';
import { kafkaSecurity } from '@ftm/event-log/kafka-security';
import { createRegistry } from '@ftm/event-log/registry';
import type { Journal } from '@ftm/event-log/journal';
import { createEncryptedStore } from '@ftm/object-store/encrypted-store';
import { refusingErasedTenants } from '@ftm/object-store/erase-tenant';
import { createLocalKeyProvider } from '@ftm/object-store/local-key-provider';
import { createStorage } from '@ftm/object-store/storage';
import { isKeyErased } from '@ftm/postgres/erased-keys';
import { createOrchestratorClient } from '@ftm/orchestrator/client';
import { createJournalReader, journalPosition } from '@ftm/postgres/journal';
import { createPool } from '@ftm/postgres/pool';
import { readConfig } from '@ftm/runtime/config';
import { healthRouter, listen } from '@ftm/runtime/health';
import { createCalmLogger } from '@ftm/runtime/calm-logger';
import { createLogger } from '@ftm/runtime/logger';
import { createShutdown } from '@ftm/runtime/shutdown';
import { startTelemetry, tracedFetch } from '@ftm/runtime/telemetry';
import { createProofs } from './audit/proofs.ts';
import { createAuthenticator } from './auth.ts';
import { createPeers } from '@ftm/commands/client';
import { createCommander } from '@ftm/commands/commander';
import { credentialOf } from '@ftm/commands/credentials';
import { Config } from './config.ts';
import { documentRouter } from './documents.ts';
import { createApp } from './http/app.ts';
import { createInternalApp } from './internal.ts';
import { observeLog } from './log-metrics.ts';
import { createHints } from './provider-webhooks/hints.ts';
import { providerWebhookRouter } from './provider-webhooks/router.ts';
import { createCostReads } from './costs/cost-reads.ts';
import { createQuotas } from './quotas.ts';
import { createReads } from './reads.ts';
import { createReadWaits } from './read-waits.ts';
import { allRoutes } from './routes.ts';

const config = readConfig(Config, process.env);
const instance = config.FTM_INSTANCE_ID ?? `command-api-${process.pid}`;
const logger = createLogger({ service: 'command-api', instance, level: config.FTM_LOG_LEVEL });
const calm = createCalmLogger(logger);
const shutdown = createShutdown(logger);
const telemetry = await startTelemetry('ftm-command-api', instance);
shutdown.add('telemetry', telemetry.stop);

/** An upload is sanitised while it comes in, as fast as TRiSM does that. */
const UPLOAD_TIMEOUT_MS = 3_600_000;

const onIdleError = (error: Error): void => logger.warn('a database connection broke', { error });
const pool = createPool({ url: config.FTM_DATABASE_URL, applicationName: instance, max: 16, onIdleError });
const writerPool = createPool({
  url: config.FTM_WRITER_DATABASE_URL,
  applicationName: `${instance}-writer`,
  max: 8,
  onIdleError,
});
shutdown.add('postgres', () => Promise.all([pool.end(), writerPool.end()]));

const registry = createRegistry(config.FTM_REGISTRY_URL);
const orchestrator = createOrchestratorClient({
  baseUrl: config.FTM_ORCHESTRATOR_URL,
  serviceKey: config.FTM_ORCHESTRATOR_SERVICE_KEY,
  fetch: tracedFetch('orchestrator'),
});
const store = createStorage({
  endpoint: config.FTM_S3_ENDPOINT,
  region: config.FTM_S3_REGION,
  bucket: config.FTM_S3_BUCKET,
  keyBucket: config.FTM_S3_KEY_BUCKET,
  accessKeyId: config.FTM_S3_ACCESS_KEY_ID,
  secretAccessKey: config.FTM_S3_SECRET_ACCESS_KEY,
});
const objects = createEncryptedStore(
  refusingErasedTenants(store),
  await createLocalKeyProvider(config.FTM_KEY_FILE),
  { has: (tenant, key) => isKeyErased(pool, tenant, key) },
);

const address =
  config.FTM_INTERNAL_ADDRESS ??
  `http://${config.FTM_HOST === '0.0.0.0' ? '127.0.0.1' : config.FTM_HOST}:${config.FTM_INTERNAL_PORT}`;
const log = createKafkaEventLog({
  brokers: config.FTM_KAFKA_BROKERS,
  ...kafkaSecurity(config),
  clientId: instance,
  groupId: 'ftm-command-api',
  address,
  registry,
  // The journal's rows are records of the log as they stand; their tenant ids were checked when they were written.
  journal: createJournalReader(writerPool) as unknown as Journal,
  sessionTimeoutMs: config.FTM_SESSION_TIMEOUT_MS,
  ...(config.FTM_EVENTS_TOPIC === undefined ? {} : { topic: config.FTM_EVENTS_TOPIC }),
  onClientLog: (level, message) => calm[level](message),
  onEvent: (event) => observeLog(event, event.kind === 'problem' ? calm : logger),
});
shutdown.add('event log', () => log.close());

const commander = createCommander(
  log,
  createPeers({ credential: credentialOf(config.FTM_INTERNAL_CREDENTIALS, 'command-api') }),
);
const reads = createReads(pool, registry);
const costs = createCostReads(pool);
const readWaits = createReadWaits(commander, (partition) => journalPosition(pool, partition));
const routes = allRoutes({
  commander,
  reads,
  readWaits,
  costs,
  quotas: createQuotas(pool, {
    dataset: config.FTM_TENANT_OPEN_DATASETS,
    'fine-tune': config.FTM_TENANT_OPEN_JOBS,
  }),
  orchestrator,
  objects,
  proofs: createProofs(pool),
  limits: {
    uploadBytes: config.FTM_UPLOAD_MAX_BYTES,
    datasetRows: config.FTM_DATASET_MAX_ROWS,
    minDaysToShutdown: config.FTM_PROMOTION_MIN_DAYS_TO_SHUTDOWN,
  },
});
const health = healthRouter({
  postgres: () => pool.query('select 1'),
  kafka: async () => {
    const { joined } = log.status();
    if (!joined) throw new Error('not a member of the writers’ group');
  },
  'object store': () => store.ping(),
});

const internal = await listen(
  createInternalApp({ commander, credentials: config.FTM_INTERNAL_CREDENTIALS, address, logger }),
  config.FTM_HOST,
  config.FTM_INTERNAL_PORT,
);
shutdown.add('internal server', internal.close);
const server = await listen(
  createApp({
    routes,
    authenticator: createAuthenticator(orchestrator),
    logger,
    checkAnswers: config.FTM_CHECK_ANSWERS,
    open: [
      health,
      documentRouter(routes),
      ...(config.FTM_OPENAI_WEBHOOK_SECRETS === undefined
        ? []
        : [providerWebhookRouter(config.FTM_OPENAI_WEBHOOK_SECRETS, createHints(pool), logger)]),
    ],
    reads: readWaits,
  }),
  config.FTM_HOST,
  config.FTM_PORT,
  UPLOAD_TIMEOUT_MS,
);
shutdown.add('server', server.close);
logger.info('serving', { port: server.port, internalPort: internal.port });
