import type { EventOf } from '@ftm/contracts/event-of';
import type {
  ModelEndOfLifeAnnounced,
  ModelVersionEvaluated,
  ModelVersionRegistered,
  PromotionTarget,
} from '@ftm/contracts/generated/events';
import type { EventMeta } from '../event-meta.ts';
import { ABSENT, born, present, touched, withGate, type Absent, type Facts } from '../facts.ts';

/** candidate ─▶ production ⇄ approved (was live, is not now);  candidate | approved ─▶ retired */
export type ModelVersionState =
  | Absent
  | (Known & { readonly status: 'candidate' | 'approved' | 'production' })
  | (Known & { readonly status: 'retired'; readonly retirement: string });

interface Known extends Facts {
  readonly registration: ModelVersionRegistered;
  readonly evaluations: readonly ModelVersionEvaluated[];
  /** Where it is live now. */
  readonly targets: readonly PromotionTarget[];
  readonly endOfLife: ModelEndOfLifeAnnounced | null;
  /** The nearest limit to that date that was warned of, in days. */
  readonly warnedWithinDays: number | null;
}

export type ModelVersionEvent = EventOf<'model-version'>;

export const initialModelVersion: ModelVersionState = ABSENT;

export function evolveModelVersion(
  before: ModelVersionState,
  event: ModelVersionEvent,
  meta: EventMeta,
): ModelVersionState {
  if (event.type === 'ModelVersionRegistered')
    return {
      status: 'candidate',
      ...born(meta),
      registration: event.data,
      evaluations: [],
      targets: [],
      endOfLife: null,
      warnedWithinDays: null,
    };
  const state = touched(present(before, event.type), meta);
  switch (event.type) {
    case 'GateAnswered':
      return withGate(state, event.data);
    case 'ModelVersionEvaluated':
      return { ...state, evaluations: [...state.evaluations, event.data] };
    case 'ModelVersionPromoted':
      return {
        ...state,
        status: 'production',
        targets: [...without(state.targets, event.data.target), event.data.target],
      };
    case 'ModelVersionDemoted': {
      const targets = without(state.targets, event.data.target);
      return { ...state, status: targets.length > 0 ? 'production' : 'approved', targets };
    }
    case 'ModelVersionRetired':
      return { ...state, status: 'retired', retirement: event.data.reason };
    case 'ModelEndOfLifeAnnounced':
      // Another date is warned of anew.
      return { ...state, endOfLife: event.data, warnedWithinDays: null };
    case 'ModelEndOfLifeWarned':
      return { ...state, warnedWithinDays: event.data.withinDays };
  }
}

const without = (targets: readonly PromotionTarget[], gone: PromotionTarget): PromotionTarget[] =>
  targets.filter((each) => each.type !== gone.type || each.value !== gone.value);
