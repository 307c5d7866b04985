import { setTimeout as sleep } from 'node:timers/promises';
import { types } from 'node:util';

/** One for each role; the API connects as two, for readers of one tenant and for the writers of the log. */
export interface RolePasswords {
  readonly ftm_api: string;
  readonly ftm_projector: string;
  readonly ftm_runner: string;
  readonly ftm_writer: string;
}

type Ask = (sql: string, values: readonly string[]) => Promise<readonly Record<string, string>[]>;

const ATTRIBUTES = 'login nosuperuser nocreatedb nocreaterole noreplication nobypassrls';
/** Roles belong to the whole server: a migration of another database may touch the same one at the same time. */
const RACES = new Set(['42710', '23505', 'XX000']);
const ATTEMPTS = 10;

export const ROLES = ['ftm_api', 'ftm_writer', 'ftm_projector', 'ftm_runner'] as const;

/** Makes the roles that are missing and sets the passwords that are given. @throws RangeError for an empty password */
export async function ensureRoles(ask: Ask, passwords: Partial<RolePasswords> | undefined): Promise<void> {
  for (const role of ROLES) {
    const password = passwords?.[role];
    if (password === '') throw new RangeError(`the password of ${role} is empty`);
    await retrying(async () => {
      const known = await ask('select rolname from pg_roles where rolname = ?', [role]);
      if (known.length === 0) await ask(`create role ${role} ${ATTRIBUTES}`, []);
      if (password === undefined) return;
      // A password cannot be a parameter of the statement; format() quotes it.
      const rows = await ask(
        `select format('alter role ${role} ${ATTRIBUTES} password %L', ?::text) as statement`,
        [password],
      );
      // A question mark in it would be taken for a placeholder.
      await ask((rows[0]?.['statement'] ?? '').replaceAll('?', '\\?'), []);
    });
  }
}

async function retrying(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      const code: unknown = types.isNativeError(error) && 'code' in error ? error.code : null;
      if (typeof code !== 'string' || !RACES.has(code) || attempt === ATTEMPTS) throw withoutStatement(error);
      await sleep(20 * attempt);
    }
  }
}

/** knex puts the whole statement into its errors' message, and this one has a password in it. */
function withoutStatement(error: unknown): Error {
  const message = types.isNativeError(error) ? error.message : String(error);
  return new Error(
    `could not set up a role: ${message.slice(message.lastIndexOf(' - ') + 1).replace(/^- /, '')}`,
  );
}
