import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const MIGRATIONS = join(import.meta.dirname, '../../../migrations');

/** What was applied to a database, with the checksum that it had then. */
export interface AppliedFile {
  readonly file: string;
  readonly sha256: string;
}

/** All there are, in order. */
export const migrationFiles = async (directory: string): Promise<string[]> =>
  (await readdir(directory)).filter((file) => /^\d{4}_.+\.sql$/.test(file)).sort();

/** @throws Error for an applied file that was edited or is gone since: nobody can tell what the database has then */
export async function refuseEdited(applied: readonly AppliedFile[], directory: string): Promise<void> {
  for (const { file, sha256 } of applied) {
    const sql = await readFile(join(directory, file), 'utf8').catch((error: unknown) => {
      throw new Error(`${file} was applied to this database, but is not in ${directory}`, { cause: error });
    });
    if (checksum(sql) !== sha256)
      throw new Error(
        `${file} was changed after it was applied: migrations are never edited, write a new one`,
      );
  }
}

export const checksum = (sql: string): string => createHash('sha256').update(sql).digest('hex');
