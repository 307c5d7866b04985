import type { EventOf } from '@ftm/contracts/event-of';
import type { RegressionDetected, ReEvalScheduled, ReEvalTriggered } from '@ftm/contracts/generated/events';
import type { EventMeta } from '../event-meta.ts';
import { ABSENT, born, present, touched, withGate, type Absent, type Facts } from '../facts.ts';

/** scheduled ─▶ unscheduled */
export type ReEvalState =
  | Absent
  | (Facts & {
      readonly status: 'scheduled' | 'unscheduled';
      readonly schedule: ReEvalScheduled;
      readonly last: ReEvalTriggered | null;
      readonly regressions: readonly RegressionDetected[];
    });

export type ReEvalEvent = EventOf<'re-eval'>;

export const initialReEval: ReEvalState = ABSENT;

export function evolveReEval(before: ReEvalState, event: ReEvalEvent, meta: EventMeta): ReEvalState {
  if (event.type === 'ReEvalScheduled')
    return { status: 'scheduled', ...born(meta), schedule: event.data, last: null, regressions: [] };
  const state = touched(present(before, event.type), meta);
  switch (event.type) {
    case 'GateAnswered':
      return withGate(state, event.data);
    case 'ReEvalTriggered':
      return { ...state, last: event.data };
    case 'ReEvalUnscheduled':
      return { ...state, status: 'unscheduled' };
    case 'RegressionDetected':
      return { ...state, regressions: [...state.regressions, event.data] };
  }
}
