import type { GateAnswered } from '@ftm/contracts/generated/events';
import type { EventMeta } from './event-meta.ts';

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
}: Facts): Facts {
  return { createdAt, updatedAt, createdBy, version, lastSeq, governanceDecisionId, gates };
}

export function withGate<S extends Facts>(state: S, answer: GateAnswered): S {
  return { ...state, governanceDecisionId: answer.decisionId, gates: [...state.gates, answer] };
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
