import type {
  DatasetErased,
  DatasetFailed,
  DatasetRequested,
  DatasetSanitized,
  FtmEvent,
  Reason,
} from '@ftm/contracts/generated/events';
import type { EventMeta } from '../event-meta.ts';
import { ABSENT, born, present, touched, withGate, type Absent, type Facts } from '../facts.ts';

/**
 * building ─▶ pending_sanitization ─▶ ready ──┬─▶ erasing ─▶ erased
 *    │                 ├─▶ failed ────────────┤
 *    └─────────────────┴─▶ blocked ───────────┘
 */
export type DatasetState =
  | Absent
  | (Open & { readonly status: 'building' })
  | (Open & { readonly status: 'pending_sanitization'; readonly attempt: number })
  | (Open & { readonly status: 'ready'; readonly result: DatasetSanitized })
  | (Open & { readonly status: 'blocked'; readonly gate: string; readonly reasons: readonly Reason[] })
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

interface Open extends Facts {
  readonly request: DatasetRequested;
}

export type DatasetEvent = Extract<FtmEvent, { type: `Dataset${string}` | 'GateAnswered' }>;

export const initialDataset: DatasetState = ABSENT;

export function evolveDataset(before: DatasetState, event: DatasetEvent, meta: EventMeta): DatasetState {
  if (event.type === 'DatasetRequested') return { status: 'building', ...born(meta), request: event.data };
  const state = touched(present(before, event.type), meta);
  const open = opened(state);
  switch (event.type) {
    case 'GateAnswered':
      return withGate(state, event.data);
    case 'DatasetSanitizationStarted':
      return { ...open, status: 'pending_sanitization', attempt: event.data.attempt };
    case 'DatasetSanitized':
      return { ...open, status: 'ready', result: event.data };
    case 'DatasetBlocked':
      return { ...open, status: 'blocked', gate: event.data.gate, reasons: event.data.reasons };
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

function opened({
  createdAt,
  updatedAt,
  createdBy,
  version,
  lastSeq,
  governanceDecisionId,
  gates,
  request,
}: Open): Open {
  return { createdAt, updatedAt, createdBy, version, lastSeq, governanceDecisionId, gates, request };
}
