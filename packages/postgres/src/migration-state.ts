import pg from 'pg';
import { MIGRATIONS, migrationFiles, refuseEdited, type AppliedFile } from './migration-files.ts';
import { ROLES, type RolePasswords } from './roles.ts';

/** What a database has of what `migrate` makes. */
export interface MigrationState {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  readonly missingRoles: readonly (keyof RolePasswords)[];
  /** Whether the job queue's schema is there; `migrate` brings it to its newest version. */
  readonly hasQueue: boolean;
}

/** Looks, and changes nothing. @throws Error for an applied file that was edited or is gone since */
export async function lookAtMigrations(ownerUrl: string, directory = MIGRATIONS): Promise<MigrationState> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'ftm-migrate' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ files: boolean; queue: boolean }>(
      `select to_regclass('public.ftm_migration_checksums') is not null as files, to_regclass('graphile_worker.migrations') is not null as queue`,
    );
    const applied =
      rows[0]?.files === true
        ? (await client.query<AppliedFile>('select file, sha256 from public.ftm_migration_checksums')).rows
        : [];
    await refuseEdited(applied, directory);
    const { rows: roles } = await client.query<{ name: string }>(
      'select rolname as name from pg_roles where rolname = any($1)',
      [ROLES],
    );
    const isApplied = new Set(applied.map(({ file }) => file));
    return {
      applied: [...isApplied].sort(),
      pending: (await migrationFiles(directory)).filter((file) => !isApplied.has(file)),
      missingRoles: ROLES.filter((role) => !roles.some(({ name }) => name === role)),
      hasQueue: rows[0]?.queue === true,
    };
  } finally {
    await client.end();
  }
}
