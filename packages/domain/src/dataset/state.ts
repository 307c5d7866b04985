import type { EventOf } from '@ftm/contracts/event-of';
import type {
  DatasetContaminationOverridden,
  DatasetErased,
  DatasetFailed,
  DatasetProgressed,
  DatasetRequested,
  DatasetSanitized,
  ObjectRef,
  Reason,
} from '@ftm/contracts/generated/events';
import type { EventMeta } from '../event-meta.ts';
import {
  ABSENT,
  born,
  ImpossibleEvent,
  lasting,
  present,
  touched,
  type Absent,
  type Facts,
} from '../facts.ts';

/**
 * building ─▶ pending_sanitization ─▶ ready ──┬─▶ erasing ─▶ erased
 *    │  ▲              ├─▶ failed ────────────┤
 *    └──┼──────────────┴─▶ blocked ───────────┘
 *       └── two people let ───┘
 *           contamination be
 */
export type DatasetState =
  | Absent
  | (Open & { readonly status: 'building' })
  | (Open & { readonly status: 'pending_sanitization'; readonly attempt: number })
  | (Open & { readonly status: 'ready'; readonly result: DatasetSanitized })
  | (Open & {
      readonly status: 'blocked';
      readonly gate: string;
      readonly reasons: readonly Reason[];
      readonly rejectionsObject: ObjectRef | null;
      readonly overrideAsked: OverrideAsked | null;
    })
  | (Open & { readonly status: 'failed'; readonly failure: DatasetFailed })
  | (Open & {
      readonly status: 'erasing';
      readonly result: DatasetSanitized | null;
      readonly reason: string;
    })
  | (Open & {
      readonly status: 'erased';
      readonly result: DatasetSanitized | null;
      readonly erasure: DatasetErased;
    });

export interface OverrideAsked {
  readonly by: string;
  readonly reason: string;
}

interface Open extends Facts {
  readonly request: DatasetRequested;
  readonly progress: DatasetProgressed | null;
  /** Contaminated rows stay, because two people said so. */
  readonly override: DatasetContaminationOverridden | null;
}

/** The gate that eval cases in the training data are stopped by. */
export const CONTAMINATION_GATE = 'contamination';

export type DatasetEvent = EventOf<'dataset'>;

export const initialDataset: DatasetState = ABSENT;

export function evolveDataset(before: DatasetState, event: DatasetEvent, meta: EventMeta): DatasetState {
  if (event.type === 'DatasetRequested')
    return { status: 'building', ...born(meta), request: event.data, progress: null, override: null };
  const state = touched(present(before, event.type), meta);
  const open = opened(state);
  switch (event.type) {
    case 'DatasetSanitizationStarted':
      return { ...open, status: 'pending_sanitization', attempt: event.data.attempt };
    case 'DatasetProgressed':
      return { ...state, progress: event.data };
    case 'DatasetSanitized':
      return { ...open, status: 'ready', result: event.data };
    case 'DatasetBlocked':
      return { ...open, status: 'blocked', ...event.data, overrideAsked: null };
    case 'DatasetContaminationOverrideRequested':
      if (state.status !== 'blocked') throw new ImpossibleEvent(event.type, state.status);
      return { ...state, overrideAsked: { by: meta.actor, reason: event.data.reason } };
    case 'DatasetContaminationOverridden':
      return { ...open, status: 'building', override: event.data };
    case 'DatasetFailed':
      return { ...open, status: 'failed', failure: event.data };
    case 'DatasetErasureRequested':
      return {
        ...open,
        status: 'erasing',
        result: 'result' in state ? state.result : null,
        reason: event.data.reason,
      };
    case 'DatasetErased':
      return {
        ...open,
        status: 'erased',
        result: 'result' in state ? state.result : null,
        erasure: event.data,
      };
  }
}

const opened = (state: Open): Open => lasting(state, ['request', 'progress', 'override']);
