import { createPool, type Pool } from '@ftm/postgres/pool';
import { createTestDatabase, type TestDatabase } from '@ftm/postgres/testing/database';
import { forgetHints, useHints } from './provider-hints.ts';

let database: TestDatabase;
let runner: Pool;
let api: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  runner = createPool({ url: database.url('ftm_runner'), applicationName: 'test' });
  api = createPool({ url: database.url('ftm_api'), applicationName: 'test' });
});
afterAll(async () => {
  await runner.end();
  await api.end();
  await database.drop();
});

const hint = (webhookId: string, providerJobId: string) =>
  api.query(
    'insert into work.provider_hints (webhook_id, type, provider_job_id) values ($1, $2, $3) on conflict do nothing',
    [webhookId, 'fine_tuning.job.succeeded', providerJobId],
  );
const known = (providerJobId: string, id: string) =>
  runner.query('insert into work.provider_jobs values ($1, $2, $3)', [providerJobId, 'acme', id]);
const later = (id: string) =>
  runner.query(
    "select graphile_worker.add_job('ft', payload => '{}'::json, job_key => $1, run_at => now() + interval '1 hour')",
    [`ft/acme/${id}`],
  );
const due = async (id: string): Promise<boolean> => {
  const { rows } = await runner.query<{ due: boolean }>(
    'select run_at <= now() as due from graphile_worker.jobs where key = $1',
    [`ft/acme/${id}`],
  );
  return rows[0]?.due === true;
};

describe('a hint of the provider', () => {
  it('makes its job due, once, however often it is sent', async () => {
    await known('ftjob-1', 'a');
    await later('a');
    await later('b');
    await hint('wh_1', 'ftjob-1');
    await hint('wh_1', 'ftjob-1');
    expect(await useHints(runner)).toBe(1);
    expect(await due('a')).toBe(true);
    expect(await due('b')).toBe(false);
    await hint('wh_1', 'ftjob-1');
    expect(await useHints(runner)).toBe(0);
  });
  it('that comes before the log knows the job waits for it', async () => {
    await hint('wh_2', 'ftjob-2');
    expect(await useHints(runner)).toBe(0);
    await known('ftjob-2', 'c');
    await later('c');
    expect(await useHints(runner)).toBe(1);
    expect(await due('c')).toBe(true);
  });
  it('is forgotten when it cannot come again', async () => {
    await hint('wh_3', 'ftjob-3');
    await forgetHints(runner);
    const count = async () => (await runner.query('select from work.provider_hints')).rowCount;
    expect(await count()).toBe(3);
    const owner = createPool({ url: database.ownerUrl, applicationName: 'test' });
    await owner.query("update work.provider_hints set received_at = now() - interval '97 hours'");
    await owner.end();
    await forgetHints(runner);
    expect(await count()).toBe(0);
  });
  it('can be given by the API, and read by the runners only', async () => {
    await expect(api.query('select from work.provider_hints')).rejects.toThrow(/permission denied/);
    await expect(runner.query("insert into work.provider_hints values ('x', 'y', 'z')")).rejects.toThrow(
      /permission denied/,
    );
  });
});
