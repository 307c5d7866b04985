import { setTimeout as sleep } from 'node:timers/promises';
import { Logger as QueueLogger, run, type Runner } from 'graphile-worker';
import { createPool, type Pool } from '@ftm/postgres/pool';
import { createTestDatabase, type TestDatabase } from '@ftm/postgres/testing/database';
import { eventually } from '@ftm/event-log/testing/environment';
import { startHeartbeat } from './dead-workers.ts';

describe('a worker that was taken for dead', () => {
  let database: TestDatabase;
  let pool: Pool;
  const workers: Runner[] = [];
  /** Ends of the runs that are under way, in the order in which they began. */
  const ends: (() => void)[] = [];
  const ran: string[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createPool({ url: database.url('ftm_runner'), applicationName: 'test' });
  });
  afterAll(async () => {
    for (const worker of workers) await worker.stop();
    await pool.end();
    await database.drop();
  });

  const startWorker = async (): Promise<void> => {
    workers.push(
      await run({
        pgPool: pool,
        concurrency: 1,
        pollInterval: 100,
        noHandleSignals: true,
        logger: new QueueLogger(() => () => undefined),
        taskList: {
          dataset: async (payload) => {
            ran.push((payload as { id: string }).id);
            await new Promise<void>((resolve) => ends.push(resolve));
          },
        },
      }),
    );
  };
  const add = (id: string) =>
    pool.query(
      "select graphile_worker.add_job('dataset', payload => $1::json, queue_name => 'dataset/acme', job_key => $2)",
      [JSON.stringify({ id }), id],
    );
  const holder = async (): Promise<string | null> =>
    (
      await pool.query<{ locked_by: string | null }>(
        "select locked_by from graphile_worker._private_job_queues where queue_name = 'dataset/acme'",
      )
    ).rows[0]?.locked_by ?? null;

  it('and whose job another one runs by then leaves no queue locked for ever', async () => {
    await add('a');
    await startWorker();
    await eventually('it runs', () => ends.length === 1);
    // What a heartbeat does that does not hear of it.
    await pool.query('select graphile_worker.force_unlock_workers($1)', [[await holder()]]);
    await startWorker();
    await eventually('the other one runs it', () => ends.length === 2);
    const other = await holder();
    for (const end of ends) {
      end();
      await sleep(300);
    }
    await add('b');
    await sleep(500);
    // The library alone would leave it so.
    expect(await holder()).toBe(other);
    expect(ran).toEqual(['a', 'a']);

    const heartbeat = startHeartbeat(pool, 'this', () => [], {
      warn: () => undefined,
      info: () => undefined,
      error: () => undefined,
      debug: () => undefined,
    });
    try {
      await eventually('the next one of the queue runs', () => ran.length === 3);
      expect(ran).toEqual(['a', 'a', 'b']);
      // Who runs a job keeps its queue.
      await sleep(2500);
      expect(await holder()).not.toBeNull();
    } finally {
      await heartbeat.stop();
      ends.at(-1)?.();
    }
  });
});
