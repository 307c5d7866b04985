import type { EventOf } from '@ftm/contracts/event-of';
import type {
  CostEstimate,
  FineTuneCanceled,
  FineTuneCostApprovalRequested,
  FineTuneCostApproved,
  FineTuneCostRecorded,
  FineTuneDeferred,
  FineTuneFailed,
  FineTuneProgressed,
  FineTuneProviderFilesDeleted,
  FineTuneRequested,
  FineTuneSubmitIntended,
  FineTuneSubmitRefused,
  FineTuneSubmitResolved,
  FineTuneSubmitted,
  FineTuneSucceeded,
  Reason,
} from '@ftm/contracts/generated/events';
import type { EventMeta } from '../event-meta.ts';
import { ABSENT, born, lasting, present, touched, type Absent, type Facts } from '../facts.ts';
import { costOfEnded } from './cost.ts';

/**
 * queued: requested ─▶ (awaiting approval) ─▶ cost approved ─▶ submit intended ─▶ running ⇄ paused
 *                                                                                   ├─▶ completed
 * at any point before the end ──────────────────────────────────────────────────────┴─▶ failed | canceled;  queued ─▶ blocked
 */
export type FineTuneState =
  | Absent
  | (Open & { readonly status: 'queued' })
  | (Open & { readonly status: 'running' })
  | (Open & { readonly status: 'paused' })
  | (Open & {
      readonly status: 'completed';
      readonly result: FineTuneSucceeded;
      readonly costUnknown: boolean;
    })
  | (Open & { readonly status: 'failed'; readonly failure: FineTuneFailed; readonly costUnknown: boolean })
  | (Open & { readonly status: 'blocked'; readonly gate: string; readonly reasons: readonly Reason[] })
  | (Open & {
      readonly status: 'canceled';
      readonly canceled: FineTuneCanceled;
      readonly costUnknown: boolean;
    });

interface Open extends Facts {
  readonly request: FineTuneRequested;
  /** At the price of the last look. */
  readonly estimate: CostEstimate;
  /** How often PRISM's answer has become void: each time it is asked anew. */
  readonly approvalRound: number;
  /** How many answers have run out before they were used, and when the last one was found to have, ISO 8601. */
  readonly expiredApprovals: { readonly count: number; readonly lastAt: string } | null;
  readonly pendingApproval: FineTuneCostApprovalRequested | null;
  readonly approval: FineTuneCostApproved | null;
  readonly intent: FineTuneSubmitIntended | null;
  /** ISO 8601: when the last attempt was announced. */
  readonly intentAt: string | null;
  /** Of the last attempt: the provider made nothing. */
  readonly refusal: FineTuneSubmitRefused | null;
  /** Of the last attempt: what an operator decided. */
  readonly resolution: FineTuneSubmitResolved | null;
  readonly submitted: FineTuneSubmitted | null;
  readonly progress: FineTuneProgressed | null;
  /** What was asked for and the provider has not done yet. */
  readonly wanted: 'paused' | 'running' | null;
  /** The provider's own name for its being paused. */
  readonly pausedAs: string | null;
  readonly cancelReason: string | null;
  /** With the time at which it was recorded, ISO 8601. */
  readonly cost: (FineTuneCostRecorded & { readonly recordedAt: string }) | null;
  /** Until the next attempt is announced: what the job waits for. */
  readonly deferral: FineTuneDeferred | null;
  /** Its training data is not at the provider any more. */
  readonly filesDeleted: FineTuneProviderFilesDeleted | null;
}

export type FineTuneEvent = EventOf<'fine-tune'>;

export const initialFineTune: FineTuneState = ABSENT;

/** What a job is before anything has become of it; all of it lasts through every status. */
const NEW = {
  approvalRound: 0,
  expiredApprovals: null,
  pendingApproval: null,
  approval: null,
  intent: null,
  intentAt: null,
  refusal: null,
  resolution: null,
  submitted: null,
  progress: null,
  wanted: null,
  pausedAs: null,
  cancelReason: null,
  cost: null,
  deferral: null,
  filesDeleted: null,
} as const;

export function evolveFineTune(before: FineTuneState, event: FineTuneEvent, meta: EventMeta): FineTuneState {
  if (event.type === 'FineTuneRequested')
    return { status: 'queued', ...NEW, ...born(meta), request: event.data, estimate: event.data.estimate };
  const state = touched(present(before, event.type), meta);
  switch (event.type) {
    case 'FineTuneCostApprovalRequested':
      return { ...state, pendingApproval: event.data };
    case 'FineTuneCostApproved':
      return { ...state, approval: event.data };
    case 'FineTuneCostApprovalExpired':
      return {
        ...unapproved(state),
        expiredApprovals: { count: (state.expiredApprovals?.count ?? 0) + 1, lastAt: meta.time },
      };
    case 'FineTuneReestimated': {
      const { estimate } = event.data;
      const asked = state.approval ?? state.pendingApproval;
      const covered = asked === null || asked.amountUsdMicros >= estimate.highUsdMicros;
      return { ...(covered ? state : unapproved(state)), estimate };
    }
    case 'FineTuneCostVarianceDetected':
      return state;
    case 'FineTuneSubmitIntended':
      return {
        ...state,
        intent: event.data,
        intentAt: meta.time,
        refusal: null,
        resolution: null,
        deferral: null,
      };
    case 'FineTuneDeferred':
      return { ...state, deferral: event.data };
    case 'FineTuneProviderFilesDeleted':
      return { ...state, filesDeleted: event.data };
    case 'FineTuneSubmitRefused':
      return { ...state, refusal: event.data };
    case 'FineTuneSubmitResolved':
      return { ...state, resolution: event.data };
    case 'FineTuneDuplicateCanceled':
      return state;
    case 'FineTuneSubmitted':
      return { ...opened(state), status: 'running', submitted: event.data };
    case 'FineTuneProgressed':
      return { ...state, progress: event.data };
    case 'FineTuneCostRecorded':
      return { ...state, cost: { ...event.data, recordedAt: meta.time } };
    case 'FineTuneCancelRequested':
      return { ...state, cancelReason: event.data.reason };
    case 'FineTunePauseRequested':
      return { ...state, wanted: state.status === 'paused' ? null : 'paused' };
    case 'FineTuneResumeRequested':
      return { ...state, wanted: state.status === 'paused' ? 'running' : null };
    case 'FineTunePaused':
      return { ...opened(state), status: 'paused', wanted: null, pausedAs: event.data.providerStatus };
    case 'FineTuneResumed':
      return { ...opened(state), status: 'running', wanted: null, pausedAs: null };
    case 'FineTuneSucceeded':
    case 'FineTuneFailed':
    case 'FineTuneBlocked':
    case 'FineTuneCanceled':
      return ended(opened(state), event);
  }
}

type End = Extract<
  FineTuneEvent,
  { type: 'FineTuneSucceeded' | 'FineTuneFailed' | 'FineTuneBlocked' | 'FineTuneCanceled' }
>;

function ended(job: Open, event: End): FineTuneState {
  switch (event.type) {
    case 'FineTuneSucceeded':
      return {
        ...job,
        status: 'completed',
        result: event.data,
        costUnknown: event.data.tokensUnknown,
      };
    case 'FineTuneFailed':
      return {
        ...job,
        status: 'failed',
        failure: event.data,
        costUnknown: costOfEnded(job, event.data.trainedTokens) === null,
      };
    case 'FineTuneBlocked':
      return { ...job, status: 'blocked', gate: event.data.gate, reasons: event.data.reasons };
    case 'FineTuneCanceled':
      return {
        ...job,
        status: 'canceled',
        canceled: event.data,
        costUnknown: costOfEnded(job, event.data.trainedTokens) === null,
      };
  }
}

/** The next look asks PRISM again. */
function unapproved<S extends Open>(state: S): S {
  return { ...state, approval: null, pendingApproval: null, approvalRound: state.approvalRound + 1 };
}

const LASTING = ['request', 'estimate', ...(Object.keys(NEW) as (keyof typeof NEW)[])] as const;

const opened = (state: Open): Open => lasting(state, LASTING);
