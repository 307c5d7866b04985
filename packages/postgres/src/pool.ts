import { types } from 'node:util';
import pg from 'pg';

export type Pool = pg.Pool;
export type Client = pg.PoolClient;

export interface PoolOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly max?: number;
  readonly statementTimeoutMs?: number;
  /** An idle connection broke; the pool goes on with new ones. */
  readonly onIdleError?: (error: Error) => void;
}

/** A pool with limits on everything that can hang. `bigint` columns come back as text. */
export function createPool(options: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.max ?? 10,
    connectionTimeoutMillis: 3000,
    idleTimeoutMillis: 30_000,
    statement_timeout: options.statementTimeoutMs ?? 15_000,
    query_timeout: (options.statementTimeoutMs ?? 15_000) + 2000,
    // A process that is stopped in a transaction must not hold a partition's checkpoint for ever.
    idle_in_transaction_session_timeout: 20_000,
    keepAlive: true,
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  // A connection that breaks while it is used fails the statement; without a listener it would end the process as well.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * Commits what `work` did, or nothing of it. An error of the commit itself leaves open which: whoever must know looks.
 * @throws what `work` threw, or the database's error
 */
export async function withTransaction<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // Without a listener a connection that breaks between two statements would end the process.
  const ignore = (): void => undefined;
  client.on('error', ignore);
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    const { command } = await client.query('commit');
    // A transaction with a failed statement that `work` passed over is rolled back by `commit`, without an error.
    if (command !== 'COMMIT')
      throw new Error('the transaction was rolled back: a statement in it had failed');
    return result;
  } catch (error) {
    // A connection that broke or hangs is thrown away: a rollback would only wait behind the statement that hangs.
    if (isUnavailable(error)) broken = asError(error);
    else
      await client.query('rollback').catch((rollbackError: unknown) => {
        broken = asError(rollbackError);
      });
    throw error;
  } finally {
    client.removeListener('error', ignore);
    client.release(broken);
  }
}

/** A transaction that sees the rows of one tenant, and of no other. */
export function withTenant<T>(
  pool: Pool,
  tenantId: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  return withTransaction(pool, async (client) => {
    await client.query("select set_config('ftm.tenant_id', $1, true)", [tenantId]);
    return work(client);
  });
}

/** SQLSTATEs of a database that is stopping, starting, full or overloaded; class 08 (connection) is added to them. */
const UNAVAILABLE_STATES = new Set([
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
  '25P03', // idle_in_transaction_session_timeout
  '57014', // query_canceled: statement timeout
  '55P03', // lock_not_available
  '53100', // disk_full
  '53200', // out_of_memory
  '53300', // too_many_connections
  '53400', // configuration_limit_exceeded
  '58030', // io_error
  '25006', // read_only_sql_transaction: a standby
  '40001', // serialization_failure
  '40P01', // deadlock_detected
]);
const UNAVAILABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
]);
// The client's own errors carry no code.
const UNAVAILABLE_TEXT =
  /timeout exceeded when trying to connect|Connection terminated|Query read timeout|has encountered a connection error|Client was closed|after calling end on the pool/;

/** Is the database away or overloaded, rather than the statement wrong? Then the caller may try again later. */
export function isUnavailable(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  const code = codeOf(error);
  if (code !== null)
    return UNAVAILABLE_STATES.has(code) || UNAVAILABLE_CODES.has(code) || code.startsWith('08');
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.some(isUnavailable);
  return UNAVAILABLE_TEXT.test(error.message);
}

/** Does the database refuse the data themselves (SQLSTATE class 22 or 23)? The same statement will never pass. */
export function isRefusedData(error: unknown): boolean {
  return types.isNativeError(error) && /^2[23]/.test(codeOf(error) ?? '');
}

function codeOf(error: Error): string | null {
  const code: unknown = 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : null;
}

function asError(error: unknown): Error {
  return types.isNativeError(error) ? error : new Error(String(error));
}
