import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeWorkerUtils, Logger } from 'graphile-worker';
import { migrate } from './migrate.ts';
import { createPool } from './pool.ts';
import { createEmptyDatabase, createTestDatabase } from './testing/database.ts';

const MIGRATIONS = join(import.meta.dirname, '../../../migrations');

describe('migrate', () => {
  let directory: string;
  let files: string[];
  let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ftm-migrations-'));
    files = (await readdir(MIGRATIONS)).filter((each) => each.endsWith('.sql')).sort();
    for (const file of files) await copyFile(join(MIGRATIONS, file), join(directory, file));
    database = await createEmptyDatabase();
  });
  afterEach(async () => {
    await database.drop();
    await rm(directory, { recursive: true });
  });
  const run = () => migrate({ ownerUrl: database.url, directory });
  async function ask(sql: string): Promise<Record<string, unknown>[]> {
    const pool = createPool({ url: database.url, applicationName: 'test' });
    try {
      return (await pool.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await pool.end();
    }
  }

  it('applies every file once, however many start at the same time', async () => {
    const applied = await Promise.all([run(), run(), run(), run()]);
    expect(applied.flat().sort()).toEqual(files);
    expect(await run()).toEqual([]);
    expect(await ask('select file from public.ftm_migration_checksums order by file')).toHaveLength(
      files.length,
    );
  });

  it('refuses a database whose migrations were edited or are gone', async () => {
    await run();
    await writeFile(join(directory, '0001_log.sql'), 'select 1');
    await expect(run()).rejects.toThrow('0001_log.sql was changed after it was applied');
    await rm(join(directory, '0001_log.sql'));
    await expect(run()).rejects.toThrow('0001_log.sql was applied to this database, but is not in');
  });

  it('leaves nothing of a file that fails, and goes on when it is mended', async () => {
    await run();
    const broken = join(directory, '9000_broken.sql');
    await writeFile(broken, 'create table public.half (id int); select nonsense;');
    await expect(run()).rejects.toThrow('nonsense');
    expect(await ask("select to_regclass('public.half') as half")).toEqual([{ half: null }]);
    await writeFile(broken, "create table public.half (id int); -- is a '?' a problem?");
    expect(await run()).toEqual(['9000_broken.sql']);
  });

  it('is not stopped by the lock of a run that was killed', async () => {
    await run();
    await ask('update public.ftm_migrations_lock set is_locked = 1');
    await writeFile(join(directory, '9000_more.sql'), 'create table public.more (id int);');
    expect(await run()).toEqual(['9000_more.sql']);
  });

  it('keeps the watch over a model that had a job for it', async () => {
    const watches = '0017_model_watches.sql';
    for (const file of files.filter((each) => each >= watches)) await rm(join(directory, file));
    await run();
    const id = '0190a000-0000-7000-8000-000000000000';
    await ask(
      `insert into rm_v1.ftm_model_versions (tenant_id, id, project_id, status, version, last_seq, created_at, updated_at, state)
       values ('acme', '${id}', 'p', 'candidate', 1, 1, now(), now(), '{"registration": {"providerModelId": "ft:a", "baseModel": "a"}}');
       insert into rm_v1.ftm_model_versions (tenant_id, id, project_id, status, version, last_seq, created_at, updated_at, state)
       values ('acme', gen_random_uuid(), 'p', 'retired', 2, 2, now(), now(), '{}');
       select graphile_worker.add_job('end_of_life', '{"correlation": "chain", "causation": "cause"}', job_key => 'end_of_life/acme/${id}');
       select graphile_worker.add_job('ft', '{}', job_key => 'ft/acme/${id}')`,
    );
    await copyFile(join(MIGRATIONS, watches), join(directory, watches));
    await run();
    expect(await ask('select * from work.model_watches')).toEqual([
      {
        tenant_id: 'acme',
        model_version_id: id,
        project_id: 'p',
        provider_model_id: 'ft:a',
        base_model: 'a',
        correlation: 'chain',
        causation: 'cause',
        look_at: -Infinity,
      },
    ]);
    expect(await ask('select key from graphile_worker.jobs')).toEqual([{ key: `ft/acme/${id}` }]);
  });
});

describe('the job queue', () => {
  it('can be used by the runners’ role, and by no other', async () => {
    const database = await createTestDatabase();
    const logger = new Logger(() => () => undefined);
    try {
      const queue = await makeWorkerUtils({ connectionString: database.url('ftm_runner'), logger });
      await queue.migrate();
      await queue.addJob('ft', { id: 1 }, { jobKey: 'ft/1' });
      await queue.addJob('ft', { id: 1 }, { jobKey: 'ft/1' });
      await queue.release();
      const runner = createPool({ url: database.url('ftm_runner'), applicationName: 'test' });
      const { rows } = await runner.query('select key from graphile_worker.jobs');
      expect(rows).toEqual([{ key: 'ft/1' }]);
      await runner.end();
      const api = createPool({ url: database.url('ftm_api'), applicationName: 'test' });
      await expect(api.query('select key from graphile_worker.jobs')).rejects.toThrow('permission denied');
      await api.end();
    } finally {
      await database.drop();
    }
  });
});
