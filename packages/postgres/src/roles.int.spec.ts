import { createPool, withTenant, type Pool } from './pool.ts';
import { ROLES } from './roles.ts';
import { createTestDatabase, type Role, type TestDatabase } from './testing/database.ts';

/** May do to rows: `r`ead, `a`dd, `c`hange, `d`elete; in capitals only some columns. */
type May = string;

const NOTHING = '';
/** Of every read model, in whichever generation. */
const READ_MODEL: Readonly<Record<Role, May>> = {
  ftm_api: 'r',
  ftm_writer: NOTHING,
  ftm_projector: 'rac',
  ftm_runner: NOTHING,
};
/** Every table there is, but those of read models and of the job queue's library. */
const TABLES: Readonly<Record<string, Readonly<Record<Role, May>>>> = {
  'log.audit_checkpoints': { ftm_api: 'r', ftm_writer: NOTHING, ftm_projector: 'raC', ftm_runner: NOTHING },
  'log.audit_keys': { ftm_api: 'r', ftm_writer: NOTHING, ftm_projector: 'ra', ftm_runner: NOTHING },
  'log.chain_heads': { ftm_api: 'r', ftm_writer: 'r', ftm_projector: 'rac', ftm_runner: 'rac' },
  'log.checkpoints': { ftm_api: 'r', ftm_writer: 'r', ftm_projector: 'rac', ftm_runner: 'rac' },
  'log.dead_letter_actions': {
    ftm_api: NOTHING,
    ftm_writer: NOTHING,
    ftm_projector: 'ra',
    ftm_runner: 'ra',
  },
  'log.erased_keys': { ftm_api: 'r', ftm_writer: NOTHING, ftm_projector: 'ra', ftm_runner: 'r' },
  'log.generation_positions': {
    ftm_api: NOTHING,
    ftm_writer: NOTHING,
    ftm_projector: 'rac',
    ftm_runner: NOTHING,
  },
  'log.generations': { ftm_api: 'r', ftm_writer: NOTHING, ftm_projector: 'rc', ftm_runner: NOTHING },
  'log.journal': { ftm_api: 'r', ftm_writer: 'r', ftm_projector: 'ra', ftm_runner: 'r' },
  'log.merkle_nodes': { ftm_api: 'r', ftm_writer: NOTHING, ftm_projector: 'ra', ftm_runner: NOTHING },
  'log.parked': { ftm_api: 'R', ftm_writer: NOTHING, ftm_projector: 'raCd', ftm_runner: 'raCd' },
  'log.void_records': { ftm_api: NOTHING, ftm_writer: NOTHING, ftm_projector: 'ra', ftm_runner: 'ra' },
  'public.ftm_migration_checksums': {
    ftm_api: NOTHING,
    ftm_writer: NOTHING,
    ftm_projector: NOTHING,
    ftm_runner: NOTHING,
  },
  'public.ftm_migrations': {
    ftm_api: NOTHING,
    ftm_writer: NOTHING,
    ftm_projector: NOTHING,
    ftm_runner: NOTHING,
  },
  'public.ftm_migrations_lock': {
    ftm_api: NOTHING,
    ftm_writer: NOTHING,
    ftm_projector: NOTHING,
    ftm_runner: NOTHING,
  },
  'work.dataset_jobs': { ftm_api: NOTHING, ftm_writer: NOTHING, ftm_projector: NOTHING, ftm_runner: 'ra' },
  'work.model_watches': {
    ftm_api: NOTHING,
    ftm_writer: NOTHING,
    ftm_projector: NOTHING,
    ftm_runner: 'racd',
  },
  'work.provider_hints': { ftm_api: 'a', ftm_writer: NOTHING, ftm_projector: NOTHING, ftm_runner: 'rcd' },
  'work.provider_jobs': { ftm_api: NOTHING, ftm_writer: NOTHING, ftm_projector: NOTHING, ftm_runner: 'rad' },
  'work.provider_slots': {
    ftm_api: NOTHING,
    ftm_writer: NOTHING,
    ftm_projector: NOTHING,
    ftm_runner: 'racd',
  },
  'work.runner_workers': {
    ftm_api: NOTHING,
    ftm_writer: NOTHING,
    ftm_projector: NOTHING,
    ftm_runner: 'racd',
  },
};

/** Tables with rows of tenants, and what is missing for their rows to be kept apart. */
const UNPROTECTED = `
  select relnamespace::regnamespace || '.' || relname as name from pg_class c
  where relkind in ('r', 'p') and relnamespace::regnamespace::text !~ '^(pg_|information_schema|graphile_worker)'
    and exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id' and not attisdropped)
    and not (relrowsecurity and relforcerowsecurity)`;

describe('the roles', () => {
  let database: TestDatabase;
  let owner: Pool;
  let pools: Readonly<Record<Role, Pool>>;
  let tables: readonly string[];
  const readModels = (): string[] => tables.filter((table) => table.startsWith('rm_v1.'));

  beforeAll(async () => {
    database = await createTestDatabase();
    const open = (role: Role) => createPool({ url: database.url(role), applicationName: 'test' });
    pools = {
      ftm_api: open('ftm_api'),
      ftm_writer: open('ftm_writer'),
      ftm_projector: open('ftm_projector'),
      ftm_runner: open('ftm_runner'),
    };
    owner = createPool({ url: database.ownerUrl, applicationName: 'test' });
    // Another generation, as a rebuild makes it.
    await owner.query("select log.swap_generation(log.begin_generation('test'))");
    const { rows } = await owner.query<{ name: string }>(
      `select schemaname || '.' || tablename as name from pg_tables
       where schemaname !~ '^(pg_|information_schema|graphile_worker)' order by 1`,
    );
    tables = rows.map(({ name }) => name);
    for (const table of readModels())
      for (const tenant of ['a', 'b'])
        await pools.ftm_projector.query(
          `insert into ${table.replace('rm_v1', 'rm_v2')} (tenant_id, id, status, version, last_seq, created_at, updated_at, state)
           values ($1, gen_random_uuid(), 'ready', 1, 1, now(), now(), '{}')`,
          [tenant],
        );
  });
  afterAll(async () => {
    await Promise.all([...Object.values(pools), owner].map((pool) => pool.end()));
    await database.drop();
  });

  it('every read model has its view, and no view is of anything else', async () => {
    const { rows } = await owner.query<{ name: string }>(
      "select 'rm_v1.' || viewname as name from pg_views where schemaname = 'ftm' order by 1",
    );
    expect(rows.map(({ name }) => name)).toEqual(readModels());
    expect(readModels()).toContain('rm_v1.ftm_datasets');
  });

  it('the API sees its tenant’s rows of every read model through the views, and no others', async () => {
    for (const table of readModels()) {
      const tenants = `select tenant_id from ${table.replace('rm_v1', 'ftm')}`;
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

  it('no setting opens what a role does not see', async () => {
    const client = await pools.ftm_api.connect();
    await client.query("set ftm.role = 'writer'");
    for (const table of [
      'log.journal',
      'log.chain_heads',
      ...readModels().map((each) => each.replace('v1', 'v2')),
    ])
      expect((await client.query(`select 1 from ${table}`)).rows).toEqual([]);
    for (const role of ROLES.filter((each) => each !== 'ftm_api'))
      // The session is the owner's in tests, who may be anybody; the role alone may not.
      expect(
        (await client.query<{ may: boolean }>("select pg_has_role('ftm_api', $1, 'member') as may", [role]))
          .rows,
      ).toEqual([{ may: false }]);
    client.release(true);
  });

  it('every table of tenants has forced row-level security; one without is found', async () => {
    expect((await owner.query(UNPROTECTED)).rows).toEqual([]);
    await owner.query('create table work.planted (tenant_id text)');
    expect((await owner.query(UNPROTECTED)).rows).toEqual([{ name: 'work.planted' }]);
    await owner.query('alter table work.planted enable row level security');
    expect((await owner.query(UNPROTECTED)).rows).toEqual([{ name: 'work.planted' }]);
    await owner.query("select log.protect('work.planted')");
    expect((await owner.query(UNPROTECTED)).rows).toEqual([]);
    await owner.query('drop table work.planted');
  });

  it.each(ROLES)('%s may do to every table what is listed here, and nothing else', async (role) => {
    const found: Record<string, May> = {};
    for (const table of tables) found[table] = await tried(pools[role], table);
    const expected = tables.map((table) => {
      const known = table.startsWith('rm_v') ? READ_MODEL : TABLES[table];
      return [table, known?.[role] ?? 'not listed'];
    });
    expect(found).toEqual(Object.fromEntries(expected));
  });

  it('no role can do what is not its work', async () => {
    const forbidden: readonly (readonly [Role, string])[] = [
      ['ftm_api', 'create table public.mine (id int)'],
      ['ftm_api', 'alter table rm_v1.ftm_datasets disable row level security'],
      ['ftm_api', "select log.begin_generation('me')"],
      ['ftm_writer', 'alter policy writer_reads on log.journal using (false)'],
      ['ftm_projector', "select log.create_read_model('mine')"],
      ['ftm_projector', "select log.protect('log.journal')"],
      ['ftm_projector', "select log.serve_read_model('rm_v1', 'ftm_datasets')"],
      ['ftm_projector', "update log.audit_checkpoints set note = ''"],
      ['ftm_projector', "update log.audit_checkpoints set root = '', acknowledged_at = now()"],
      ['ftm_runner', 'create schema mine'],
    ];
    for (const [role, sql] of forbidden)
      await expect(pools[role].query(sql)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('a read model that is made by the function is as those that were made by hand', async () => {
    await owner.query(
      `select log.create_read_model('ftm_made', '{"suite_id": "uuid", "model_ref": "text"}')`,
    );
    const shape = async (name: string): Promise<unknown> => {
      const { rows } = await owner.query<{ shape: unknown }>(SHAPE, [name]);
      return JSON.parse(JSON.stringify(rows).replaceAll(name, 'NAME'));
    };
    expect(await shape('ftm_made')).toEqual(await shape('ftm_eval_runs'));
    expect(await tried(pools.ftm_projector, 'rm_v2.ftm_made')).toBe('rac');
    await owner.query('drop view ftm.ftm_made; drop table rm_v2.ftm_made');

    const refused = owner.query(
      'select log.create_read_model(\'x\', \'{"a; drop table log.journal": "no type"}\')',
    );
    await expect(refused).rejects.toThrow('syntax error');
  });

  it('no read model is made while a generation is being built, which would lack it', async () => {
    const { rows } = await owner.query<{ n: number }>("select log.begin_generation('test') as n");
    const made = owner.query("select log.create_read_model('ftm_late')");
    await expect(made).rejects.toThrow('a generation is being built, and would lack the table ftm_late');
    await owner.query('select log.drop_generation($1)', [rows[0]?.n]);
  });
});

/** Columns, indexes, policies, privileges and the view of a table of the second generation; without indexes for its own columns. */
const SHAPE = `
  with t as (select c.* from pg_class c where c.oid = ('rm_v2.' || $1)::regclass)
  select jsonb_build_object(
    'columns', (select jsonb_agg(jsonb_build_array(attname, atttypid::regtype, attnotnull) order by attname) from pg_attribute where attrelid = t.oid and attnum > 0),
    'indexes', (select jsonb_agg(regexp_replace(indexdef, 'INDEX \\S+', 'INDEX') order by indexdef) from pg_indexes where schemaname = 'rm_v2' and tablename = $1 and indexdef not like '%updated_at%'),
    'security', jsonb_build_array(relrowsecurity, relforcerowsecurity),
    'policies', (select jsonb_agg(jsonb_build_array(policyname, roles, cmd, qual, with_check) order by policyname) from pg_policies where schemaname = 'rm_v2' and tablename = $1),
    'privileges', (select array_agg(acl::text order by acl::text) from unnest(relacl) acl),
    'view', (select jsonb_build_array(reloptions, (select array_agg(acl::text order by acl::text) from unnest(v.relacl) acl where acl::text like 'ftm_%')) from pg_class v where v.oid = ('ftm.' || $1)::regclass)
  ) as shape from t`;

/** What a role can do to a table, found by doing it to no row. */
async function tried(pool: Pool, table: string): Promise<May> {
  const can = (sql: string): Promise<boolean> =>
    pool.query(sql).then(
      () => true,
      (error: unknown) => {
        if (/permission denied/.test(String(error))) return false;
        throw error;
      },
    );
  const columns = await columnsOf(pool, table);
  const some = async (privilege: string): Promise<boolean> => {
    const { rows } = await pool.query<{ may: boolean }>(
      "select has_schema_privilege($1, 'usage') and has_any_column_privilege($2::oid, $3) as may",
      [table.split('.')[0], columns.oid, privilege],
    );
    return rows[0]?.may === true;
  };
  const letter = async (all: boolean, privilege: string, name: string): Promise<string> =>
    all ? name : (await some(privilege)) ? name.toUpperCase() : '';
  const reads = await can(`select ${columns.names.join(', ')} from ${table} where false`);
  const adds = await can(
    `insert into ${table} (${columns.names.join(', ')}) overriding system value select ${columns.nulls} where false`,
  );
  const changes = await can(
    `update ${table} set ${columns.names.map((name) => `${name} = null`).join(', ')}`.replace(
      /$/,
      ' where false',
    ),
  );
  const deletes = await can(`delete from ${table} where false`);
  expect(await can(`truncate ${table}`)).toBe(false);
  return [
    await letter(reads, 'select', 'r'),
    await letter(adds, 'insert', 'a'),
    await letter(changes, 'update', 'c'),
    deletes ? 'd' : '',
  ].join('');
}

async function columnsOf(pool: Pool, table: string) {
  const { rows } = await pool.query<{ oid: string; name: string; type: string; generated: boolean }>(
    `select attrelid::text as oid, quote_ident(attname) as name, atttypid::regtype::text as type, attidentity <> '' as generated
     from pg_attribute join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace
     where n.nspname || '.' || relname = $1 and attnum > 0 and not attisdropped`,
    [table],
  );
  const known = rows.filter(({ generated }) => !generated);
  return {
    oid: rows[0]?.oid,
    names: known.map(({ name }) => name),
    nulls: known.map(({ type }) => `null::${type}`).join(', '),
  };
}
