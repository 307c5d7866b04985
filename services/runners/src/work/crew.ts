import { EventEmitter } from 'node:events';
import { Logger as QueueLogger, run, type TaskList, type WorkerEvents } from 'graphile-worker';
import type { Pool } from '@ftm/postgres/pool';
import type { Logger } from '@ftm/runtime/logger';
import { KINDS } from './kinds.ts';
import type { Shares } from './shares.ts';

/** What a worker of the job queue is at. */
export interface Worker {
  readonly id: string;
  readonly doing: 'nothing' | 'looking' | 'running';
  /** Epoch ms. */
  readonly since: number;
  /** Id of the job that it runs. */
  readonly job: string | null;
  /** How often it has looked for a job. */
  readonly looks: number;
  /** Did the database answer its last look that has ended? Null before the first. */
  readonly answered: boolean | null;
}

export type CrewEvent =
  /** A worker does something else now; the first time it is new. */
  | { readonly kind: 'changed'; readonly worker: Worker }
  /** It ended a job, and the queue knows. */
  | { readonly kind: 'completed' }
  /** It is no more. The queue may still count jobs as its own. */
  | { readonly kind: 'ended'; readonly workerId: string; readonly error: unknown };

export interface CrewOptions {
  readonly pool: Pool;
  readonly taskList: TaskList;
  readonly pollMs: number;
  readonly shares: Shares;
  readonly logger: Logger;
  readonly onEvent: (event: CrewEvent) => void;
}

/** Workers that were started together: graphile-worker's pool, which never grows again. */
export interface Crew {
  /** Nobody of it looks for a job any more; resolves when those that run have ended. */
  stop(): Promise<void>;
}

/** @throws Error when the database cannot be asked now */
export async function startCrew(size: number, options: CrewOptions): Promise<Crew> {
  // Given to the library rather than taken from it: what it says while it starts would not be heard.
  const events: WorkerEvents = new EventEmitter();
  listen(events, options);
  const runner = await run({
    pgPool: options.pool,
    concurrency: size,
    pollInterval: options.pollMs,
    noHandleSignals: true,
    noPreparedStatements: false,
    taskList: options.taskList,
    events,
    // Asked by each worker right before it looks.
    forbiddenFlags: options.shares.forbidden,
    logger: queueLogger(options.logger),
  });
  runner.promise.catch((error: unknown) => options.logger.warn('a pool of the job queue ended', { error }));
  let stopped: Promise<void> | undefined;
  return { stop: () => (stopped ??= runner.stop().catch(ignore)) };
}

function listen(events: WorkerEvents, { shares, onEvent: tell }: CrewOptions): void {
  const workers = new Map<string, Worker>();
  const change = (id: string, next: Partial<Worker>): void => {
    const before = workers.get(id) ?? UNSEEN;
    const worker = { ...before, id, since: Date.now(), ...next };
    workers.set(id, worker);
    tell({ kind: 'changed', worker });
  };
  const looked = (id: string, answered: boolean): void => {
    shares.free(id);
    change(id, { doing: 'nothing', answered });
  };
  events.on('worker:create', ({ worker }) => change(worker.workerId, {}));
  events.on('worker:getJob:start', ({ worker: { workerId } }) => {
    shares.looks(workerId);
    change(workerId, { doing: 'looking', looks: (workers.get(workerId)?.looks ?? 0) + 1, job: null });
  });
  events.on('worker:getJob:empty', ({ worker }) => looked(worker.workerId, true));
  events.on('worker:getJob:error', ({ worker }) => looked(worker.workerId, false));
  events.on('job:start', ({ worker, job }) => {
    shares.found(worker.workerId, KINDS.find((kind) => job.flags?.[kind] === true) ?? null);
    change(worker.workerId, { doing: 'running', job: job.id, answered: true });
  });
  events.on('job:complete', ({ worker }) => {
    shares.free(worker.workerId);
    change(worker.workerId, { doing: 'nothing', job: null });
    tell({ kind: 'completed' });
  });
  events.on('worker:stop', ({ worker: { workerId }, error }) => {
    workers.delete(workerId);
    shares.free(workerId);
    tell({ kind: 'ended', workerId, error });
  });
}

const UNSEEN: Omit<Worker, 'id' | 'since'> = { doing: 'nothing', job: null, looks: 0, answered: null };

/** What the library says of trouble; what it says of every job is in our own logs and metrics. */
const queueLogger = (logger: Logger): QueueLogger =>
  new QueueLogger(() => (level, text) => {
    if (['error', 'warning'].includes(level)) logger.warn('the job queue says', { text });
  });

const ignore = (): void => undefined;
