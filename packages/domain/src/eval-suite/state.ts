import type { EventOf } from '@ftm/contracts/event-of';
import type { EvalSuiteVersionPublished } from '@ftm/contracts/generated/events';
import type { EventMeta } from '../event-meta.ts';
import { ABSENT, born, present, touched, withGate, type Absent, type Facts } from '../facts.ts';

export type EvalSuiteState =
  | Absent
  | (Facts & {
      readonly status: 'active';
      readonly projectId: string;
      readonly name: string;
      readonly versions: readonly EvalSuiteVersionPublished[];
    });

export type EvalSuiteEvent = EventOf<'eval-suite'>;

export const initialEvalSuite: EvalSuiteState = ABSENT;

export function evolveEvalSuite(
  before: EvalSuiteState,
  event: EvalSuiteEvent,
  meta: EventMeta,
): EvalSuiteState {
  if (event.type === 'EvalSuiteCreated')
    return {
      status: 'active',
      ...born(meta),
      projectId: event.data.projectId,
      name: event.data.name,
      versions: [],
    };
  const state = touched(present(before, event.type), meta);
  switch (event.type) {
    case 'GateAnswered':
      return withGate(state, event.data);
    case 'EvalSuiteVersionPublished':
      return { ...state, versions: [...state.versions, event.data] };
  }
}

/** A version by number, the newest for null; undefined when there is none. */
export function suiteVersion(
  state: EvalSuiteState,
  wanted: number | null,
): EvalSuiteVersionPublished | undefined {
  if (state.status === 'absent') return undefined;
  return wanted === null
    ? state.versions.at(-1)
    : state.versions.find((each) => each.suiteVersion === wanted);
}
