import { createPool, withTenant, type Pool } from './pool.ts';
import { createTestDatabase, type Role, type TestDatabase } from './testing/database.ts';

describe('the roles', () => {
  let database: TestDatabase;
  let pools: Record<Role, Pool>;
  let tables: string[];
  let views: string[];
  beforeAll(async () => {
    database = await createTestDatabase();
    const open = (role: Role) => createPool({ url: database.url(role), applicationName: 'test' });
    pools = {
      ftm_api: open('ftm_api'),
      ftm_projector: open('ftm_projector'),
      ftm_runner: open('ftm_runner'),
    };
    const owner = createPool({ url: database.ownerUrl, applicationName: 'test' });
    const { rows } = await owner.query<{ tablename: string }>(
      "select tablename from pg_tables where schemaname = 'rm_v1' order by tablename",
    );
    tables = rows.map((row) => row.tablename);
    const found = await owner.query<{ viewname: string }>(
      "select viewname from pg_views where schemaname = 'ftm' order by viewname",
    );
    views = found.rows.map((row) => row.viewname);
    await owner.end();
    for (const table of tables)
      for (const tenant of ['a', 'b'])
        await pools.ftm_projector.query(
          `insert into rm_v1.${table} (tenant_id, id, status, version, last_seq, created_at, updated_at, state)
           values ($1, gen_random_uuid(), 'ready', 1, 1, now(), now(), '{}')`,
          [tenant],
        );
  });
  afterAll(async () => {
    await Promise.all(Object.values(pools).map((pool) => pool.end()));
    await database.drop();
  });

  it('every read model has its view, and no view is of anything else', () => {
    expect(tables).toContain('ftm_datasets');
    expect(views).toEqual(tables);
  });

  it('the API sees its tenant’s rows of every read model through the views, and no others', async () => {
    for (const table of tables) {
      const tenants = `select tenant_id from ftm.${table}`;
      expect((await pools.ftm_api.query(tenants)).rows).toEqual([]);
      for (const tenant of ['a', 'b', 'c'])
        expect(
          await withTenant(
            pools.ftm_api,
            tenant,
            async (client) => (await client.query<{ tenant_id: string }>(tenants)).rows,
          ),
        ).toEqual(tenant === 'c' ? [] : [{ tenant_id: tenant }]);
    }
  });

  it('no role can do what is not its work', async () => {
    const forbidden: readonly (readonly [Role, string])[] = [
      ['ftm_api', "update rm_v1.ftm_datasets set status = 'ready'"],
      ['ftm_api', 'delete from ftm.ftm_datasets'],
      ['ftm_api', 'insert into log.checkpoints (consumer, partition) values (1, 1)'],
      ['ftm_api', 'select * from log.parked'],
      ['ftm_api', 'create table public.mine (id int)'],
      ['ftm_api', 'alter table rm_v1.ftm_datasets disable row level security'],
      ['ftm_projector', 'update log.journal set value = value'],
      ['ftm_projector', 'delete from log.journal'],
      ['ftm_projector', 'truncate rm_v1.ftm_datasets'],
      ['ftm_runner', 'select * from rm_v1.ftm_datasets'],
      ['ftm_runner', 'insert into log.journal default values'],
      ['ftm_runner', 'select * from public.ftm_migrations'],
    ];
    for (const [role, sql] of forbidden)
      await expect(pools[role].query(sql)).rejects.toThrow(/permission denied|must be owner/);
  });
});
