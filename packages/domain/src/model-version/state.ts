import type {
  FtmEvent,
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
}

export type ModelVersionEvent = Extract<
  FtmEvent,
  { type: `ModelVersion${string}` | 'ModelEndOfLifeAnnounced' | 'GateAnswered' }
>;

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
      return { ...state, endOfLife: event.data };
  }
}

const without = (targets: readonly PromotionTarget[], gone: PromotionTarget): PromotionTarget[] =>
  targets.filter((each) => each.type !== gone.type || each.value !== gone.value);
