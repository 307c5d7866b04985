import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import pg from 'pg';
import { migrate } from '../migrate.ts';
import type { RolePasswords } from '../roles.ts';

export type Role = keyof RolePasswords;

export interface TestDatabase {
  /** As the owner, who is no subject of row-level security. */
  readonly ownerUrl: string;
  /** As one of the services' roles: the owner's connection takes the role at once, so no test depends on a password. */
  url(role: Role, settings?: Readonly<Record<string, string>>): string;
  drop(): Promise<void>;
}

const MIGRATIONS = join(import.meta.dirname, '../../../../migrations');
const TEMPLATE_LOCK = 7_283_002;

/** A migrated database of its own, cloned from a template that the first caller makes. @throws Error when FTM_OWNER_DATABASE_URL is not set */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${Date.now().toString(36)}_${randomBytes(3).toString('hex')}`;
  const template = await ensureTemplate();
  await asOwner((client) => client.query(`create database ${name} template ${template}`));
  const ownerUrl = urlOf(name);
  return {
    ownerUrl,
    url(role, settings = {}) {
      const url = new URL(ownerUrl);
      const options = Object.entries({ role, ...settings }).map(([key, value]) => `-c ${key}=${value}`);
      url.searchParams.set('options', options.join(' '));
      return url.toString();
    },
    drop: async () => {
      await asOwner((client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}

/** An empty database, nothing migrated. */
export async function createEmptyDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `test_${Date.now().toString(36)}_${randomBytes(3).toString('hex')}`;
  await asOwner((client) => client.query(`create database ${name}`));
  return {
    url: urlOf(name),
    drop: async () => {
      await asOwner((client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}

/** One template for each set of migrations; made under another name first, so that a half-made one is never cloned. */
async function ensureTemplate(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of (await readdir(MIGRATIONS)).sort())
    hash.update(file).update(await readFile(join(MIGRATIONS, file)));
  const name = `ftm_template_${hash.digest('hex').slice(0, 12)}`;
  await asOwner(async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 1) return;
    await client.query(`drop database if exists ${name}_new with (force)`);
    await client.query(`create database ${name}_new`);
    await migrate({ ownerUrl: urlOf(`${name}_new`) });
    await client.query(`alter database ${name}_new rename to ${name}`);
  });
  return name;
}

async function asOwner<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: required() });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(required());
  url.pathname = `/${database}`;
  return url.toString();
}

function required(): string {
  const url = process.env['FTM_OWNER_DATABASE_URL'];
  if (url === undefined || url === '')
    throw new Error('FTM_OWNER_DATABASE_URL is not set: integration tests need the real Postgres');
  return url;
}
