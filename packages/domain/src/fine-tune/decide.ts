import { MIN_TRAINING_ROWS } from '@ftm/contracts/provider-limits';
import type {
  DatasetSanitized,
  FineTuneCostRecorded,
  FineTuneRequested,
  FineTuneSubmitIntended,
  FineTuneSubmitResolved,
  FtmEvent,
} from '@ftm/contracts/generated/events';
import { monthOf } from '../budget-month/state.ts';
import type { DatasetState } from '../dataset/state.ts';
import { answered, denied, notFound, NOTHING, reject, type Rejection, type Verdict } from '../decision.ts';
import type { CommandMeta } from '../command-meta.ts';
import type { FineTuneCommand } from './commands.ts';
import { billedTokens, costVariance, isOver, nothingSent } from './cost.ts';
import type { FineTuneState } from './state.ts';

const FORMAT_OF_METHOD = { supervised: 'jsonl_chat', dpo: 'jsonl_preference' } as const;

export interface FineTuneContext {
  readonly dataset: DatasetState;
  /** Only when the request names one. */
  readonly validationDataset: DatasetState;
}

type Live = Extract<FineTuneState, { status: 'queued' | 'running' | 'paused' }>;
type Step = Exclude<FineTuneCommand, { type: 'RequestFineTune' | 'RecordProviderFilesDeleted' }>;

export function decideFineTune(
  command: FineTuneCommand,
  state: FineTuneState,
  context: FineTuneContext,
  meta: CommandMeta,
): Verdict {
  if (command.type === 'RequestFineTune') return request(command, state, context, meta);
  if (command.type === 'RecordProviderFilesDeleted') return filesDeleted(command, state);
  switch (state.status) {
    case 'absent':
      return notFound('fine-tune job');
    case 'queued':
    case 'running':
    case 'paused':
      return step(command, state, meta);
    case 'completed':
      if (command.type === 'RecordCost' && billedTokens(state) !== null)
        return recordCost(command.cost, state);
      return command.type === 'RecordSucceeded' ? NOTHING : settled(state.status);
    case 'failed':
      if (command.type === 'RecordCost' && billedTokens(state) !== null)
        return recordCost(command.cost, state);
      return command.type === 'RecordFailed' ? NOTHING : settled(state.status);
    case 'blocked':
      return command.type === 'BlockFineTune' ? NOTHING : settled(state.status);
    case 'canceled':
      if (command.type === 'RecordCost' && billedTokens(state) !== null)
        return recordCost(command.cost, state);
      return command.type === 'RecordCanceled' || command.type === 'RequestCancel'
        ? NOTHING
        : settled(state.status);
  }
}

function request(
  command: Extract<FineTuneCommand, { type: 'RequestFineTune' }>,
  state: FineTuneState,
  context: FineTuneContext,
  meta: CommandMeta,
): Verdict {
  if (state.status !== 'absent') return NOTHING;
  const train = readyDataset(context.dataset, command.request, 'dataset_id');
  if ('code' in train) return train;
  let validationObject = train.validationObject;
  if (command.request.validationDatasetId !== null) {
    const validation = readyDataset(context.validationDataset, command.request, 'validation_dataset_id');
    if ('code' in validation) return validation;
    validationObject = validation.trainObject;
  }
  const no = denied(command.gates);
  return [
    {
      type: 'FineTuneRequested',
      data: {
        ...command.request,
        trainObject: train.trainObject,
        validationObject,
        contaminationApprovedBy:
          'override' in context.dataset ? (context.dataset.override?.approvedBy ?? null) : null,
        budgetMonth: monthOf(meta.now),
      },
    },
    ...answered(command.gates),
    ...(no === undefined
      ? []
      : [{ type: 'FineTuneBlocked' as const, data: { gate: no.gate, reasons: no.reasons } }]),
  ];
}

/** Only a dataset that TRiSM sanitised, of the same project, in the method's format. */
export function readyDataset(
  dataset: DatasetState,
  asked: Pick<FineTuneRequested, 'projectId' | 'method'>,
  field: string,
): DatasetSanitized | Rejection {
  if (dataset.status === 'absent' || dataset.request.projectId !== asked.projectId)
    return reject('DATASET_NOT_FOUND', `${field}: there is no such dataset in the project`);
  if (dataset.status !== 'ready')
    return reject(
      'DATASET_NOT_READY',
      `${field}: the dataset is ${dataset.status}; only a sanitised dataset that is ready can be trained on`,
      dataset.status === 'blocked' ? dataset.reasons : undefined,
    );
  const format = FORMAT_OF_METHOD[asked.method];
  if (dataset.request.outputFormat !== format)
    return reject(
      'DATASET_FORMAT_MISMATCH',
      `${field}: method ${asked.method} needs ${format}, the dataset is ${dataset.request.outputFormat}`,
    );
  if (dataset.result.trainRows < MIN_TRAINING_ROWS)
    return reject(
      'DATASET_TOO_SMALL',
      `${field}: ${dataset.result.trainRows} rows; at least ${MIN_TRAINING_ROWS} are needed`,
    );
  return dataset.result;
}

/** After the end, whichever it was; what is found there later, when the dataset is erased, is told of too. */
function filesDeleted(
  { deletion }: Extract<FineTuneCommand, { type: 'RecordProviderFilesDeleted' }>,
  state: FineTuneState,
): Verdict {
  switch (state.status) {
    case 'absent':
      return notFound('fine-tune job');
    case 'queued':
    case 'running':
    case 'paused':
      return reject('FT_JOB_OPEN', 'the job has not ended');
    case 'completed':
    case 'failed':
    case 'blocked':
    case 'canceled':
      return state.filesDeleted !== null && deletion.fileIds.length === 0
        ? NOTHING
        : [{ type: 'FineTuneProviderFilesDeleted', data: deletion }];
  }
}

function step(command: Step, state: Live, meta: CommandMeta): Verdict {
  switch (command.type) {
    case 'RecordCostApprovalRequested':
      return state.pendingApproval !== null || state.approval !== null
        ? NOTHING
        : [{ type: 'FineTuneCostApprovalRequested', data: command.approval }];
    case 'ApproveFineTuneCost':
      return state.approval === null ? [{ type: 'FineTuneCostApproved', data: command.approval }] : NOTHING;
    case 'RecordCostApprovalExpired':
    case 'RecordReestimated':
      return voidApproval(command, state, meta);
    case 'BlockFineTune':
      return nothingSent(state)
        ? [{ type: 'FineTuneBlocked', data: { gate: command.gate, reasons: command.reasons } }]
        : reject('FT_JOB_SUBMITTED', 'the job is at the provider or on its way');
    case 'DeferSubmit':
      // Said once for each reason: who waits is looked at every few seconds.
      return state.submitted !== null || state.deferral?.code === command.deferral.code
        ? NOTHING
        : [{ type: 'FineTuneDeferred', data: command.deferral }];
    case 'IntendSubmit':
    case 'RecordSubmitted':
    case 'RecordSubmitRefused':
    case 'ResolveSubmit':
      return submission(command, state, meta);
    case 'RecordDuplicateCanceled':
      return [{ type: 'FineTuneDuplicateCanceled', data: command.duplicate }];
    case 'RecordProgress':
      if (state.submitted === null) return reject('FT_JOB_NOT_SUBMITTED', 'the job was never submitted');
      return sameProgress(state, command.progress)
        ? NOTHING
        : [{ type: 'FineTuneProgressed', data: command.progress }];
    case 'RecordPaused':
      return state.status === 'paused'
        ? NOTHING
        : whenSubmitted(state, { type: 'FineTunePaused', data: { providerStatus: command.providerStatus } });
    case 'RecordResumed':
      return state.status === 'running'
        ? NOTHING
        : whenSubmitted(state, { type: 'FineTuneResumed', data: { providerStatus: command.providerStatus } });
    case 'RequestPause':
    case 'RequestResume':
      return pauseOrResume(command, state);
    case 'RequestCancel':
      if (state.cancelReason !== null) return NOTHING;
      // Before the intent nothing has left FTM, and what was refused was not made: the end is certain, and immediate.
      return [
        { type: 'FineTuneCancelRequested', data: { reason: command.reason } },
        ...(nothingSent(state)
          ? [
              {
                type: 'FineTuneCanceled' as const,
                data: { reason: command.reason, trainedTokens: null, mirrorObject: null },
              },
            ]
          : []),
      ];
    case 'RecordSucceeded':
      // Even after a cancel was asked for: what the provider says has happened, has happened.
      return whenSubmitted(state, { type: 'FineTuneSucceeded', data: command.result });
    case 'RecordFailed':
      return [{ type: 'FineTuneFailed', data: command.failure }];
    case 'RecordCanceled':
      return [{ type: 'FineTuneCanceled', data: command.canceled }];
    case 'RecordCost':
      return reject('FT_JOB_OPEN', 'the job has not ended');
  }
}

type Submission = Extract<
  Step,
  { type: 'IntendSubmit' | 'RecordSubmitted' | 'RecordSubmitRefused' | 'ResolveSubmit' }
>;

function submission(command: Submission, state: Live, meta: CommandMeta): Verdict {
  switch (command.type) {
    case 'IntendSubmit':
      return intend(command.intent, state, meta);
    case 'RecordSubmitted':
      if (state.submitted !== null)
        return state.submitted.providerJobId === command.submitted.providerJobId
          ? NOTHING
          : reject('FT_JOB_SUBMITTED', `the job is ${state.submitted.providerJobId} at the provider`);
      return announced(state, command.submitted.attempt, {
        type: 'FineTuneSubmitted',
        data: command.submitted,
      });
    case 'RecordSubmitRefused':
      if (state.submitted !== null) return reject('FT_JOB_SUBMITTED', 'the job is at the provider');
      return state.refusal?.attempt === command.refusal.attempt
        ? NOTHING
        : announced(state, command.refusal.attempt, { type: 'FineTuneSubmitRefused', data: command.refusal });
    case 'ResolveSubmit':
      return resolveSubmit(command.resolution, state);
  }
}

function announced(state: Live, attempt: number, event: Exclude<Verdict, Rejection>[number]): Verdict {
  return state.intent?.attempt === attempt
    ? [event]
    : reject('SUBMIT_NOT_INTENDED', `attempt ${attempt} was not announced`);
}

/** Who announces an attempt may send it, and nobody else: a second run that finds it announced is refused, even with the same request. */
function intend(intent: FineTuneSubmitIntended, state: Live, meta: CommandMeta): Verdict {
  if (state.submitted !== null) return reject('FT_JOB_SUBMITTED', 'the job is at the provider');
  if (state.approval === null) return reject('COST_NOT_APPROVED', 'the cost of the job is not approved');
  if (state.approval.amountUsdMicros < state.estimate.highUsdMicros)
    return reject('COST_NOT_COVERED', 'the job may cost more than was approved');
  if (isOver(state.approval.expiresAt, meta.now))
    return reject('COST_APPROVAL_EXPIRED', `the approval of the cost ran out at ${state.approval.expiresAt}`);
  if (state.cancelReason !== null) return reject('FT_JOB_CANCELING', 'the job is being canceled');
  const last = state.intent?.attempt ?? 0;
  if (intent.attempt === last) return reject('SUBMIT_INTENDED', `attempt ${last} was announced already`);
  if (intent.attempt !== last + 1)
    return reject('SUBMIT_OUT_OF_ORDER', `attempt ${intent.attempt} cannot follow ${last}`);
  if (!maySubmitAgain(state))
    return reject(
      'SUBMIT_AMBIGUOUS',
      'it cannot be known whether the provider has the job; an operator must decide',
    );
  return [{ type: 'FineTuneSubmitIntended', data: intent }];
}

/** What PRISM said does not hold any more: its time is over, or the price has moved. Before the submit only. */
function voidApproval(
  command: Extract<Step, { type: 'RecordCostApprovalExpired' | 'RecordReestimated' }>,
  state: Live,
  meta: CommandMeta,
): Verdict {
  if (state.submitted !== null || !maySubmitAgain(state))
    return reject('FT_JOB_SUBMITTED', 'the job is at the provider or on its way');
  if (command.type === 'RecordReestimated') {
    const previousHighUsdMicros = state.estimate.highUsdMicros;
    const { estimate } = command;
    return state.estimate.priceUsdMicrosPerMillion === estimate.priceUsdMicrosPerMillion
      ? NOTHING
      : [{ type: 'FineTuneReestimated', data: { estimate, previousHighUsdMicros } }];
  }
  const asked = state.approval ?? state.pendingApproval;
  if (asked === null) return NOTHING;
  if (!isOver(command.expiresAt, meta.now))
    return reject('APPROVAL_NOT_EXPIRED', `the approval holds until ${command.expiresAt}`);
  const { approvalId, amountUsdMicros } = asked;
  return [
    {
      type: 'FineTuneCostApprovalExpired',
      data: { approvalId, amountUsdMicros, expiredAt: command.expiresAt },
    },
  ];
}

function recordCost(
  cost: FineTuneCostRecorded,
  state: Extract<FineTuneState, { status: 'completed' | 'failed' | 'canceled' }>,
): Verdict {
  if (state.cost !== null) return NOTHING;
  const variance = costVariance(cost);
  return [
    { type: 'FineTuneCostRecorded', data: cost },
    // One that did not get to its end was never expected to cost what it has.
    ...(variance.beyondTolerance && state.status === 'completed'
      ? [{ type: 'FineTuneCostVarianceDetected' as const, data: variance.event }]
      : []),
  ];
}

/** Whether an attempt after the last one is allowed: nothing was sent, nothing was made, or somebody answers for the risk. */
export function maySubmitAgain(state: Live): boolean {
  return (
    nothingSent(state) ||
    state.resolution?.decision === 'resubmit' ||
    state.request.ambiguityPolicy === 'resubmit'
  );
}

function resolveSubmit(resolution: Omit<FineTuneSubmitResolved, 'attempt'>, state: Live): Verdict {
  const { intent } = state;
  if (intent === null || state.submitted !== null || state.refusal !== null)
    return reject('SUBMIT_NOT_AMBIGUOUS', 'there is no submit whose outcome is unknown');
  if (resolution.decision === 'adopt' && resolution.providerJobId === null)
    return reject('PROVIDER_JOB_ID_MISSING', 'to adopt a job, name it: provider_job_id');
  if (resolution.decision === 'resubmit' && state.cancelReason !== null)
    return reject('FT_JOB_CANCELING', 'the job is being canceled');
  const resolved: FtmEvent = {
    type: 'FineTuneSubmitResolved',
    data: { ...resolution, attempt: intent.attempt },
  };
  if (resolution.decision !== 'fail') return [resolved];
  const message = 'an operator ended the job: it is not known whether the provider has it';
  return [
    resolved,
    {
      type: 'FineTuneFailed',
      data: {
        code: 'SUBMIT_AMBIGUOUS',
        message,
        remedy: 'look for the job at the provider and cancel it there, then ask for a new one',
        retryable: true,
        providerMessage: null,
        rows: [],
        mirrorObject: null,
        trainedTokens: null,
      },
    },
  ];
}

/** What was asked last counts; the provider says when it is so. */
function pauseOrResume(
  command: Extract<Step, { type: 'RequestPause' | 'RequestResume' }>,
  state: Live,
): Verdict {
  if (state.cancelReason !== null) return reject('FT_JOB_CANCELING', 'the job is being canceled');
  const goal = command.type === 'RequestPause' ? 'paused' : 'running';
  const already = state.wanted ?? (state.status === 'paused' ? 'paused' : 'running');
  if (already === goal) return NOTHING;
  const data = { reason: command.reason };
  return command.type === 'RequestPause'
    ? [{ type: 'FineTunePauseRequested', data }]
    : [{ type: 'FineTuneResumeRequested', data }];
}

function whenSubmitted(state: Live, event: Exclude<Verdict, Rejection>[number]): Verdict {
  return state.submitted === null ? reject('FT_JOB_NOT_SUBMITTED', 'the job was never submitted') : [event];
}

function sameProgress(state: Live, next: NonNullable<Live['progress']>): boolean {
  const { progress } = state;
  return progress !== null && progress.step === next.step && progress.providerStatus === next.providerStatus;
}

const settled = (status: string): Rejection => reject('FT_JOB_SETTLED', `the job is ${status}`);
