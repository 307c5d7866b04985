import type { Express } from 'express';
import { createAdminRouter } from './admin.ts';
import { chatRoutes } from './chat/routes.ts';
import { createWeights } from './chat/weights.ts';
import type { ProviderConfig } from './config.ts';
import { costRoutes } from './costs.ts';
import { embeddingRoutes } from './embeddings.ts';
import { createFaults } from './faults.ts';
import { fileRoutes } from './files.ts';
import type { Route } from './http.ts';
import { createJobEvents } from './jobs/events.ts';
import { jobRoutes } from './jobs/routes.ts';
import { createJobRunner } from './jobs/run.ts';
import { modelRoutes } from './models.ts';
import { organisationLookup } from './organisations.ts';
import { permissionRoutes } from './permissions.ts';
import { createRateLimit } from './rate-limit.ts';
import { createServerApp } from './server.ts';
import { openStore } from './state/store.ts';
import { createTrainingPool } from './training/pool.ts';
import { uploadRoutes } from './uploads.ts';
import { createWebhooks } from './webhooks.ts';

export interface Provider {
  readonly app: Express;
  readonly routes: readonly Route[];
  close(): Promise<void>;
}

/** The simulator's wiring: state, training, routes. Jobs of a former process are taken up again. */
export async function createProvider(config: ProviderConfig): Promise<Provider> {
  const store = await openStore(config.dataDir);
  const organisationOf = organisationLookup(config.apiKeys);
  const faults = createFaults(organisationOf);
  const events = createJobEvents(store);
  const webhooks = createWebhooks(store);
  const inspectors = createTrainingPool(1, 0);
  const trainers = createTrainingPool(config.workers, config.stepDelayMs);
  const runner = createJobRunner({ store, events, webhooks, faults, inspectors, trainers });
  const routes = [
    ...fileRoutes(store),
    ...uploadRoutes(store),
    ...jobRoutes({ store, events, webhooks, runner }),
    ...permissionRoutes(store),
    ...costRoutes(store),
    ...modelRoutes(store),
    ...chatRoutes(store, createWeights(store)),
    ...embeddingRoutes(store),
  ];
  const { stepDelayMs } = config;
  const admin = createAdminRouter({ store, faults, trainers, stepDelayMs, organisationOf });
  const rateLimit = createRateLimit(config.requestsPerMinute);
  const app = createServerApp({ store, faults, rateLimit, organisationOf, routes, admin });
  webhooks.resume();
  runner.resumeAll();
  return {
    app,
    routes,
    async close() {
      runner.close();
      webhooks.close();
      await Promise.all([inspectors.close(), trainers.close()]);
      await store.close();
    },
  };
}
