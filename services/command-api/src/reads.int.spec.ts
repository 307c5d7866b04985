import type { Registry } from '@ftm/event-log/registry';
import type { Principal } from '@ftm/orchestrator/client';
import { createPool, type Pool } from '@ftm/postgres/pool';
import { createTestDatabase, type TestDatabase } from '@ftm/postgres/testing/database';
import { createReads, type ListQuery, type Reads } from './reads.ts';
import { inserting } from './testing/read-models.ts';

let database: TestDatabase;
let api: Pool;
let projector: Pool;
let reads: Reads;
/** Ids by the time at which they were created. */
const ids: string[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  projector = createPool({ url: database.url('ftm_projector'), applicationName: 'test' });
  api = createPool({ url: database.url('ftm_api'), applicationName: 'test' });
  reads = createReads(api, undefined as unknown as Registry);
  const insert = inserting(projector);
  const budget = (project: string, tenant = 'acme', status = 'limited') =>
    insert('ftm_budgets', tenant, project, status, {
      status,
      projectId: project,
      monthlyUsdMicros: status === 'limited' ? 1 : null,
      version: 1,
      lastSeq: 1,
      createdAt: '2026-11-01T00:00:00.000Z',
      updatedAt: '2026-11-01T00:00:00.000Z',
      createdBy: 'user:ada',
      governanceDecisionId: null,
    });
  for (const project of ['p1', 'p2', 'p1', 'p1', 'p2']) ids.push(await budget(project));
  ids.push(await budget('p1', 'acme', 'unlimited'));
  await budget('p1', 'globex');
  // Two are of the same microsecond: what comes first of them is their ids' to say.
  for (const [at, id] of ids.entries())
    await projector.query('update rm_v1.ftm_budgets set created_at = $1 where id = $2', [
      `2026-11-01T00:00:0${at === 3 ? 2 : at}Z`,
      id,
    ]);
}, 120_000);
afterAll(async () => {
  await Promise.all([projector.end(), api.end()]);
  await database.drop();
}, 60_000);

const of = (...projects: readonly string[]): Principal =>
  ({ tenantId: 'acme', subject: 'user:ada', roles: ['viewer'], projects }) as never;

async function walked(
  query: Omit<ListQuery, 'limit'>,
  limit: number,
  principal = of('*'),
): Promise<string[]> {
  const seen: string[] = [];
  for (let cursor: string | undefined, more = true; more;) {
    const page = await reads.list(principal, 'budget', { ...query, limit, cursor });
    expect(page.data.length).toBeLessThanOrEqual(limit);
    seen.push(...page.data.map(({ id }) => id));
    more = page.has_more;
    cursor = page.next_cursor ?? undefined;
    expect(cursor !== undefined).toBe(more);
  }
  return seen;
}

describe('a list', () => {
  it('has every resource of the tenant once, in pages of any size, the newest first or the oldest', async () => {
    const newest = await walked({}, 200);
    expect([...newest].sort()).toEqual([...ids].sort());
    expect(newest[0]).toBe(ids[5]);
    for (const limit of [1, 2, 3]) expect(await walked({}, limit)).toEqual(newest);
    const oldest = await walked({ sort: 'asc' }, 2);
    expect(oldest[0]).toBe(ids[0]);
    expect([...oldest].sort()).toEqual([...ids].sort());
  });

  it('has what its filters say', async () => {
    expect(new Set(await walked({ project_id: 'p2' }, 1))).toEqual(new Set([ids[1], ids[4]]));
    expect(await walked({ status: 'unlimited' }, 9)).toEqual([ids[5]]);
    expect(await walked({ created_after: '2026-11-01T00:00:04Z' }, 9)).toEqual([ids[5]]);
    expect(await walked({ created_before: '2026-11-01T00:00:01Z' }, 9)).toEqual([ids[0]]);
  });

  it('takes times with any offset that ISO 8601 has', async () => {
    expect(await walked({ created_before: '2026-11-01T20:52:01+20:52' }, 9)).toEqual([ids[0]]);
    expect(await walked({ created_after: '2026-10-31T00:01:04-23:59' }, 9)).toEqual([ids[5]]);
  });

  it('has only what is of the projects that the caller may see', async () => {
    expect(new Set(await walked({}, 1, of('p2')))).toEqual(new Set([ids[1], ids[4]]));
    expect(await walked({ project_id: 'p1' }, 9, of('p2'))).toEqual([]);
  });
});
