import { objectsOfTenant } from '@ftm/contracts/object-names';
import process from 'node:process';
import { createCommanderClient, createFirstOf } from '@ftm/commands/client';
import { credentialOf } from '@ftm/commands/credentials';
import { createCommandClient } from '@ftm/commands/steps';
import type { TenantId } from '@ftm/contracts/ids';
import { kafkaSecurity } from '@ftm/event-log/kafka-security';
import { createRegistry } from '@ftm/event-log/registry';
import { createEncryptedStore } from '@ftm/object-store/encrypted-store';
import { eraseTenant, refusingErasedTenants } from '@ftm/object-store/erase-tenant';
import { createLocalKeyProvider } from '@ftm/object-store/local-key-provider';
import { erasedAmong, isKeyErased } from '@ftm/postgres/erased-keys';
import { shredAgain } from '@ftm/object-store/shred-again';
import { createStorage } from '@ftm/object-store/storage';
import { createOrchestratorClient } from '@ftm/orchestrator/client';
import { createPool } from '@ftm/postgres/pool';
import { deadLetterRoutes } from '@ftm/projection/dead-letter-routes';
import { createDeadLetters } from '@ftm/projection/dead-letters';
import { runProjection, type ProjectionEvent } from '@ftm/projection/projection';
import { readConfig } from '@ftm/runtime/config';
import { serveOperator } from '@ftm/runtime/health';
import { createCalmLogger } from '@ftm/runtime/calm-logger';
import { createLogger } from '@ftm/runtime/logger';
import { createShutdown } from '@ftm/runtime/shutdown';
import { startTelemetry, tracedFetch } from '@ftm/runtime/telemetry';
import { Config } from './config.ts';
import { createPgVector } from './dataset/pgvector-index.ts';
import { sweepUploads } from './dataset/sweep.ts';
import { keyRoutes } from './key-routes.ts';
import { startEndOfLifeWatch } from './model/end-of-life.ts';
import { createProviders } from './provider/providers.ts';
import { createFileSecrets, createFixedSecrets } from './provider/secret-store.ts';
import { startHeartbeat } from './work/dead-workers.ts';
import { createProviderSlots } from './work/provider-slots.ts';
import { startHints } from './work/provider-hints.ts';
import { openWork } from './work/open-work.ts';
import { startSweeps } from './sweeps.ts';
import { createTaskList } from './work/task-list.ts';
import { startWatchdog } from './work/watchdog.ts';
import { startWorkers } from './work/workers.ts';
import { applyToQueue } from './work/work-projection.ts';

const config = readConfig(Config, process.env);
const instance = config.FTM_INSTANCE_ID ?? `runners-${process.pid}`;
const logger = createLogger({ service: 'runners', instance, level: config.FTM_LOG_LEVEL });
const calm = createCalmLogger(logger);
const shutdown = createShutdown(logger);
const telemetry = await startTelemetry('ftm-runners', instance);
shutdown.add('telemetry', telemetry.stop);

const pool = createPool({
  url: config.FTM_DATABASE_URL,
  applicationName: instance,
  max: config.FTM_CONCURRENCY + config.FTM_WAITING_CONCURRENCY + 16,
  onIdleError: (error) => logger.warn('a database connection broke', { error }),
});
shutdown.add('postgres', () => pool.end());

const store = createStorage({
  endpoint: config.FTM_S3_ENDPOINT,
  region: config.FTM_S3_REGION,
  bucket: config.FTM_S3_BUCKET,
  keyBucket: config.FTM_S3_KEY_BUCKET,
  accessKeyId: config.FTM_S3_ACCESS_KEY_ID,
  secretAccessKey: config.FTM_S3_SECRET_ACCESS_KEY,
});
/** New work wakes a worker up; only what was put off is found by looking. */
const POLL_MS = 750;
const credential = {
  baseUrl: config.FTM_OPENAI_BASE_URL,
  apiKey: config.FTM_OPENAI_API_KEY,
  flavour: config.FTM_OPENAI_FLAVOUR,
};
const secrets =
  config.FTM_PROVIDER_SECRETS_FILE === undefined
    ? createFixedSecrets(credential)
    : createFileSecrets(config.FTM_PROVIDER_SECRETS_FILE, credential);
/** Of one try on one instance: longer than an instance takes to answer, also for one that forwards. */
const COMMAND_TIMEOUT_MS = 15_000;
const keys = await createLocalKeyProvider(config.FTM_KEY_FILE);
const tools = {
  commands: createCommandClient(
    createFirstOf(
      config.FTM_API_INTERNAL_URLS.map((url) =>
        createCommanderClient(url, {
          credential: credentialOf(config.FTM_INTERNAL_CREDENTIALS, 'runners'),
          timeoutMs: COMMAND_TIMEOUT_MS,
        }),
      ),
    ),
    { caller: 'runners', now: Date.now },
  ),
  orchestrator: createOrchestratorClient({
    baseUrl: config.FTM_ORCHESTRATOR_URL,
    serviceKey: config.FTM_ORCHESTRATOR_SERVICE_KEY,
    fetch: tracedFetch('orchestrator'),
    timeoutMs: 15_000,
  }),
  objects: createEncryptedStore(refusingErasedTenants(store), keys, {
    has: (tenant, key) => isKeyErased(pool, tenant, key),
  }),
  tenants: {
    openWork: (tenant: TenantId) => openWork(pool, tenant),
    erase: (tenant: TenantId) => eraseTenant(store, tenant, objectsOfTenant(tenant)),
  },
  providerFor: createProviders(secrets, { timeoutMs: config.FTM_PROVIDER_TIMEOUT_MS }),
  slots: createProviderSlots(pool, {
    perTenant: config.FTM_PROVIDER_TENANT_JOBS,
    perAccount: config.FTM_PROVIDER_JOBS,
  }),
  pgVector: createPgVector(pool),
  logger,
  config,
  clock: { now: Date.now, random: Math.random },
};

const registry = createRegistry(config.FTM_REGISTRY_URL);
const projection = { consumer: 'work', apply: applyToQueue };
const consumer = runProjection({
  ...projection,
  kafka: {
    brokers: config.FTM_KAFKA_BROKERS,
    ...kafkaSecurity(config),
    clientId: instance,
    onClientLog: (level, message) => calm[level](message),
  },
  ...(config.FTM_EVENTS_TOPIC === undefined ? {} : { topic: config.FTM_EVENTS_TOPIC }),
  registry,
  pool,
  sessionTimeoutMs: config.FTM_SESSION_TIMEOUT_MS,
  groupSuffix: config.FTM_CONSUMER_GROUP_SUFFIX,
  onEvent: tell,
});
shutdown.add('work projection', consumer.stop);

const taskList = createTaskList(tools);
const concurrency = { due: config.FTM_CONCURRENCY, waiting: config.FTM_WAITING_CONCURRENCY };
const workers = startWorkers({ pool, concurrency, taskList, pollMs: POLL_MS, logger });
shutdown.add('workers', workers.stop);
const heartbeat = startHeartbeat(pool, instance, workers.alive, calm);
shutdown.add('heartbeat', heartbeat.stop);
const watchdog = startWatchdog({
  pool,
  workers,
  tasks: Object.keys(taskList),
  logger,
  giveUp: (reason) => void shutdown.run(reason, 1),
});
shutdown.add('watchdog', watchdog.stop);
const hints = startHints(pool, calm);
shutdown.add('provider hints', async () => hints.stop());
shutdown.add('end-of-life watch', startEndOfLifeWatch(pool, tools).stop);
const sweeps = startSweeps(
  [
    {
      of: 'uploads that were never finished',
      run: () => sweepUploads(store, tools.objects, Date.now() - config.FTM_UPLOAD_KEEP_MS),
    },
    {
      of: 'erased data keys that were brought back',
      run: async () => (await shredAgain(store, (some) => erasedAmong(pool, some))).length,
    },
  ],
  { everyMs: config.FTM_SWEEP_MS, logger },
);
shutdown.add('sweeps', async () => sweeps.stop());

const health = await serveOperator(
  {
    checks: {
      postgres: () => pool.query('select 1'),
      kafka: async () => {
        if (!consumer.joined()) throw new Error('not a member of the consumer group');
      },
      'object store': () => store.ping(),
      workers: watchdog.check,
    },
    token: config.FTM_OPERATOR_TOKEN,
    routes: [
      deadLetterRoutes(createDeadLetters(pool, registry, projection), logger),
      keyRoutes(store, keys, logger),
    ],
  },
  config.FTM_HOST,
  config.FTM_HEALTH_PORT,
);
shutdown.add('health', health.close);
logger.info('running');

function tell(event: ProjectionEvent): void {
  switch (event.kind) {
    case 'void_record':
    case 'parked':
      logger.error(`work projection: ${event.kind}`, {
        partition: event.partition,
        offset: event.offset,
        reason: event.reason,
      });
      return;
    case 'problem':
      calm.warn('the work projection waits', { partition: event.partition, error: event.error });
      return;
    case 'claimed':
    case 'lost':
    case 'released':
      logger.info(event.kind, { partition: event.partition });
      return;
    case 'handled':
      return;
  }
}
