import { createPool, type Pool } from '@ftm/postgres/pool';
import { createTestDatabase, type TestDatabase } from '@ftm/postgres/testing/database';
import { createQuotas } from './quotas.ts';
import { inserting } from './testing/read-models.ts';

describe('what a tenant may have open at once', () => {
  let database: TestDatabase;
  let api: Pool;
  let projector: Pool;
  beforeAll(async () => {
    database = await createTestDatabase();
    api = createPool({ url: database.url('ftm_api'), applicationName: 'test' });
    projector = createPool({ url: database.url('ftm_projector'), applicationName: 'test' });
  }, 120_000);
  afterAll(async () => {
    await Promise.all([api.end(), projector.end()]);
    await database.drop();
  }, 60_000);

  it.each([
    ['dataset', 'ftm_datasets', ['building', 'pending_sanitization'], 'ready'],
    ['fine-tune', 'ftm_ft_jobs', ['queued', 'paused'], 'completed'],
  ] as const)(
    'is counted for each %s that has not ended, of whichever project',
    async (kind, table, open, ended) => {
      const insert = inserting(projector);
      const quotas = createQuotas(api, { dataset: 2, 'fine-tune': 2 });
      const room = (tenantId: string) => quotas.requireRoom({ tenantId }, kind);
      await insert(table, 'acme', 'p1', open[0], {});
      await insert(table, 'acme', 'p1', ended, {});
      await insert(table, 'globex', 'p1', open[0], {});
      await room('acme');
      await insert(table, 'acme', 'p2', open[1], {});
      await expect(room('acme')).rejects.toMatchObject({
        status: 429,
        code: 'TOO_MANY_OPEN',
        message: expect.stringContaining('2 ') as string,
      });
      await room('globex');
    },
  );
});
