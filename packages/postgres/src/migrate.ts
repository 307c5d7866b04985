import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import knex from 'knex';

export interface MigrateOptions {
  /** URL of the role that owns the schemas. */
  readonly ownerUrl: string;
  /** Passwords of the services' roles. */
  readonly passwords: { readonly ftm_api: string; readonly ftm_projector: string; readonly ftm_runner: string };
  readonly directory?: string;
}

const MIGRATIONS = join(import.meta.dirname, '../../../migrations');

/**
 * Brings the database to the newest version: every `NNNN_name.sql` that was not applied, each in a transaction, one program at a time. An
 * applied file that was edited since is an error, because nobody can tell what the database has then.
 */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  const directory = options.directory ?? MIGRATIONS;
  const database = knex({ client: 'pg', connection: options.ownerUrl, pool: { min: 0, max: 2 } });
  try {
    await checkApplied(database, directory);
    const [, applied] = (await database.migrate.latest({ migrationSource: createSource(directory), tableName: 'ftm_migrations', schemaName: 'public' })) as [number, string[]];
    await recordChecksums(database, directory, applied);
    for (const [role, password] of Object.entries(options.passwords)) await setPassword(database, role, password);
    return applied;
  } finally {
    await database.destroy();
  }
}

type Database = ReturnType<typeof knex>;

function createSource(directory: string) {
  return {
    getMigrations: async (): Promise<string[]> => (await readdir(directory)).filter((file) => /^\d{4}_.+\.sql$/.test(file)).sort(),
    getMigrationName: (file: string): string => file,
    getMigration: async (file: string) => ({
      up: async (transaction: { raw(sql: string): Promise<unknown> }): Promise<void> => {
        await transaction.raw((await readFile(join(directory, file), 'utf8')).replaceAll('?', '\\?'));
      },
      down: async (): Promise<void> => Promise.reject(new Error('migrations only go forward')),
    }),
  };
}

async function checkApplied(database: Database, directory: string): Promise<void> {
  await database.raw('create table if not exists public.ftm_migration_checksums (file text primary key, sha256 text not null)');
  const { rows } = await database.raw<{ rows: { file: string; sha256: string }[] }>('select file, sha256 from public.ftm_migration_checksums');
  for (const { file, sha256 } of rows) if ((await checksum(directory, file)) !== sha256) throw new Error(`${file} was changed after it was applied: migrations are never edited, write a new one`);
}

async function recordChecksums(database: Database, directory: string, files: readonly string[]): Promise<void> {
  for (const file of files) await database.raw('insert into public.ftm_migration_checksums (file, sha256) values (?, ?) on conflict do nothing', [file, await checksum(directory, file)]);
}

async function checksum(directory: string, file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(join(directory, file)))
    .digest('hex');
}

/** A role's password cannot be a parameter of the statement; format() quotes it. */
async function setPassword(database: Database, role: string, password: string): Promise<void> {
  const { rows } = await database.raw<{ rows: { statement: string }[] }>("select format('alter role %I password %L', ?::text, ?::text) as statement", [role, password]);
  if (rows[0] !== undefined) await database.raw(rows[0].statement);
}
