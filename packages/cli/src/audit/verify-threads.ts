import type { Finding } from '@ftm/audit/findings';
import type { Verification, VerifierState } from '@ftm/audit/verifier';
import type { KafkaConnection } from '@ftm/event-log/kafka-clients';
import { startThread } from '@ftm/runtime/thread';
import { CannotRun } from '../cannot-run.ts';
import type { OrchestratorAt } from '../settings.ts';
import type { CopyReport, CopyState } from './copy.ts';
import { ownerOf, type LogTopics } from './sources.ts';
import { speed, type VerifyOptions, type VerifyReport, type VerifyState } from './verify.ts';

/** What a thread is given: partitions of its own, with the tenants in them. */
export interface ThreadTask {
  readonly connection: KafkaConnection;
  readonly topics: LogTopics;
  readonly partitions: readonly number[];
  readonly trust: readonly string[];
  readonly orchestrator?: OrchestratorAt;
  readonly registryUrl?: string;
  readonly staleMs: number;
  readonly from?: VerifyState;
}

export type ThreadNews =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly events: number }
  | { readonly kind: 'state'; readonly state: VerifyState }
  | { readonly kind: 'report'; readonly report: VerifyReport }
  | { readonly kind: 'failed'; readonly message: string };

type Task = Omit<ThreadTask, 'partitions' | 'from'> &
  Pick<VerifyOptions, 'from' | 'onState' | 'onProgress' | 'signal'>;

/**
 * The same as `verifyLog` over Kafka, each thread with some of the partitions: no tenant is in two of them. What is
 * saved is as if one had read it, so that a later run may have another number of threads.
 * @throws CannotRun when one of them cannot read
 */
export async function verifyInThreads(
  { from, onState, onProgress, signal, ...task }: Task,
  threads: number,
  partitions: number,
): Promise<VerifyReport> {
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const shares = Array.from({ length: threads }, (_, thread): Share => {
    const mine = all.filter((each) => each % threads === thread);
    return { partitions: mine, owns: ownerOf(mine, partitions), first: thread === 0 };
  });
  const began = Date.now();
  const progress = shares.map(() => ({ done: 0, total: 0, events: 0 }));
  const states = shares.map((share) => (from === undefined ? undefined : shareOf(from, share)));
  let saving = Promise.resolve();
  const stop = new AbortController();
  const run = async (share: Share, index: number): Promise<VerifyReport> => {
    const mine = states[index];
    const report = await runThread(
      { ...task, partitions: share.partitions, ...(mine === undefined ? {} : { from: mine }) },
      stop.signal,
      (news) => {
        if (news.kind === 'progress') {
          progress[index] = news;
          onProgress?.(total(progress, 'done'), total(progress, 'total'), total(progress, 'events'));
        } else if (news.kind === 'state') {
          // Events of a tenant that is another thread's were put into the wrong partition: a finding, and no state of
          // the tenant.
          states[index] = shareOf(news.state, { ...share, first: true });
          const known = states.filter((each) => each !== undefined);
          if (known.length < threads) return;
          saving = saving.then(() => onState?.(joinStates(known)));
          saving.catch(() => undefined);
        }
      },
    );
    const owned = <V extends Verification>(of: V): V => ({
      ...of,
      tenants: of.tenants.filter(({ tenantId }) => share.owns(tenantId)),
    });
    return { ...report, log: owned(report.log), copy: report.copy === null ? null : owned(report.copy) };
  };
  const onAbort = (): void => stop.abort();
  signal?.addEventListener('abort', onAbort);
  try {
    const reports = await Promise.all(shares.map(run));
    await saving;
    return joinReports(reports, from?.log.events ?? 0, Date.now() - began);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    // Where one has failed, the others need not go on.
    stop.abort();
  }
}

const total = <K extends string>(of: readonly Readonly<Record<K, number>>[], key: K): number =>
  of.reduce((all, each) => all + each[key], 0);

function runThread(
  task: ThreadTask,
  signal: AbortSignal,
  tell: (news: ThreadNews) => void,
): Promise<VerifyReport> {
  const worker = startThread('./verify-thread', import.meta.url, task);
  const onAbort = (): void => worker.postMessage('stop');
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  return new Promise<VerifyReport>((resolve, reject) => {
    worker.on('message', (news: ThreadNews) => {
      if (news.kind === 'report') resolve(news.report);
      else if (news.kind === 'failed') reject(new CannotRun(news.message));
      else tell(news);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a thread ended with ${code}`)));
  }).finally(() => {
    signal.removeEventListener('abort', onAbort);
    void worker.terminate();
  });
}

interface Share {
  readonly partitions: readonly number[];
  /** Is it a tenant of these partitions? */
  readonly owns: (tenant: string) => boolean;
  /** Has what is of no tenant. */
  readonly first: boolean;
}

function shareOf(state: VerifyState, { partitions, owns, first }: Share): VerifyState {
  const part = (of: VerifierState): VerifierState => ({
    ...of,
    ...(first ? {} : { events: 0, faults: 0, findings: [] }),
    tenants: of.tenants.filter(({ tenantId }) => owns(tenantId)),
  });
  return {
    source: state.source,
    positions: Object.fromEntries(
      Object.entries(state.positions).filter(([partition]) => partitions.includes(Number(partition))),
    ),
    log: part(state.log),
    copy:
      state.copy === null
        ? null
        : {
            copy: part(state.copy.copy),
            logHeads: Object.fromEntries(Object.entries(state.copy.logHeads).filter(([id]) => owns(id))),
            differences: state.copy.differences.filter(({ tenantId }) => owns(tenantId)),
          },
  };
}

function joinStates(states: readonly VerifyState[]): VerifyState {
  const copies = states.map(({ copy }) => copy).filter((each): each is CopyState => each !== null);
  return {
    source: states[0]?.source ?? '',
    positions: Object.assign({}, ...states.map(({ positions }) => positions)) as VerifyState['positions'],
    log: join(states.map(({ log }) => log)),
    copy:
      copies.length === 0
        ? null
        : {
            copy: join(copies.map(({ copy }) => copy)),
            logHeads: Object.assign({}, ...copies.map(({ logHeads }) => logHeads)) as CopyState['logHeads'],
            differences: copies.flatMap(({ differences }) => differences),
          },
  };
}

function join(of: readonly VerifierState[]): VerifierState {
  return {
    events: total(of, 'events'),
    faults: total(of, 'faults'),
    findings: findingsOf(of),
    tenants: of.flatMap(({ tenants }) => tenants),
  };
}

/** In the order of the log; what is at no place in it comes last. */
function findingsOf(of: readonly { readonly findings: readonly Finding[] }[]): Finding[] {
  const placeOf = ({ where }: Finding): readonly number[] =>
    (/^(\d+):(\d+)$/.exec(where)?.slice(1) ?? [Infinity, Infinity]).map(Number);
  return of
    .flatMap(({ findings }) => findings)
    .map((finding) => ({ finding, place: placeOf(finding) }))
    .sort(({ place: [p = 0, o = 0] }, { place: [q = 0, r = 0] }) =>
      p === q ? (o < r ? -1 : o > r ? 1 : 0) : p - q,
    )
    .map(({ finding }) => finding);
}

function joinReports(reports: readonly VerifyReport[], before: number, ms: number): VerifyReport {
  const copies = reports.map(({ copy }) => copy).filter((each): each is CopyReport => each !== null);
  const log = joinVerifications(reports.map((each) => each.log));
  return {
    ok: reports.every(({ ok }) => ok),
    complete: reports.every(({ complete }) => complete),
    source: reports[0]?.source ?? '',
    ...speed(log.events - before, ms),
    log,
    copy:
      copies.length === 0
        ? null
        : {
            ...joinVerifications(copies),
            behind: total(copies, 'behind'),
            differences: copies.flatMap(({ differences }) => differences),
          },
  };
}

function joinVerifications(of: readonly Verification[]): Verification {
  return {
    ok: of.every(({ ok }) => ok),
    events: total(of, 'events'),
    checkpoints: total(of, 'checkpoints'),
    faults: total(of, 'faults'),
    findings: findingsOf(of),
    tenants: of.flatMap(({ tenants }) => tenants),
  };
}
