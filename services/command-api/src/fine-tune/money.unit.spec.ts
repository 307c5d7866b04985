import type { BilledSample } from '@ftm/dataset/tokens/calibration';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import { derivedUuid, streamId, tenantId } from '@ftm/contracts/ids';
import { datasetRequested, datasetSanitized, PROJECT } from '@ftm/domain/testing/examples';
import { createMemoryEventLog } from '@ftm/event-log/memory-event-log';
import { budgetRoutes } from '../budget/routes.ts';
import { createCommander } from '@ftm/commands/commander';
import { pricingRoutes } from '../pricing/routes.ts';
import type { Services } from '../services.ts';
import { appendingTo, serveRoutes } from '../testing/route-server.ts';
import { fineTuneRoutes } from './routes.ts';

/** The routes over HTTP with the rules and a log in memory; the bearer token is the role. The Orchestrator says no to whom it is told to. */
const TENANT = tenantId('acme');
const log = createMemoryEventLog();
const governance = { deny: false, asked: 0 };
const samples: BilledSample[] = [];
const services = {
  commander: createCommander(log, null),
  costs: { billedSamples: async () => samples },
  quotas: { requireRoom: async () => undefined },
  orchestrator: {
    checkGovernance: async () => {
      governance.asked += 1;
      return {
        decision: governance.deny ? 'deny' : 'allow',
        decisionId: 'd',
        reasons: governance.deny ? [{ code: 'POLICY', message: 'not on a Friday' }] : [],
        policyVersion: '1',
      };
    },
    scan: async (_of: unknown, text: string) => ({ text }),
  },
} as unknown as Services;
let server: Awaited<ReturnType<typeof serveRoutes>>;
let calls = 0;
const append = appendingTo(log, TENANT);

beforeAll(async () => {
  server = await serveRoutes(
    [fineTuneRoutes, pricingRoutes, budgetRoutes].flatMap((routes) => routes(services)),
    TENANT,
    (bearer) => ({ roles: [bearer], projects: ['*'] }),
  );
});
afterEach(() => {
  governance.deny = false;
  samples.length = 0;
});
afterAll(() => server.close());

async function send(
  method: string,
  path: string,
  body?: unknown,
  more: { readonly role?: string; readonly key?: string; readonly ifMatch?: string } = {},
) {
  calls += 1;
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${more.role ?? 'engineer'}`,
      'content-type': 'application/json',
      'idempotency-key': more.key ?? String(calls),
      ...(more.ifMatch === undefined ? {} : { 'if-match': more.ifMatch }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { headers, status } = answer;
  return { status, etag: headers.get('etag') ?? '', body: (await answer.json()) as Record<string, unknown> };
}

const requested = (more: Partial<typeof datasetRequested> = {}): FtmEvent => ({
  type: 'DatasetRequested',
  data: { ...datasetRequested, ...more },
});
const sanitized = (more: Partial<typeof datasetSanitized> = {}): FtmEvent => ({
  type: 'DatasetSanitized',
  data: { ...datasetSanitized, ...more },
});
const contaminated: FtmEvent = {
  type: 'DatasetBlocked',
  data: {
    gate: 'contamination',
    reasons: [{ code: 'CONTAMINATED', message: '3 rows are eval cases' }],
    rejectionsObject: null,
  },
};

async function dataset(...events: readonly FtmEvent[]): Promise<string> {
  const id = derivedUuid('money-routes', String((calls += 1)));
  if (events.length > 0) await append(streamId('dataset', id), ...events);
  return id;
}

const asking = (dataset_id: string, more: object = {}) => ({
  project_id: PROJECT,
  method: 'supervised',
  base_model: 'gpt-4.1-nano-2025-04-14',
  dataset_id,
  hyperparams: { n_epochs: 1 },
  ...more,
});

describe('a job is refused, before any byte leaves and with the reason, when its dataset', () => {
  const cases: readonly [string, readonly FtmEvent[], number, string, RegExp, object?][] = [
    ['is not there', [], 422, 'DATASET_NOT_FOUND', /no such dataset/],
    [
      'is of another project',
      [requested({ projectId: 'p2' }), sanitized()],
      422,
      'DATASET_NOT_FOUND',
      /in the project/,
    ],
    ['is not sanitised yet', [requested()], 409, 'DATASET_NOT_READY', /building/],
    [
      'is being sanitised',
      [requested(), { type: 'DatasetSanitizationStarted', data: { attempt: 1, profile: 'default' } }],
      409,
      'DATASET_NOT_READY',
      /pending_sanitization/,
    ],
    ['is contaminated', [requested(), contaminated], 409, 'DATASET_NOT_READY', /blocked/],
    [
      'is contaminated, and only one person would let it be',
      [
        requested(),
        contaminated,
        { type: 'DatasetContaminationOverrideRequested', data: { reason: 'it is a demo' } },
      ],
      409,
      'DATASET_NOT_READY',
      /blocked/,
    ],
    [
      'is being erased',
      [requested(), sanitized(), { type: 'DatasetErasureRequested', data: { reason: 'r' } }],
      409,
      'DATASET_NOT_READY',
      /erasing/,
    ],
    [
      'is erased',
      [
        requested(),
        sanitized(),
        { type: 'DatasetErasureRequested', data: { reason: 'r' } },
        { type: 'DatasetErased', data: { reason: 'r', dataKeyId: 'k', uploadDataKeyId: null } },
      ],
      409,
      'DATASET_NOT_READY',
      /erased/,
    ],
    [
      'has the format of another method',
      [requested(), sanitized()],
      422,
      'DATASET_FORMAT_MISMATCH',
      /dpo needs jsonl_preference/,
      { method: 'dpo' },
    ],
    ['has too few rows', [requested(), sanitized({ trainRows: 9 })], 422, 'DATASET_TOO_SMALL', /at least 10/],
    [
      'would train a model without a price',
      [requested(), sanitized()],
      422,
      'PRICE_UNKNOWN',
      /PUT \/v1\/pricing/,
      { base_model: 'unheard-of' },
    ],
  ];
  it.each(cases)('%s', async (_name, events, status, code, detail, more = {}) => {
    const before = governance.asked;
    const asked = asking(await dataset(...events), more);
    for (const path of ['/v1/ft-jobs', '/v1/ft-jobs/estimate'])
      expect(await send('POST', path, asked)).toMatchObject({
        status,
        body: { code, detail: expect.stringMatching(detail) },
      });
    expect(governance.asked).toBe(before);
  });
  it('is blocked, with the reasons of its gate', async () => {
    expect(await send('POST', '/v1/ft-jobs', asking(await dataset(requested(), contaminated)))).toMatchObject(
      {
        body: { reasons: [{ code: 'CONTAMINATED' }] },
      },
    );
  });
  it('is refused by governance', async () => {
    governance.deny = true;
    expect(await send('POST', '/v1/ft-jobs', asking(await dataset(requested(), sanitized())))).toMatchObject({
      status: 409,
      body: { code: 'GATE_DENIED', reasons: [{ message: 'not on a Friday' }] },
    });
  });
  it('of validation is not ready', async () => {
    const validation_dataset_id = await dataset(requested());
    expect(
      await send(
        'POST',
        '/v1/ft-jobs',
        asking(await dataset(requested(), sanitized()), { validation_dataset_id }),
      ),
    ).toMatchObject({
      status: 409,
      body: { code: 'DATASET_NOT_READY', detail: expect.stringContaining('validation_dataset_id') },
    });
  });
});

describe('a job on a contaminated dataset that two people let be', () => {
  it('is taken, and says who approved', async () => {
    const id = await dataset(
      requested(),
      contaminated,
      { type: 'DatasetContaminationOverrideRequested', data: { reason: 'it is a demo' } },
      {
        type: 'DatasetContaminationOverridden',
        data: { requestedBy: 'user:ada', approvedBy: 'user:grace', reason: 'it is a demo' },
      },
      sanitized({ contaminatedRows: 3 }),
    );
    expect(await send('POST', '/v1/ft-jobs', asking(id))).toMatchObject({
      status: 202,
      body: { status: 'queued', contamination_approved_by: 'user:grace' },
    });
  });
});

describe('an estimate', () => {
  const estimate = async () =>
    (await send('POST', '/v1/ft-jobs/estimate', asking(await dataset(requested(), sanitized())))).body;
  it('allows for the error of an uncalibrated count', async () => {
    expect(await estimate()).toMatchObject({
      training_tokens: 1000,
      token_error: 0.04,
      calibration_jobs: 0,
      low_usd_micros: 1440,
      expected_usd_micros: 1500,
      high_usd_micros: 1560,
    });
  });
  it('is corrected by what the tenant’s jobs were billed', async () => {
    for (const tokens of [1000, 2000, 5000, 9000])
      samples.push({
        tokens,
        messages: tokens / 50,
        rows: tokens / 50,
        trainedTokens: tokens * 2.2,
        epochs: 2,
      });
    const corrected = await estimate();
    expect(corrected).toMatchObject({ calibration_jobs: 4 });
    expect(corrected['training_tokens']).toBeGreaterThan(1050);
    expect(corrected['token_error']).toBeLessThan(0.04);
  });
});

describe('the price book', () => {
  const row = {
    model: 'gpt-4o-mini',
    kind: 'training',
    usd_micros_per_million: 2_000_000,
    effective_from: '2026-01-01',
    source: 'contract 7 of 2025-12-24',
  };
  it('is revised by an admin who has seen it, once for a key, and what is effective says where it is from', async () => {
    const seen = await send('GET', '/v1/pricing');
    expect(seen).toMatchObject({ etag: '"0"', body: { book: [] } });
    const rows = { rows: [row, { ...row, effective_from: '2199-01-01', usd_micros_per_million: 1 }] };
    expect((await send('PUT', '/v1/pricing', rows, { ifMatch: '"0"' })).status).toBe(403);
    expect((await send('PUT', '/v1/pricing', rows, { role: 'admin' })).status).toBe(428);
    const put = { role: 'admin', ifMatch: seen.etag, key: 'prices' };
    expect(await send('PUT', '/v1/pricing', rows, put)).toMatchObject({ status: 200, etag: '"1"' });
    expect(await send('PUT', '/v1/pricing', rows, put)).toMatchObject({ status: 200, etag: '"1"' });
    expect((await send('PUT', '/v1/pricing', rows, { ...put, key: 'late' })).status).toBe(412);
    const effective = async (query = '') => {
      const { data } = (await send('GET', `/v1/pricing${query}`)).body as { data: Record<string, unknown>[] };
      return data.filter(({ model, kind }) => model === 'gpt-4o-mini' && kind === 'training');
    };
    expect(await effective()).toMatchObject([{ usd_micros_per_million: 2_000_000, origin: 'tenant' }]);
    expect(await effective('?at=2199-02-01T00:00:00Z')).toMatchObject([{ usd_micros_per_million: 1 }]);
    const priced = await send('POST', '/v1/ft-jobs/estimate', {
      ...asking(await dataset(requested(), sanitized())),
      base_model: 'gpt-4o-mini-2024-07-18',
    });
    expect(priced.body).toMatchObject({ price_usd_micros_per_million: 2_000_000, price_source: row.source });
  });
  it('names the row that is wrong', async () => {
    const wrong = { rows: [row, { ...row, effective_from: 'soon' }] };
    expect(await send('PUT', '/v1/pricing', wrong, { role: 'admin', ifMatch: '*' })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'rows.1.effective_from' }] },
    });
    expect(
      await send('PUT', '/v1/pricing', { rows: [row, row] }, { role: 'admin', ifMatch: '*' }),
    ).toMatchObject({
      status: 409,
      body: { code: 'PRICE_AMBIGUOUS', detail: expect.stringContaining('rows.1') },
    });
  });
});

describe('a budget of a project', () => {
  const path = `/v1/projects/${PROJECT}/budget`;
  it('is kept by 50 jobs that are asked for at once, and a retry holds nothing twice', async () => {
    expect((await send('PUT', path, { monthly_usd: 1 })).status).toBe(403);
    const before = (await send('GET', path)).body as { held_usd_micros: number };
    const held = before.held_usd_micros;
    const id = await dataset(requested(), sanitized());
    const { body: one } = await send('POST', '/v1/ft-jobs/estimate', asking(id));
    const high = Number(one['high_usd_micros']);
    // Room for twenty and a half.
    const monthly_usd = (held + Math.floor(high * 20.5)) / 1e6;
    expect((await send('PUT', path, { monthly_usd }, { role: 'admin' })).status).toBe(200);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        send('POST', '/v1/ft-jobs', asking(id), { key: `parallel-${at}` }),
      ),
    );
    const taken = answers.findIndex(({ status }) => status === 202);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(20);
    for (const refused of answers.filter(({ status }) => status !== 202))
      expect(refused).toMatchObject({
        status: 409,
        body: {
          code: 'BUDGET_EXCEEDED',
          reasons: expect.arrayContaining([{ code: 'NEEDED_USD_MICROS', message: String(high) }]),
        },
      });
    expect((await send('POST', '/v1/ft-jobs', asking(id), { key: `parallel-${taken}` })).status).toBe(202);
    const after = (await send('GET', path)).body as { monthly_usd_micros: number; left_usd_micros: number };
    expect(after).toMatchObject({ held_usd_micros: held + 20 * high, spent_usd_micros: 0 });
    expect(after.left_usd_micros).toBe(after.monthly_usd_micros - held - 20 * high);
    // The end of one makes room for another.
    const { id: job } = answers[taken]?.body as { id: string };
    expect((await send('POST', `/v1/ft-jobs/${job}/cancel`, {})).status).toBe(202);
    expect((await send('POST', '/v1/ft-jobs', asking(id))).status).toBe(202);
    expect((await send('POST', '/v1/ft-jobs', asking(id))).status).toBe(409);
  }, 60_000);
});
