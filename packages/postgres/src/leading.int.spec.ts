import { setTimeout as wait } from 'node:timers/promises';
import { whileLeading, type Lead } from './leading.ts';
import { createPool, type Pool } from './pool.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

const LOCK = 42;

describe('leading', () => {
  let database: TestDatabase;
  let pools: readonly [Pool, Pool];
  let owner: Pool;
  beforeAll(async () => {
    database = await createTestDatabase();
    const open = (applicationName: string): Pool =>
      createPool({ url: database.url('ftm_projector'), applicationName });
    pools = [open('first'), open('second')];
    owner = createPool({ url: database.ownerUrl, applicationName: 'owner' });
  });
  afterAll(async () => {
    await Promise.all([...pools, owner].map((pool) => pool.end()));
    await database.drop();
  });

  interface Contender {
    readonly problems: unknown[];
    lead: Lead | null;
    terms: number;
    fail: ((error: Error) => void) | null;
    stop(): Promise<void>;
  }
  let leading = 0;
  let most = 0;
  function contend(which: 0 | 1, lock = LOCK): Contender {
    const contender: Omit<Contender, 'stop'> = {
      problems: [],
      lead: null,
      terms: 0,
      fail: null,
    };
    const { stop } = whileLeading(
      pools[which],
      lock,
      async (lead) => {
        contender.lead = lead;
        contender.terms += 1;
        leading += 1;
        most = Math.max(most, leading);
        try {
          await new Promise<void>((resolve, reject) => {
            contender.fail = reject;
            lead.signal.addEventListener('abort', () => resolve());
          });
        } finally {
          leading -= 1;
          contender.lead = null;
        }
      },
      { retryMs: 10, onProblem: (error) => contender.problems.push(error) },
    );
    return Object.assign(contender, { stop });
  }
  async function until(is: () => boolean): Promise<void> {
    while (!is()) await wait(5);
  }
  /** Backends that hold the lock. */
  async function holders(): Promise<number[]> {
    const { rows } = await owner.query<{ pid: number }>(
      "select pid from pg_locks where locktype = 'advisory' and objid = $1 and granted",
      [LOCK],
    );
    return rows.map(({ pid }) => pid);
  }
  /** Waits until a contender has asked so often. */
  async function refusals(name: string, count: number): Promise<void> {
    const seen = new Set<string>();
    while (seen.size < count) {
      const { rows } = await owner.query<{ at: string }>(
        "select query_start::text as at from pg_stat_activity where application_name = $1 and query like '%advisory%'",
        [name],
      );
      for (const { at } of rows) seen.add(at);
    }
  }
  beforeEach(() => {
    most = 0;
  });

  it('is one’s at a time, and the other’s as soon as the first stops', async () => {
    const first = contend(0);
    await until(() => first.lead !== null);
    const second = contend(1);
    // It has asked, and was refused.
    await refusals('second', 3);
    expect(await holders()).toHaveLength(1);
    expect(second.lead).toBeNull();
    await first.stop();
    await until(() => second.lead !== null);
    expect(first.lead).toBeNull();
    expect(most).toBe(1);
    await second.stop();
    expect(second.problems).toEqual([]);
  });

  it('is lost with its connection: the signal says so, and another takes over', async () => {
    const first = contend(0);
    await until(() => first.lead !== null);
    const second = contend(1);
    const { signal } = first.lead as Lead;
    const [holder] = await holders();
    await owner.query('select pg_terminate_backend($1)', [holder]);
    await until(() => signal.aborted);
    await until(() => first.lead !== null || second.lead !== null);
    // Whoever has it now, the other still wants it.
    const [now, next] = second.lead === null ? [first, second] : [second, first];
    await now.stop();
    await until(() => next.lead !== null);
    await next.stop();
  });

  it('is given up when the work fails, is told, and is asked for again', async () => {
    const first = contend(0);
    await until(() => first.lead !== null);
    first.fail?.(new Error('no'));
    await until(() => first.terms === 2);
    expect(first.problems).toEqual([new Error('no')]);
    await first.stop();
  });

  it('stops while it waits for its turn, and leaves nothing behind', async () => {
    const first = contend(0);
    await until(() => first.lead !== null);
    const second = contend(1);
    await second.stop();
    await first.stop();
    expect(second.terms).toBe(0);
    while ((await holders()).length > 0) await wait(5);
  });

  it('goes on asking while the database is away', async () => {
    const away = createPool({ url: 'postgres://nobody@127.0.0.1:1/nothing', applicationName: 'away' });
    const problems: unknown[] = [];
    const { stop } = whileLeading(away, LOCK, () => Promise.resolve(), {
      retryMs: 5,
      onProblem: (error) => problems.push(error),
    });
    await until(() => problems.length >= 3);
    await stop();
    await away.end();
  });

  it('of different things is nobody’s hindrance', async () => {
    const [first, second] = [contend(0, 43), contend(1, 44)];
    await until(() => first.lead !== null && second.lead !== null);
    await Promise.all([first.stop(), second.stop()]);
  });
});
