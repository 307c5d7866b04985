/** Brings the database of FTM_OWNER_DATABASE_URL to the newest version. One command does it all: roles, tables, job queue. */
import process from 'node:process';
import { migrate } from './migrate.ts';

const VARIABLES = [
  'FTM_OWNER_DATABASE_URL',
  'FTM_API_DATABASE_PASSWORD',
  'FTM_PROJECTOR_DATABASE_PASSWORD',
  'FTM_RUNNER_DATABASE_PASSWORD',
  'FTM_WRITER_DATABASE_PASSWORD',
] as const;

async function main(): Promise<void> {
  const missing = VARIABLES.filter((name) => (process.env[name] ?? '') === '');
  if (missing.length > 0) throw new Error(`not set: ${missing.join(', ')}`);
  const value = (name: (typeof VARIABLES)[number]): string => process.env[name] ?? '';
  const applied = await migrate({
    ownerUrl: value('FTM_OWNER_DATABASE_URL'),
    passwords: {
      ftm_api: value('FTM_API_DATABASE_PASSWORD'),
      ftm_projector: value('FTM_PROJECTOR_DATABASE_PASSWORD'),
      ftm_runner: value('FTM_RUNNER_DATABASE_PASSWORD'),
      ftm_writer: value('FTM_WRITER_DATABASE_PASSWORD'),
    },
  });
  process.stdout.write(applied.length === 0 ? 'nothing to migrate\n' : `applied ${applied.join(', ')}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`migration failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
