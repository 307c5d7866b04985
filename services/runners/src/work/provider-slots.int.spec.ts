import { tenantId } from '@ftm/contracts/ids';
import { createPool, type Pool } from '@ftm/postgres/pool';
import { createTestDatabase, type TestDatabase } from '@ftm/postgres/testing/database';
import { jobOf } from '../fine-tune/testing/lab.ts';
import { createProviderSlots } from './provider-slots.ts';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url('ftm_runner'), applicationName: 'test' });
});
beforeEach(() => pool.query('delete from work.provider_slots'));
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const job = (name: string) => jobOf(tenantId(name.split('-')[0] ?? ''), name);
const slots = (perTenant: number, perAccount: number) => createProviderSlots(pool, { perTenant, perAccount });
const held = async (): Promise<string[]> =>
  (
    await pool.query<{ id: string }>(
      'select ft_job_id as id from work.provider_slots where held order by ft_job_id',
    )
  ).rows.map(({ id }) => id);

describe('a tenant', () => {
  it('has no more jobs at the provider than it may; the others wait, and are told why', async () => {
    const { take, release } = slots(2, 100);
    expect(await take(job('acme-1'), 'a')).toBeNull();
    expect(await take(job('acme-2'), 'a')).toBeNull();
    expect(await take(job('acme-3'), 'a')).toMatchObject({ code: 'TENANT_LIMIT' });
    expect(await take(job('acme-1'), 'a')).toBeNull();
    await release(job('acme-1'));
    expect(await take(job('acme-3'), 'a')).toBeNull();
    expect(await held()).toEqual(['acme-2', 'acme-3']);
  });

  it('that asks for all at once never makes another wait for more than one of its jobs', async () => {
    const { take, release } = slots(10, 2);
    const crowd = Array.from({ length: 10 }, (_, at) => `acme-${at}`);
    for (const name of crowd) await take(job(name), 'a');
    expect(await take(job('globex-0'), 'a')).toMatchObject({ code: 'PROVIDER_LIMIT' });
    expect(await held()).toEqual(['acme-0', 'acme-1']);
    await release(job('acme-0'));
    // All ask at once, the crowd first.
    await Promise.all([...crowd.slice(2), 'globex-0'].map((name) => take(job(name), 'a')));
    expect(await held()).toEqual(['acme-1', 'globex-0']);
  });

  it('gets as many places as another over time, whoever asks more often', async () => {
    const { take, release } = slots(10, 3);
    const names = ['acme', 'globex', 'initech'].flatMap((tenant, at) =>
      Array.from({ length: at === 0 ? 30 : 5 }, (_, n) => `${tenant}-${n}`),
    );
    const waiting = new Set(names);
    const order: string[] = [];
    while (order.length < 15) {
      for (const name of [...waiting]) if ((await take(job(name), 'a')) === null) waiting.delete(name);
      for (const name of await held()) {
        order.push(name);
        await release(job(name));
      }
    }
    // When the first three were given nobody else had asked.
    const ofTenant = (tenant: string): number =>
      order.slice(3).filter((name) => name.startsWith(tenant)).length;
    expect([ofTenant('acme'), ofTenant('globex'), ofTenant('initech')]).toEqual([4, 4, 4]);
  });

  it('does not share its account’s limit with tenants of another account', async () => {
    const { take } = slots(2, 1);
    expect(await take(job('acme-1'), 'a')).toBeNull();
    expect(await take(job('globex-1'), 'a')).toMatchObject({ code: 'PROVIDER_LIMIT' });
    expect(await take(job('globex-1'), 'b')).toBeNull();
  });
});

describe('a place', () => {
  it('is given once, however many ask at the same moment', async () => {
    const { take } = slots(3, 5);
    const names = Array.from({ length: 24 }, (_, at) => `${['acme', 'globex', 'initech'][at % 3]}-${at}`);
    const answers = await Promise.all(names.map((name) => take(job(name), 'a')));
    expect(answers.filter((each) => each === null).length).toBeLessThanOrEqual(5);
    for (let round = 0; round < 2; round += 1) for (const name of names) await take(job(name), 'a');
    expect(await held()).toHaveLength(5);
  });

  it('is not kept for a waiting job that nobody runs any more', async () => {
    const { take, release } = slots(5, 1);
    await take(job('acme-1'), 'a');
    await take(job('globex-gone'), 'a');
    await release(job('acme-1'));
    expect(await take(job('acme-2'), 'a')).toMatchObject({ code: 'PROVIDER_LIMIT' });
    await pool.query(
      "update work.provider_slots set seen_at = now() - interval '3 minutes' where ft_job_id = 'globex-gone'",
    );
    expect(await take(job('acme-2'), 'a')).toBeNull();
  });

  it('is a job’s that is at the provider, also over the limit', async () => {
    const { take, hold } = slots(1, 1);
    await hold(job('acme-1'), 'a');
    await hold(job('acme-2'), 'a');
    expect(await held()).toEqual(['acme-1', 'acme-2']);
    expect(await take(job('acme-3'), 'a')).toMatchObject({ code: 'TENANT_LIMIT' });
  });
});
