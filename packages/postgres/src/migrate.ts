import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import knex from 'knex';
import pg from 'pg';
import { checksum, MIGRATIONS, migrationFiles, refuseEdited, type AppliedFile } from './migration-files.ts';
import { installQueue } from './queue-schema.ts';
import { ensureRoles, type RolePasswords } from './roles.ts';

export interface MigrateOptions {
  /** URL of the role that owns the schemas, and may create roles. */
  readonly ownerUrl: string;
  /** Passwords of the services' roles; set on every run, so a new one takes effect by running it again. Absent: they are left as they are. */
  readonly passwords?: Partial<RolePasswords>;
  readonly directory?: string;
}

const KNEX = { tableName: 'ftm_migrations', schemaName: 'public' };
/** What fails is thrown; knex would print it, too. */
const QUIET = { warn: ignore, error: ignore, debug: ignore, deprecate: ignore };
/** Any number that no other program locks in this database. */
const LOCK = 7_283_001;

/**
 * Brings the database to the newest version: the services' roles, every `NNNN_name.sql` that was not applied, all of them in one transaction
 * with their checksums, and the job queue's own schema. Programs that start together wait for each other. Safe to run again.
 * @returns the files applied now
 * @throws Error for an applied file that was edited or is gone since: nobody can tell what the database has then
 */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  const directory = options.directory ?? MIGRATIONS;
  return alone(options.ownerUrl, async () => {
    const database = knex({
      client: 'pg',
      connection: options.ownerUrl,
      pool: { min: 0, max: 2 },
      log: QUIET,
    });
    try {
      await ensureRoles(
        async (sql, values) => (await database.raw<Answer>(sql, values)).rows,
        options.passwords,
      );
      await checkApplied(database, directory);
      const config = { ...KNEX, migrationSource: createSource(directory) };
      // Nobody else runs now, so a lock in knex's own table is one that a killed run has left.
      await database.migrate.currentVersion(config);
      await database.migrate.forceFreeMigrationsLock(config);
      const [, applied] = (await database.migrate.latest(config)) as [number, string[]];
      await installQueue(options.ownerUrl, (sql) => database.raw(sql));
      return applied;
    } finally {
      await database.destroy();
    }
  });
}

type Database = Pick<ReturnType<typeof knex>, 'raw'>;
interface Answer {
  readonly rows: Record<string, string>[];
}

/** The lock is the session's: it goes with the connection, however the program ends. */
async function alone<T>(url: string, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'ftm-migrate', keepAlive: true });
  await client.connect();
  client.on('error', () => undefined);
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    return await work();
  } finally {
    await client.end().catch(() => undefined);
  }
}

function createSource(directory: string) {
  return {
    getMigrations: (): Promise<string[]> => migrationFiles(directory),
    getMigrationName: (file: string): string => file,
    getMigration: async (file: string) => ({
      up: async (transaction: {
        raw(sql: string, values?: readonly string[]): Promise<unknown>;
      }): Promise<void> => {
        const sql = await readFile(join(directory, file), 'utf8');
        await transaction.raw(sql.replaceAll('?', '\\?'));
        await transaction.raw('insert into public.ftm_migration_checksums (file, sha256) values (?, ?)', [
          file,
          checksum(sql),
        ]);
      },
      down: async (): Promise<void> => Promise.reject(new Error('migrations only go forward')),
    }),
  };
}

async function checkApplied(database: Database, directory: string): Promise<void> {
  await database.raw(
    'create table if not exists public.ftm_migration_checksums (file text primary key, sha256 text not null)',
  );
  const { rows } = await database.raw<{ rows: AppliedFile[] }>(
    'select file, sha256 from public.ftm_migration_checksums order by file',
  );
  await refuseEdited(rows, directory);
}

function ignore(): void {
  // Nothing to say.
}
