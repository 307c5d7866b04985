import type { Pool } from '@ftm/postgres/pool';
import type { Logger } from '@ftm/runtime/logger';
import { gauge } from '@ftm/runtime/metrics';
import type { Workers } from './workers.ts';

/** What is seen of the workers at a moment. */
export interface Sight {
  /** Epoch ms. */
  readonly at: number;
  readonly wanted: number;
  /** Those whose last look the database answered, or that run a job. */
  readonly working: number;
  /** Of those, the ones that are free to take a job. */
  readonly free: number;
  /** Jobs that were ever taken. */
  readonly taken: number;
  readonly lostInARow: number;
  /** Jobs that have been due for a while and that anybody might take; null when the database did not say. */
  readonly due: number | null;
}

export interface WatchLimits {
  /** Times that due work was seen and none of it was taken, until the workers count as standing still. */
  readonly stalledAfter: number;
  /** Times until they are replaced; again after as many. */
  readonly replacedAfter: number;
  /** Workers that died in a row, for each that is wanted, until the process ends. */
  readonly lostForEach: number;
  /** How long nobody may work until the process ends. */
  readonly idleForMs: number;
}

export type Verdict =
  { readonly kind: 'fine' } | { readonly kind: 'unready' | 'replace' | 'give_up'; readonly reason: string };

/**
 * Judges one sight after the other. A process whose workers do nothing is not ready; workers that let due work lie are replaced; and where that does not help, the process ends, so that
 * whoever runs it starts it again.
 */
export function createJudge(limits: WatchLimits): (sight: Sight) => Verdict {
  let [last, strikes]: [Sight | undefined, number] = [undefined, 0];
  let goodAt: number | undefined;
  return (sight) => {
    goodAt ??= sight.at;
    // Whoever cannot ask the database does not know whether work lies about.
    if (sight.due !== null) {
      const idle = sight.due > 0 && sight.free > 0 && sight.taken === last?.taken;
      strikes = idle || sight.working === 0 ? strikes + 1 : 0;
      last = sight;
    }
    const stalled = strikes >= limits.stalledAfter;
    if (sight.working > 0 && !stalled) goodAt = sight.at;
    const idleMs = sight.at - goodAt;
    if (sight.lostInARow >= limits.lostForEach * sight.wanted)
      return {
        kind: 'give_up',
        reason: `${sight.lostInARow} workers died one after the other, and not one ended a job`,
      };
    if (idleMs >= limits.idleForMs)
      return { kind: 'give_up', reason: `no worker has done anything for ${Math.round(idleMs / 1000)} s` };
    const reason =
      sight.working === 0
        ? `0 of ${sight.wanted} workers work`
        : `${sight.due ?? 0} jobs are due, ${sight.free} workers are free, and nobody takes one`;
    if (stalled && sight.due !== null && strikes % limits.replacedAfter === 0)
      return { kind: 'replace', reason };
    return stalled || sight.working === 0 ? { kind: 'unready', reason } : { kind: 'fine' };
  };
}

const LOOK_MS = 2000;
/** A look for a job that takes longer than the database may take for a statement has been lost. */
const LOST_LOOK_MS = 30_000;
const LIMITS: WatchLimits = { stalledAfter: 3, replacedAfter: 6, lostForEach: 10, idleForMs: 300_000 };

/** Jobs that are due, that nobody has, and that neither a queue nor the share of their kind holds back. */
const DUE = `select count(*)::int as due from graphile_worker._private_jobs as job
  join graphile_worker._private_tasks as task on task.id = job.task_id
  left join graphile_worker._private_job_queues as queue on queue.id = job.job_queue_id
  where job.is_available and job.run_at < now() - $2 * interval '1 ms' and task.identifier = any($1)
    and (queue.id is null or queue.is_available) and (job.flags ?| $3::text[]) is not true`;

export interface WatchdogOptions {
  readonly pool: Pool;
  readonly workers: Workers;
  readonly tasks: readonly string[];
  readonly logger: Logger;
  /** Ends the process. */
  readonly giveUp: (reason: string) => void;
  readonly limits?: Partial<WatchLimits>;
  readonly everyMs?: number;
  /** Since when a job must be due to count: longer than any worker waits between two looks. */
  readonly overdueMs?: number;
}

export interface Watchdog {
  /** How many work, for people. @throws Error when they do not */
  check(): Promise<string>;
  stop(): void;
}

const states = gauge('ftm_workers', 'Workers by what they are at', ['state']);
const dueJobs = gauge('ftm_jobs_due', 'Jobs that have been due for a while and that nobody has taken');

export function startWatchdog(options: WatchdogOptions): Watchdog {
  const { pool, workers, tasks, logger, everyMs = LOOK_MS, overdueMs = 5000 } = options;
  const judge = createJudge({ ...LIMITS, ...options.limits });
  let verdict: Verdict = { kind: 'unready', reason: 'nobody has looked yet' };
  let busy = false;

  const countDue = (): Promise<number | null> =>
    pool.query<{ due: number }>(DUE, [tasks, overdueMs, workers.full()]).then(
      ({ rows }) => rows[0]?.due ?? 0,
      () => null,
    );

  async function look(): Promise<void> {
    const due = await countDue();
    const wasFine = verdict.kind === 'fine';
    const { working, free } = count(workers);
    const now = judge({
      at: Date.now(),
      wanted: workers.wanted,
      working,
      free,
      taken: workers.taken(),
      lostInARow: workers.lostInARow(),
      due,
    });
    verdict = now;
    if (due !== null) dueJobs.set(due);
    if (now.kind === 'fine') {
      if (!wasFine) logger.info('the workers work', { working, wanted: workers.wanted });
      return;
    }
    if (wasFine) logger.warn('the workers do not work', { reason: now.reason });
    if (now.kind === 'replace') workers.replace(now.reason);
    if (now.kind === 'give_up') {
      clearInterval(timer);
      logger.error('this process ends, so that it is started again', { reason: now.reason });
      options.giveUp(now.reason);
    }
  }

  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void look().finally(() => {
      busy = false;
    });
  }, everyMs);
  return {
    async check() {
      const { working } = count(workers);
      if (working === 0) throw new Error(`0 of ${workers.wanted} workers work`);
      if (verdict.kind !== 'fine') throw new Error(verdict.reason);
      return `${working} of ${workers.wanted} workers work`;
    },
    stop: () => clearInterval(timer),
  };
}

function count(workers: Workers): { working: number; free: number } {
  const alive = workers.alive();
  const is = { running: 0, waiting: 0, failing: 0 };
  for (const { doing, answered, since } of alive) {
    if (doing === 'running') is.running += 1;
    else if (answered === true && (doing === 'nothing' || Date.now() - since < LOST_LOOK_MS)) is.waiting += 1;
    else is.failing += 1;
  }
  states.set({ state: 'wanted' }, workers.wanted);
  states.set({ state: 'running' }, is.running);
  states.set({ state: 'waiting' }, is.waiting);
  states.set({ state: 'failing' }, is.failing);
  states.set({ state: 'missing' }, Math.max(0, workers.wanted - alive.length));
  return { working: is.running + is.waiting, free: is.waiting };
}
