import { createPool, isRefusedData, isUnavailable, withTransaction, type Pool } from './pool.ts';
import { createEmptyDatabase } from './testing/database.ts';

describe('pool', () => {
  let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
  let pool: Pool;
  const idle: Error[] = [];
  beforeAll(async () => {
    database = await createEmptyDatabase();
    pool = createPool({
      url: database.url,
      applicationName: 'pool-test',
      statementTimeoutMs: 300,
      max: 2,
      onIdleError: (error) => void idle.push(error),
    });
    await pool.query('create table t (id bigint primary key)');
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  const failure = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('sets what every connection needs, and reads bigint as text', async () => {
    const { rows } = await pool.query(
      "select current_setting('application_name') as name, current_setting('statement_timeout') as timeout, 9007199254740993::bigint as big",
    );
    expect(rows).toEqual([{ name: 'pool-test', timeout: '300ms', big: '9007199254740993' }]);
  });

  it('rolls back what fails, and says so when a failed statement was passed over', async () => {
    await failure(
      withTransaction(pool, async (client) => {
        await client.query('insert into t values (1)');
        throw new Error('no');
      }),
    );
    const passedOver = withTransaction(pool, async (client) => {
      await client.query('insert into t values (2)');
      await client.query('nonsense').catch(() => undefined);
    });
    await expect(passedOver).rejects.toThrow('rolled back');
    expect((await pool.query('select id from t')).rows).toEqual([]);
  });

  it('tells a database that is away from a statement that is wrong', async () => {
    const nobody = createPool({ url: 'postgres://x:y@127.0.0.1:1/z', applicationName: 'test' });
    expect(isUnavailable(await failure(nobody.query('select 1')))).toBe(true);
    await nobody.end();
    expect(isUnavailable(await failure(nobody.query('select 1')))).toBe(true);
    expect(isUnavailable(await failure(pool.query('select pg_sleep(5)')))).toBe(true);
    expect(isUnavailable(await failure(pool.query('select nonsense')))).toBe(false);
    expect(isUnavailable(new Error('anything else'))).toBe(false);
    expect(isRefusedData(await failure(pool.query("select 'x'::uuid")))).toBe(true);
    expect(isRefusedData(await failure(pool.query('select nonsense')))).toBe(false);
  });

  it('goes on after its connections were ended, in a transaction or idle', async () => {
    const other = createPool({ url: database.url, applicationName: 'killer', max: 1 });
    const end = () =>
      other.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pool-test'",
      );
    const error = await failure(
      withTransaction(pool, async (client) => {
        await client.query('insert into t values (3)');
        await end();
        await client.query('insert into t values (4)');
      }),
    );
    expect(isUnavailable(error)).toBe(true);
    await pool.query('select 1');
    await end();
    // The pool hears of it with the next turn of the loop, or with the next query.
    await failure(pool.query('select 1'));
    expect((await pool.query('select id from t')).rows).toEqual([]);
    await other.end();
  });
});
