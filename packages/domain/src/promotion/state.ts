import type { EventOf } from '@ftm/contracts/event-of';
import type {
  PromotionApproved,
  PromotionRejected,
  PromotionRequested,
  PromotionRolledBack,
  Reason,
} from '@ftm/contracts/generated/events';
import type { EventMeta } from '../event-meta.ts';
import { ABSENT, born, factsOf, present, touched, withGate, type Absent, type Facts } from '../facts.ts';

/** pending ─▶ promoted ─▶ rolled_back;  pending ─▶ rejected | blocked */
export type PromotionState =
  | Absent
  | (Open & { readonly status: 'pending' })
  | (Open & { readonly status: 'promoted'; readonly approval: PromotionApproved })
  | (Open & { readonly status: 'rejected'; readonly rejection: PromotionRejected })
  | (Open & { readonly status: 'blocked'; readonly gate: string; readonly reasons: readonly Reason[] })
  | (Open & {
      readonly status: 'rolled_back';
      readonly approval: PromotionApproved;
      readonly rollback: PromotionRolledBack;
    });

interface Open extends Facts {
  readonly request: PromotionRequested;
}

export type PromotionEvent = EventOf<'promotion'>;

export const initialPromotion: PromotionState = ABSENT;

export function evolvePromotion(
  before: PromotionState,
  event: PromotionEvent,
  meta: EventMeta,
): PromotionState {
  if (event.type === 'PromotionRequested') return { status: 'pending', ...born(meta), request: event.data };
  const state = touched(present(before, event.type), meta);
  switch (event.type) {
    case 'GateAnswered':
      return withGate(state, event.data);
    case 'PromotionApproved':
      return { ...opened(state), status: 'promoted', approval: event.data };
    case 'PromotionRejected':
      return { ...opened(state), status: 'rejected', rejection: event.data };
    case 'PromotionBlocked':
      return { ...opened(state), status: 'blocked', gate: event.data.gate, reasons: event.data.reasons };
    case 'PromotionRolledBack':
      if (state.status !== 'promoted') return state;
      return { ...state, status: 'rolled_back', rollback: event.data };
  }
}

const opened = (state: Open): Open => ({
  ...factsOf(state),
  request: state.request,
});
