import type { EventOf } from '@ftm/contracts/event-of';
import type {
  EvalRunCompleted,
  EvalRunFailed,
  EvalRunRequested,
  Reason,
} from '@ftm/contracts/generated/events';
import type { EventMeta } from '../event-meta.ts';
import { ABSENT, born, lasting, present, touched, type Absent, type Facts } from '../facts.ts';

/** queued ─▶ running ─▶ completed | failed | canceled;  queued ─▶ blocked | canceled */
export type EvalRunState =
  | Absent
  | (Open & { readonly status: 'queued' })
  | (Open & { readonly status: 'running'; readonly attempt: number; readonly caseCount: number })
  | (Open & { readonly status: 'completed'; readonly result: EvalRunCompleted })
  | (Open & { readonly status: 'failed'; readonly failure: EvalRunFailed })
  | (Open & { readonly status: 'blocked'; readonly gate: string; readonly reasons: readonly Reason[] })
  | (Open & { readonly status: 'canceled'; readonly reason: string });

interface Open extends Facts {
  readonly request: EvalRunRequested;
}

export type EvalRunEvent = EventOf<'eval-run'>;

export const initialEvalRun: EvalRunState = ABSENT;

export function evolveEvalRun(before: EvalRunState, event: EvalRunEvent, meta: EventMeta): EvalRunState {
  if (event.type === 'EvalRunRequested') return { status: 'queued', ...born(meta), request: event.data };
  const state = touched(present(before, event.type), meta);
  const open = opened(state);
  switch (event.type) {
    case 'EvalRunStarted':
      return { ...open, status: 'running', attempt: event.data.attempt, caseCount: event.data.caseCount };
    case 'EvalRunCompleted':
      return { ...open, status: 'completed', result: event.data };
    case 'EvalRunFailed':
      return { ...open, status: 'failed', failure: event.data };
    case 'EvalRunBlocked':
      return { ...open, status: 'blocked', gate: event.data.gate, reasons: event.data.reasons };
    case 'EvalRunCanceled':
      return { ...open, status: 'canceled', reason: event.data.reason };
  }
}

const opened = (state: Open): Open => lasting(state, ['request']);
