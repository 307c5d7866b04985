import type { Principal } from '@ftm/orchestrator/client';
import { createPool, type Pool } from '@ftm/postgres/pool';
import { createTestDatabase, type TestDatabase } from '@ftm/postgres/testing/database';
import { inserting } from '../testing/read-models.ts';
import { createCostReads, type CostReads, type CostSum } from './cost-reads.ts';

let database: TestDatabase;
let api: Pool;
let projector: Pool;
let insert: ReturnType<typeof inserting>;
let costs: CostReads;
beforeAll(async () => {
  database = await createTestDatabase();
  projector = createPool({ url: database.url('ftm_projector'), applicationName: 'test' });
  insert = inserting(projector);
  api = createPool({ url: database.url('ftm_api'), applicationName: 'test' });
  costs = createCostReads(api);
}, 120_000);
afterAll(async () => {
  await Promise.all([projector.end(), api.end()]);
  await database.drop();
}, 60_000);

const of = (tenantId: string, ...projects: readonly string[]): Principal =>
  ({
    tenantId,
    subject: 'user:ada',
    roles: ['viewer'],
    projects: projects.length > 0 ? projects : ['*'],
  }) as never;

const job = (recordedAt: string, actualUsdMicros: number) => ({
  request: { baseModel: 'm', method: 'supervised' },
  cost: { trainedTokens: 7, actualUsdMicros, estimatedUsdMicros: 10, usageId: 'u', recordedAt },
});

describe('costs', () => {
  it('are summed by project, month and kind; of the tenant, and of the projects that the caller may see', async () => {
    await insert('ftm_ft_jobs', 'acme', 'p1', 'completed', job('2026-11-01T00:00:00.000Z', 12));
    await insert('ftm_ft_jobs', 'acme', 'p1', 'canceled', job('2026-11-30T23:59:59.999Z', 5));
    await insert('ftm_ft_jobs', 'acme', 'p1', 'completed', job('2026-12-01T00:00:00.000Z', 1));
    await insert('ftm_ft_jobs', 'acme', 'p1', 'failed', { ...job('', 0), cost: null, costUnknown: true });
    await insert('ftm_ft_jobs', 'acme', 'p1', 'failed', { ...job('', 0), cost: null, costUnknown: false });
    await insert('ftm_ft_jobs', 'acme', 'p1', 'running', { ...job('', 0), cost: null });
    await insert('ftm_ft_jobs', 'globex', 'p1', 'completed', job('2026-11-02T00:00:00.000Z', 99));
    await insert('ftm_eval_runs', 'acme', 'p2', 'completed', {
      request: { providerModelId: 'm' },
      result: { inputTokens: 3, outputTokens: 4, costUsdMicros: 8, usageId: null },
    });
    const all = { projectId: undefined, month: undefined };
    const first = { limit: 9, after: undefined };
    expect(await costs.sums(of('acme'), all, first)).toEqual([
      {
        projectId: 'p1',
        month: '2026-12',
        kind: 'fine_tune',
        count: 1,
        unknownCount: 0,
        estimatedUsdMicros: 10,
        actualUsdMicros: 1,
      },
      {
        projectId: 'p1',
        month: '2026-11',
        kind: 'fine_tune',
        count: 3,
        unknownCount: 1,
        estimatedUsdMicros: 20,
        actualUsdMicros: 17,
      },
      {
        projectId: 'p2',
        month: '2026-11',
        kind: 'eval',
        count: 1,
        unknownCount: 0,
        estimatedUsdMicros: null,
        actualUsdMicros: 8,
      },
    ]);
    expect(await costs.sums(of('acme', 'p2'), all, first)).toMatchObject([{ projectId: 'p2' }]);
    expect(await costs.sums(of('acme'), { projectId: 'p1', month: '2026-11' }, first)).toMatchObject([
      { count: 3 },
    ]);
    expect(await costs.entries(of('acme', 'p1'), { ...all, month: '2026-11' }, first)).toContainEqual(
      expect.objectContaining({
        tokens: null,
        estimatedUsdMicros: null,
        actualUsdMicros: null,
        usageId: null,
      }),
    );
    expect(await costs.entries(of('acme'), all, { ...first, limit: 2 })).toMatchObject([
      { kind: 'fine_tune', month: '2026-12', actualUsdMicros: 1, tokens: 7, usageId: 'u' },
      { kind: 'fine_tune', recordedAt: '2026-11-30T23:59:59.999Z', actualUsdMicros: 5 },
    ]);
  });
  it('have pages that follow each other without a gap and without a repeat', async () => {
    const all = { projectId: undefined, month: undefined };
    const whole = await costs.sums(of('acme'), all, { limit: 9, after: undefined });
    expect(whole.length).toBeGreaterThan(2);
    const sums: CostSum[] = [];
    for (let after: CostSum | undefined; sums.length < whole.length; after = sums.at(-1)) {
      const page = await costs.sums(of('acme'), all, { limit: 1, after });
      expect(page).toHaveLength(1);
      sums.push(...page);
    }
    expect(sums).toEqual(whole);
    const entries = await costs.entries(of('acme'), all, { limit: 99, after: undefined });
    const [one, ...others] = entries;
    expect(await costs.entries(of('acme'), all, { limit: 99, after: one })).toEqual(others);
    expect(await costs.total(of('acme'), all)).toBe(
      entries.reduce((sum, { actualUsdMicros }) => sum + (actualUsdMicros ?? 0), 0),
    );
  });
  it('calibrate by the jobs of the model, whichever its version, and method that name their epochs', async () => {
    const billed = async (tenant: string, nEpochs: number | null, baseModel = 'm2'): Promise<void> => {
      const datasetId = await insert('ftm_datasets', tenant, 'p1', 'ready', {
        result: { trainTokens: 100, trainRows: 10 },
      });
      const id = await insert('ftm_ft_jobs', tenant, 'p1', 'completed', {
        request: { baseModel, method: 'supervised' },
        result: { trainedTokens: 330, hyperparameters: { nEpochs } },
      });
      await projector.query('update rm_v1.ftm_ft_jobs set dataset_id = $1 where id = $2', [datasetId, id]);
    };
    await billed('acme', 3);
    await billed('acme', null);
    await billed('acme', 3, 'other');
    await billed('acme', 3, 'm2-2026-01-31');
    await billed('globex', 3);
    const sample = { tokens: 100, messages: 10, rows: 10, trainedTokens: 330, epochs: 3 };
    for (const model of ['m2', 'm2-2026-01-31', 'm2-2025-01-01'])
      expect(await costs.billedSamples(of('acme'), model, 'supervised')).toEqual([sample, sample]);
    expect(await costs.billedSamples(of('acme'), 'm2', 'dpo')).toEqual([]);
  });
});
