import type { EventName, FtmEvent } from '@ftm/contracts/generated/events';

/** What a job is about; everything else it reads from the log. */
export interface JobPayload {
  readonly tenantId: string;
  readonly id: string;
  /** Of the event that made the work. */
  readonly correlation: string;
  readonly causation: string;
  readonly traceparent: string | null;
  /** How often it failed in a row. */
  readonly failures?: number;
}

declare global {
  namespace GraphileWorker {
    /** What the queue's library types its jobs by. */
    interface Tasks {
      dataset: JobPayload;
      dataset_files: JobPayload;
      erasure: JobPayload;
      eval: JobPayload;
      files: JobPayload;
      ft: JobPayload;
      model: JobPayload;
      tenant: JobPayload;
    }
  }
}

/** Kinds of open work; each has its runner. */
export type Task = keyof GraphileWorker.Tasks;

export interface WorkChange {
  readonly change: 'add' | 'remove';
  readonly task: Task;
  /** Of the stream that the job loads; default: that of the event. */
  readonly id?: string;
}

type Rule<N extends EventName> =
  | readonly ['add' | 'remove', Task]
  | null
  | ((event: Extract<FtmEvent, { type: N }>['data']) => readonly WorkChange[]);

const add = (task: Task): readonly ['add', Task] => ['add', task];
const remove = (task: Task): readonly ['remove', Task] => ['remove', task];

const DATASET_ENDED: readonly WorkChange[] = [
  { change: 'remove', task: 'dataset' },
  { change: 'add', task: 'dataset_files' },
];

/** What was trained until then is billed, and has to be recorded. */
const ended = (trainedTokens: number | null): readonly WorkChange[] => [
  { change: (trainedTokens ?? 0) > 0 ? 'add' : 'remove', task: 'ft' },
  { change: 'add', task: 'files' },
];

/** What every event means for open work. An event that is not listed does not compile. */
const WORK: { readonly [N in EventName]: Rule<N> } = {
  DatasetRequested: add('dataset'),
  DatasetSanitizationStarted: null,
  DatasetProgressed: null,
  DatasetSanitized: () => DATASET_ENDED,
  DatasetBlocked: () => DATASET_ENDED,
  DatasetFailed: () => DATASET_ENDED,
  DatasetContaminationOverrideRequested: null,
  DatasetContaminationOverridden: add('dataset'),
  DatasetErasureRequested: add('erasure'),
  DatasetErased: remove('erasure'),
  EvalSuiteCreated: null,
  EvalSuiteVersionPublished: null,
  EvalRunRequested: add('eval'),
  EvalRunStarted: null,
  EvalRunCompleted: remove('eval'),
  EvalRunFailed: remove('eval'),
  EvalRunBlocked: remove('eval'),
  EvalRunCanceled: remove('eval'),
  FineTuneRequested: add('ft'),
  FineTuneBlocked: remove('ft'),
  FineTuneCostApprovalRequested: null,
  FineTuneCostApproved: null,
  FineTuneDeferred: null,
  FineTuneCostApprovalExpired: null,
  FineTuneReestimated: null,
  FineTuneSubmitIntended: null,
  FineTuneSubmitRefused: null,
  FineTuneSubmitResolved: add('ft'),
  FineTuneSubmitted: null,
  FineTuneDuplicateCanceled: null,
  FineTuneProgressed: null,
  FineTunePaused: null,
  FineTuneResumed: null,
  // Wakes the runner up: nobody should wait for the next poll to be rid of a job.
  FineTunePauseRequested: add('ft'),
  FineTuneResumeRequested: add('ft'),
  FineTuneCancelRequested: add('ft'),
  FineTuneSucceeded: ({ tokensUnknown }) => [
    ...(tokensUnknown ? [{ change: 'remove', task: 'ft' } as const] : []),
    { change: 'add', task: 'model' },
    { change: 'add', task: 'files' },
  ],
  FineTuneFailed: ({ trainedTokens }) => ended(trainedTokens),
  FineTuneCanceled: ({ trainedTokens }) => ended(trainedTokens),
  FineTuneProviderFilesDeleted: remove('files'),
  FineTuneCostRecorded: remove('ft'),
  FineTuneCostVarianceDetected: null,
  ModelVersionRegistered: ({ ftJobId }) =>
    ftJobId === null ? [] : [{ change: 'remove', task: 'model', id: ftJobId }],
  ModelVersionEvaluated: null,
  ModelVersionPromoted: null,
  ModelVersionDemoted: null,
  ModelVersionRetired: null,
  ModelEndOfLifeAnnounced: null,
  ModelEndOfLifeWarned: null,
  PromotionRequested: null,
  PromotionApproved: null,
  PromotionRejected: null,
  PromotionBlocked: null,
  PromotionRolledBack: null,
  PointerMoved: null,
  PointerRolledBack: null,
  PointerOverridden: null,
  ReEvalScheduled: null,
  ReEvalTriggered: null,
  ReEvalUnscheduled: null,
  RegressionDetected: null,
  TenantErasureRequested: null,
  TenantErasureConfirmed: add('tenant'),
  TenantErased: remove('tenant'),
  PriceBookRevised: null,
  BudgetSet: null,
  BudgetHoldPlaced: null,
  BudgetHoldSettled: null,
  GateAnswered: null,
  CommandRefused: null,
  LabelsSet: null,
};

export function workOf(event: FtmEvent): readonly WorkChange[] {
  const rule = WORK[event.type] as Rule<EventName>;
  if (rule === null) return [];
  if (typeof rule === 'function') return rule(event.data);
  const [change, task] = rule;
  return [{ change, task }];
}
