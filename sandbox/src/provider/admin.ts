import express, { type NextFunction, type Request, type Response } from 'express';
import { z } from 'zod';
import { badRequest, notFound, ApiError } from './errors.ts';
import { FaultSchema, type Faults } from './faults.ts';
import { newId } from './ids.ts';
import type { Organisation } from './organisations.ts';
import { parseBody } from './schema.ts';
import type { WebhookRecord } from './state/records.ts';
import type { Store } from './state/store.ts';
import type { TrainingPool } from './training/pool.ts';

export interface AdminParts {
  readonly store: Store;
  readonly faults: Faults;
  readonly trainers: TrainingPool;
  readonly stepDelayMs: number;
  readonly organisationOf: (header: string | undefined) => Organisation | undefined;
}

export const SpeedSchema = z.strictObject({
  factor: z.number().positive().optional(),
  step_delay_ms: z.number().int().nonnegative().max(60_000).optional(),
});
export const WebhookSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/u }),
  secret: z.string().min(16),
  api_key: z.string().optional(),
  duplicates: z.number().int().nonnegative().max(10).default(0),
  out_of_order: z.boolean().default(false),
  forged: z.boolean().default(false),
});
export const RetirementSchema = z.strictObject({ shutdown_date: z.iso.date().nullable() });

/** Where tests order faults and read what the provider counted. Without a key, so for this machine only. */
export function createAdminRouter(parts: AdminParts): express.Router {
  const { store, faults } = parts;
  const router = express.Router();
  router.use(loopbackOnly, express.json());
  router.post('/faults', (request, response) => {
    response.status(201).json(faults.order(parseBody(FaultSchema, request.body)));
  });
  router.get('/faults', (_request, response) => void response.json({ data: faults.list() }));
  router.delete('/faults', (_request, response) => {
    faults.clear();
    response.status(204).end();
  });
  router.delete('/faults/:id', (request, response) => {
    if (!faults.remove(request.params.id)) throw notFound(`No such fault: ${request.params.id}`);
    response.status(204).end();
  });
  router.get('/counters', async (_request, response) => {
    await store.flush();
    response.json({ ...NO_COUNTS, ...store.counters() });
  });
  router.post('/speed', (request, response) => {
    const { factor = 1, step_delay_ms = parts.stepDelayMs } = parseBody(SpeedSchema, request.body);
    // Slower than at full speed needs something to multiply.
    const base = step_delay_ms === 0 && factor < 1 ? 1 : step_delay_ms;
    const effective = Math.round(base / factor);
    parts.trainers.setStepDelay(effective);
    response.json({ step_delay_ms: effective });
  });
  router.post('/webhooks', addWebhook(parts));
  router.get('/webhooks', (_request, response) => {
    response.json({ data: store.all('webhooks').map((webhook) => ({ ...webhook, secret: undefined })) });
  });
  router.delete('/webhooks/:id', async (request, response) => {
    if (store.get('webhooks', request.params.id) === undefined)
      throw notFound(`No such webhook: ${request.params.id}`);
    store.remove('webhooks', request.params.id);
    await store.flush();
    response.status(204).end();
  });
  router.post('/models/:id/retirement', async (request, response) => {
    const retirement = parseBody(RetirementSchema, request.body);
    store.put('retirements', request.params.id, retirement);
    await store.flush();
    response.json({ id: request.params.id, ...retirement });
  });
  return router;
}

const NO_COUNTS = {
  job_creates: 0,
  job_creates_by_metadata: {},
  job_cancels: 0,
  file_uploads: 0,
  chat_calls: 0,
  chat_calls_by_model: {},
  chat_calls_by_metadata: {},
  embedding_calls: 0,
  webhooks_delivered: 0,
  calls: {},
};

const addWebhook =
  ({ store, organisationOf }: AdminParts) =>
  async (request: Request, response: Response): Promise<void> => {
    const { api_key, ...webhook } = parseBody(WebhookSchema, request.body);
    const org = api_key === undefined ? '*' : organisationOf(`Bearer ${api_key}`)?.id;
    if (org === undefined) throw badRequest('There is no organisation with this key.', 'api_key');
    const record: WebhookRecord = { ...webhook, org, id: newId('webhook-', 12) };
    store.put('webhooks', record.id, record);
    await store.flush();
    response.status(201).json({ ...record, secret: undefined });
  };

function loopbackOnly(request: Request, _response: Response, next: NextFunction): void {
  const address = request.socket.remoteAddress ?? '';
  if (!/^(::ffff:)?127\.|^::1$/u.test(address)) throw new ApiError(403, 'Only from this machine.');
  next();
}
