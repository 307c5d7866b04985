import { setTimeout as delay } from 'node:timers/promises';
import type { TaskList } from 'graphile-worker';
import type { Pool } from '@ftm/postgres/pool';
import { backoffMs } from '@ftm/runtime/backoff';
import type { Logger } from '@ftm/runtime/logger';
import { counter } from '@ftm/runtime/metrics';
import { startCrew, type Crew, type CrewEvent, type Worker } from './crew.ts';
import { freeJobsOf } from './dead-workers.ts';
import type { Kind } from './kinds.ts';
import { createShares, workersOf, type Concurrency } from './shares.ts';

export interface WorkersOptions {
  readonly pool: Pool;
  /** How many work at a time. */
  readonly concurrency: Concurrency;
  readonly taskList: TaskList;
  /** How often a worker without a job looks for one; a new one that is due at once wakes it up. */
  readonly pollMs: number;
  readonly logger: Logger;
}

/** What works on the job queue, kept at its number. */
export interface Workers {
  readonly wanted: number;
  alive(): readonly Worker[];
  /** Jobs that were ever taken. */
  taken(): number;
  /** Kinds of work of which nobody can take any more now. */
  full(): readonly Kind[];
  /** Workers that died since a job was last ended. */
  lostInARow(): number;
  /** Others take the place of those that have no job; those that have one end it. */
  replace(reason: string): void;
  /** Nobody takes a job any more; resolves when those that run have ended. */
  stop(): Promise<void>;
}

/** Who of a crew has not ended. */
interface Members {
  readonly ids: Set<string>;
  dismissed: boolean;
}

const lost = counter('ftm_workers_lost_total', 'Workers that died');
const replaced = counter('ftm_worker_replacements_total', 'Times that all workers were replaced');

/**
 * graphile-worker does not replace a worker that cannot tell the queue of the end of its job, and keeps the failure of its first look for ever. So its pools ("crews") are thrown away: when workers are
 * missing, a new crew takes their place, with backoff for as long as that fails, and what the queue holds for a dead worker is freed as soon as the database can be told.
 */
export function startWorkers(options: WorkersOptions): Workers {
  const { pool, logger } = options;
  const count = workersOf(options.concurrency);
  const shares = createShares(options.concurrency);
  const workers = new Map<string, Worker>();
  const crews = new Map<Crew, Members>();
  const ended = new AbortController();
  let [taken, lostInARow, failedStarts] = [0, 0, 0];
  let starting: Promise<void> | undefined;

  const hear = (members: Members, event: CrewEvent): void => {
    switch (event.kind) {
      case 'changed': {
        const { worker } = event;
        if (worker.doing === 'running' && workers.get(worker.id)?.job !== worker.job) taken += 1;
        members.ids.add(worker.id);
        // Of a crew that was dismissed, only who still has a job, or got one by a look that was under way, counts.
        if (!members.dismissed || worker.doing === 'running' || workers.has(worker.id))
          workers.set(worker.id, worker);
        return;
      }
      case 'completed':
        lostInARow = 0;
        return;
      case 'ended':
        members.ids.delete(event.workerId);
        if (workers.delete(event.workerId) && !ended.signal.aborted) {
          if (event.error !== undefined) mourn(event.workerId, event.error);
          fill();
        }
    }
  };

  function mourn(workerId: string, error: unknown): void {
    lostInARow += 1;
    lost.inc();
    logger.warn('a worker died and is replaced', { workerId, lostInARow, error });
    void freeAtOnce([workerId]);
  }

  async function freeAtOnce(workerIds: readonly string[]): Promise<void> {
    for (let failures = 0; !ended.signal.aborted; failures += 1) {
      try {
        const jobs = await freeJobsOf(pool, workerIds);
        if (jobs > 0) logger.info('freed the jobs of workers that died', { workers: workerIds.length, jobs });
        return;
      } catch (error) {
        if (failures === 0) logger.warn('jobs of dead workers cannot be freed yet', { error });
        await wait(failures);
      }
    }
  }

  /** Starts who is missing; safe to call at any time. */
  function fill(): void {
    if (ended.signal.aborted || starting !== undefined || workers.size >= count) return;
    const setbacks = failedStarts + Math.ceil(lostInARow / count);
    starting = wait(setbacks)
      .then(enlist)
      .finally(() => {
        starting = undefined;
        fill();
      });
  }

  async function enlist(): Promise<void> {
    for (const [crew, members] of crews) if (members.ids.size === 0) dismiss(crew, members);
    const missing = count - workers.size;
    if (ended.signal.aborted || missing <= 0) return;
    const members: Members = { ids: new Set(), dismissed: false };
    try {
      const crew = await startCrew(missing, { ...options, shares, onEvent: (event) => hear(members, event) });
      crews.set(crew, members);
      failedStarts = 0;
    } catch (error) {
      if (failedStarts === 0) logger.warn('workers cannot be started yet', { missing, error });
      failedStarts += 1;
    }
  }

  /** A crew of which nobody is left still listens for new jobs, on a connection of its own. */
  function dismiss(crew: Crew, members: Members): void {
    if (members.dismissed) return;
    members.dismissed = true;
    void crew.stop().then(() => crews.delete(crew));
  }

  const wait = (failures: number): Promise<void> =>
    failures === 0
      ? Promise.resolve()
      : delay(backoffMs(failures, { baseMs: 50, maxMs: 5000 }), undefined, { signal: ended.signal }).catch(
          () => undefined,
        );

  fill();
  return {
    wanted: count,
    alive: () => [...workers.values()],
    taken: () => taken,
    full: shares.full,
    lostInARow: () => lostInARow,
    replace(reason) {
      replaced.inc();
      logger.error('all workers are replaced', { reason });
      const idle = [...workers.values()].filter(({ doing }) => doing !== 'running').map(({ id }) => id);
      for (const id of idle) workers.delete(id);
      for (const [crew, members] of crews) dismiss(crew, members);
      void freeAtOnce(idle);
      fill();
    },
    async stop() {
      ended.abort();
      await starting;
      await Promise.all([...crews.keys()].map((crew) => crew.stop()));
    },
  };
}
