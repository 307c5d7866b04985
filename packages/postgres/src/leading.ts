import { setTimeout as wait } from 'node:timers/promises';
import type { Client, Pool } from './pool.ts';

/** What one process at a time does, each by a number that nothing else locks in this database. */
export const LEADERS = {
  auditForwarder: 7_283_003,
  checkpointer: 7_283_004,
  rebuilder: 7_283_006,
  endOfLifeWatch: 7_283_007,
} as const;

/** Being the one among all processes that does a thing. */
export interface Lead {
  /** The connection that holds the lock. Who finds it broken has lost the lead. */
  readonly client: Client;
  /** Aborted when the lead is lost, and when it is to be given up. */
  readonly signal: AbortSignal;
}

export interface LeadingOptions {
  /** The lead is asked for so often; and again after so long when `work` has ended. Default 1 second. */
  readonly retryMs?: number;
  /** What `work` threw, or the database, which ends the lead; it is asked for again. */
  readonly onProblem: (error: unknown) => void;
}

/**
 * Calls `work` whenever this process has the lead among those that ask for the same lock, until it is stopped. `work` goes on until its signal is aborted; when it
 * returns or throws, the lead is given up, and asked for again by and by.
 *
 * The lock is the connection's: it goes when the process ends, however it ends. A process that lost it and has not noticed yet may work beside the new leader for
 * a moment, so that whatever two must never do is fenced by something else as well.
 */
export function whileLeading(
  pool: Pool,
  lock: number,
  work: (lead: Lead) => Promise<void>,
  { retryMs = 1000, onProblem }: LeadingOptions,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const pause = (): Promise<unknown> =>
    wait(retryMs, undefined, { signal: stopping.signal }).catch(() => undefined);

  /** One connection, from the asking to the loss of the lead. */
  async function candidate(): Promise<void> {
    const client = await pool.connect();
    const lost = new AbortController();
    client.on('error', () => lost.abort());
    const signal = AbortSignal.any([stopping.signal, lost.signal]);
    try {
      while (!signal.aborted && !(await isGiven(client, lock))) await pause();
      if (!signal.aborted) await work({ client, signal });
    } finally {
      // Closed, and not given back to the pool: that is what lets the lock go.
      client.release(true);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await candidate().catch(onProblem);
      await pause();
    }
  }
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function isGiven(client: Client, lock: number): Promise<boolean> {
  const { rows } = await client.query<{ given: boolean }>('select pg_try_advisory_lock($1) as given', [lock]);
  return rows[0]?.given === true;
}
