import type { FtmEvent, GateAnswered } from '@ftm/contracts/generated/events';
import type { EventMeta } from './event-meta.ts';
import type { Labels } from './labels.ts';

/** What every resource knows of itself. */
export interface Facts {
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly createdBy: string;
  readonly version: number;
  readonly lastSeq: number;
  /** Decision id of the newest gate. */
  readonly governanceDecisionId: string | null;
  readonly gates: readonly GateAnswered[];
  /** Absent: nobody named it. */
  readonly labels?: Labels;
  /** ISO 8601: when the work on it began, and ended. Absent: it has not, or it is no work. */
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

export interface Absent {
  readonly status: 'absent';
}

export const ABSENT: Absent = { status: 'absent' };

export function born(meta: EventMeta): Facts {
  return {
    createdAt: meta.time,
    updatedAt: meta.time,
    createdBy: meta.actor,
    version: meta.version,
    lastSeq: meta.seq,
    governanceDecisionId: null,
    gates: [],
  };
}

/** The state after one more event, with its facts moved on. */
export function touched<S extends Facts>(state: S, meta: EventMeta): S {
  return { ...state, updatedAt: meta.time, version: meta.version, lastSeq: meta.seq };
}

/** The facts of a state alone, without what its status adds. */
export function factsOf({
  createdAt,
  updatedAt,
  createdBy,
  version,
  lastSeq,
  governanceDecisionId,
  gates,
  labels,
  startedAt,
  finishedAt,
}: Facts): Facts {
  return {
    createdAt,
    updatedAt,
    createdBy,
    version,
    lastSeq,
    governanceDecisionId,
    gates,
    ...(labels === undefined ? {} : { labels }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
  };
}

/** What a state has in every status: its facts, and the fields of these names. What its last status added is left behind. */
export const lasting = <S extends Facts, K extends keyof S>(
  state: S,
  names: readonly K[],
): Facts & Pick<S, K> => ({
  ...factsOf(state),
  ...(Object.fromEntries(names.map((name) => [name, state[name]])) as Pick<S, K>),
});

/** Older answers stay on the log; a resource shows so many. */
const SHOWN_GATES = 20;

export function withGate<S extends Facts>(state: S, answer: GateAnswered): S {
  const gates = [...state.gates, answer].slice(-SHOWN_GATES);
  return { ...state, governanceDecisionId: answer.decisionId, gates };
}

/** Of what is work, and takes time. */
export interface Lifetime {
  /** Types of the events of which the first says that it has begun. */
  readonly started: readonly FtmEvent['type'][];
  /** Statuses in which it has not ended. */
  readonly open: readonly string[];
}

/** The state with the times at which the work on it began and ended: of one that is taken up again, it has not ended. */
export function timed<S extends Facts & { readonly status: string }>(
  { started, open }: Lifetime,
  state: S,
  type: FtmEvent['type'],
  { time }: EventMeta,
): S {
  const { startedAt = started.includes(type) ? time : undefined, finishedAt: ended, ...rest } = state;
  const finishedAt = open.includes(state.status) ? undefined : (ended ?? time);
  return {
    ...rest,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
  } as S;
}

/** An event that cannot follow what is there: the stream is not what this program wrote. */
export class ImpossibleEvent extends Error {
  constructor(type: string, status: string) {
    super(`${type} cannot follow the status ${status}`);
    this.name = 'ImpossibleEvent';
  }
}

/** The part of a union that is there. @throws ImpossibleEvent */
export function present<S extends { readonly status: string }>(state: S, type: string): Exclude<S, Absent> {
  if (state.status === 'absent') throw new ImpossibleEvent(type, 'absent');
  return state as Exclude<S, Absent>;
}
