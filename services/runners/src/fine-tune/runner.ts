import { canonicalJson } from '@ftm/contracts/canonical-json';
import type { FineTuneSucceeded } from '@ftm/contracts/generated/events';
import { digest } from '@ftm/contracts/ids';
import type { FineTuneState } from '@ftm/domain/fine-tune/state';
import { costOf } from '@ftm/domain/pricing/default-prices';
import { ProviderRefused, ProviderUnknown, type ProviderJob } from '../provider/training-provider.ts';
import type { Job, Outcome, Tools } from '../tasks.ts';

type Open = Extract<FineTuneState, { status: 'queued' | 'running' | 'paused' }>;
type Submitted = Open & { readonly submitted: NonNullable<Open['submitted']> };

/** Progress is told about so many times over a job, not at every step. */
const PROGRESS_EVENTS = 8;
const OPERATOR_POLL_MS = 30_000;

/**
 * One step of a fine-tune job; the log says which is next.
 *
 *   requested ─▶ cost approved ─▶ submit intended ─▶ submitted ─▶ followed to its end ─▶ cost recorded
 *
 * A crash between any two of them runs the step again. The only one that costs money is announced before it is taken, and when it is not known what became of it,
 * the provider is asked, never told again.
 */
export async function runFineTune(job: Job, tools: Tools): Promise<Outcome> {
  const state = await tools.commands.load(job.tenantId, 'fine-tune', job.id);
  switch (state.status) {
    case 'absent':
      throw new Error('the job is not on the log yet');
    case 'blocked':
    case 'failed':
    case 'canceled':
      return 'done';
    case 'completed':
      return recordCost(job, state, tools);
    case 'queued':
      if (state.approval === null) return approveCost(job, state, tools);
      return state.intent === null
        ? submit(job, state, tools, 1)
        : settle(job, state, tools, state.intent.attempt);
    case 'running':
    case 'paused':
      if (state.submitted === null) throw new Error('a running job without a submission');
      return follow(job, { ...state, submitted: state.submitted }, tools);
  }
}

async function approveCost(job: Job, state: Open, tools: Tools): Promise<Outcome> {
  const { request } = state;
  const { estimate } = request;
  const amountUsdMicros = estimate.highUsdMicros;
  const of = { tenantId: job.tenantId, projectId: request.projectId, subject: `ft_job/${job.id}` };
  await tools.orchestrator.prismEstimate(
    { ...of, kind: 'fine_tune' },
    { low: estimate.lowUsdMicros, expected: estimate.expectedUsdMicros, high: estimate.highUsdMicros },
  );
  if (amountUsdMicros <= request.costThresholdUsdMicros) {
    await tools.commands.send(job, 'cost-approved', {
      type: 'ApproveFineTuneCost',
      id: job.id,
      approval: { approvalId: null, amountUsdMicros, expiresAt: null },
    });
    return { againInMs: 0 };
  }
  const pending = state.pendingApproval;
  const answer =
    pending === null
      ? await tools.orchestrator.requestApproval(
          { ...of, amountUsdMicros, reason: 'fine-tune job' },
          `${of.subject}:approval`,
        )
      : await tools.orchestrator.getApproval(pending.approvalId);
  if (answer.status === 'denied') {
    await tools.commands.send(job, 'cost-denied', {
      type: 'BlockFineTune',
      id: job.id,
      gate: 'prism',
      reasons:
        answer.reasons.length > 0
          ? answer.reasons
          : [{ code: 'COST_DENIED', message: 'PRISM denied the cost' }],
    });
    return 'done';
  }
  if (answer.status === 'approved') {
    await tools.commands.send(job, 'cost-approved', {
      type: 'ApproveFineTuneCost',
      id: job.id,
      approval: { approvalId: answer.approvalId, amountUsdMicros, expiresAt: answer.expiresAt },
    });
    return { againInMs: 0 };
  }
  await tools.commands.send(job, 'cost-pending', {
    type: 'RecordCostApprovalRequested',
    id: job.id,
    approval: { approvalId: answer.approvalId, amountUsdMicros },
  });
  return { againInMs: tools.config.FTM_APPROVAL_POLL_MS };
}

/** Upload (free, and harmless when repeated), announce, and ask once. */
async function submit(job: Job, state: Open, tools: Tools, attempt: number): Promise<Outcome> {
  const { request } = state;
  // The log says so before the bytes are gone, and also when somebody has restored them from a backup.
  const dataset = await tools.commands.load(job.tenantId, 'dataset', request.datasetId);
  if (dataset.status === 'erasing' || dataset.status === 'erased') {
    await fail(job, state, tools, 'DATASET_ERASED', `the dataset is ${dataset.status}`);
    return 'done';
  }
  try {
    const upload = async (name: string, object: typeof request.trainObject): Promise<string> =>
      tools.provider.uploadFile(`${job.id}-${name}.jsonl`, await tools.objects.get(job.tenantId, object));
    const trainingFileId = await upload('train', request.trainObject);
    const validationFileId =
      request.validationObject === null ? null : await upload('validation', request.validationObject);
    const body = tools.provider.jobRequest({
      model: request.baseModel,
      method: request.method,
      trainingFileId,
      validationFileId,
      hyperparameters: request.hyperparameters,
      suffix: request.suffix,
      seed: request.seed,
      metadata: { ...tag(job), ftm_attempt: String(attempt), ftm_data_sha256: request.trainObject.sha256 },
    });
    await tools.commands.send(job, `intended:${attempt}:${trainingFileId}`, {
      type: 'IntendSubmit',
      id: job.id,
      intent: {
        attempt,
        requestSha256: digest('ftm.provider-request', canonicalJson(body)),
        trainingFileId,
        validationFileId,
      },
    });
    const made = await tools.provider.createJob(body);
    await recordSubmitted(job, tools, attempt, made, false);
    return { againInMs: tools.config.FTM_PROVIDER_POLL_MS };
  } catch (error) {
    if (error instanceof ProviderUnknown) {
      tools.logger.warn('the outcome of a submit is not known: the provider will be asked', {
        ftJob: job.id,
        error,
      });
      return { againInMs: tools.config.FTM_PROVIDER_POLL_MS };
    }
    if (error instanceof ProviderRefused && !error.retryable) {
      await fail(job, state, tools, error.code, error.message);
      return 'done';
    }
    throw error;
  }
}

/** The request was announced and no answer is on the log: was it made? */
async function settle(job: Job, state: Open, tools: Tools, attempt: number): Promise<Outcome> {
  const found = await tools.provider.findJobs(tag(job));
  const [oldest, ...others] = found;
  if (oldest !== undefined) {
    for (const extra of others) {
      tools.logger.error(
        'the provider has more than one job for a fine-tune job: the extra one is canceled',
        { ftJob: job.id, providerJob: extra.id },
      );
      await tools.provider.cancelJob(extra.id);
    }
    await recordSubmitted(job, tools, attempt, oldest, true);
    return { againInMs: 0 };
  }
  const waited = Date.now() - Date.parse(state.updatedAt);
  // The provider's list may lag behind what it has accepted.
  if (waited < tools.config.FTM_PROVIDER_SETTLE_MS)
    return {
      againInMs: Math.min(
        tools.config.FTM_PROVIDER_POLL_MS,
        tools.config.FTM_PROVIDER_SETTLE_MS - waited + 10,
      ),
    };
  if (state.cancelReason !== null) {
    await tools.commands.send(job, 'canceled', {
      type: 'RecordCanceled',
      id: job.id,
      canceled: { reason: state.cancelReason, trainedTokens: null },
    });
    return 'done';
  }
  if (state.request.ambiguityPolicy === 'resubmit') return submit(job, state, tools, attempt + 1);
  tools.logger.error(
    'a submit is ambiguous and the tenant’s policy leaves it to an operator: look at the provider’s jobs, or cancel this one',
    { ftJob: job.id, attempt },
  );
  return { againInMs: OPERATOR_POLL_MS };
}

async function recordSubmitted(
  job: Job,
  tools: Tools,
  attempt: number,
  made: ProviderJob,
  adopted: boolean,
): Promise<void> {
  await tools.commands.send(job, `submitted:${attempt}`, {
    type: 'RecordSubmitted',
    id: job.id,
    submitted: { attempt, providerJobId: made.id, adopted },
  });
}

async function follow(job: Job, state: Submitted, tools: Tools): Promise<Outcome> {
  const { providerJobId } = state.submitted;
  const again = { againInMs: jittered(tools.config.FTM_PROVIDER_POLL_MS) };
  let seen = await tools.provider.getJob(providerJobId);
  if (state.cancelReason !== null && !ENDED.has(seen.status))
    seen = await tools.provider
      .cancelJob(providerJobId)
      .catch((error: unknown) =>
        error instanceof ProviderRefused
          ? tools.provider.getJob(providerJobId)
          : Promise.reject(error as Error),
      );
  switch (seen.status) {
    case 'succeeded':
      await tools.commands.send(job, 'succeeded', {
        type: 'RecordSucceeded',
        id: job.id,
        result: await resultOf(job, state, seen, tools),
      });
      return { againInMs: 0 };
    case 'failed':
      await fail(
        job,
        state,
        tools,
        seen.error?.code ?? 'PROVIDER_FAILED',
        seen.error?.message ?? 'the provider gave no reason; its events may',
      );
      return 'done';
    case 'cancelled':
      await tools.commands.send(job, 'canceled', {
        type: 'RecordCanceled',
        id: job.id,
        canceled: {
          reason: state.cancelReason ?? 'canceled at the provider',
          trainedTokens: seen.trainedTokens,
        },
      });
      return 'done';
    case 'paused':
      if (state.status !== 'paused')
        await tools.commands.send(job, `paused:${state.version}`, {
          type: 'RecordPaused',
          id: job.id,
          providerStatus: seen.status,
        });
      return again;
    default:
      // An unknown status is a job that goes on: it is shown as it is.
      if (state.status === 'paused')
        await tools.commands.send(job, `resumed:${state.version}`, {
          type: 'RecordResumed',
          id: job.id,
          providerStatus: seen.status,
        });
      else await progress(job, state, seen, tools);
      return again;
  }
}

const ENDED = new Set(['succeeded', 'failed', 'cancelled']);

async function progress(job: Job, state: Submitted, seen: ProviderJob, tools: Tools): Promise<void> {
  const point = await tools.provider.latestPoint(state.submitted.providerJobId);
  const before = state.progress;
  const stride = Math.max(1, Math.ceil((point?.totalSteps ?? 1) / PROGRESS_EVENTS));
  const far = point !== null && point.step - (before?.step ?? -stride) >= stride;
  if (before?.providerStatus === seen.status && !far) return;
  await tools.commands.send(job, `progress:${seen.status}:${point?.step ?? 'none'}`, {
    type: 'RecordProgress',
    id: job.id,
    progress: {
      providerStatus: seen.status,
      step: point?.step ?? null,
      totalSteps: point?.totalSteps ?? null,
      trainLoss: point?.trainLoss ?? null,
      validLoss: point?.validLoss ?? null,
    },
  });
}

async function resultOf(
  job: Job,
  state: Submitted,
  seen: ProviderJob,
  tools: Tools,
): Promise<FineTuneSucceeded> {
  if (seen.fineTunedModel === null || seen.trainedTokens === null)
    throw new ProviderUnknown('a job that succeeded without a model or tokens');
  const points = await tools.provider.curve(seen.id);
  const { dataKeyId: _, ...curveObject } = await tools.objects.put(
    job.tenantId,
    `ft_jobs/${job.tenantId}/${state.request.projectId}/${job.id}`,
    'curve.json',
    Buffer.from(canonicalJson({ providerJobId: seen.id, points })),
  );
  return {
    providerModelId: seen.fineTunedModel,
    trainedTokens: seen.trainedTokens,
    hyperparameters: seen.hyperparameters,
    curveObject,
    checkpoints: await tools.provider.checkpoints(seen.id),
  };
}

/** What the provider says may quote a row: TRiSM reads it before the log does. */
async function fail(job: Job, state: Open, tools: Tools, code: string, message: string): Promise<void> {
  const { text } = await tools.orchestrator.scan(
    { tenantId: job.tenantId, projectId: state.request.projectId },
    message.slice(0, 4000),
  );
  await tools.commands.send(job, 'failed', {
    type: 'RecordFailed',
    id: job.id,
    failure: {
      code,
      message: text,
      providerMessage: text,
      retryable: RETRYABLE.has(code),
      remedy: REMEDIES[code] ?? 'read the provider’s message; ask again when its cause is gone',
    },
  });
}

const RETRYABLE = new Set(['server_error', 'rate_limit_exceeded', 'PROVIDER_FAILED']);
const REMEDIES: Readonly<Record<string, string>> = {
  insufficient_quota: 'raise the provider’s quota or budget, then ask for a new job',
  exceeded_quota: 'raise the provider’s quota or budget, then ask for a new job',
  DATASET_ERASED: 'train on another dataset',
  invalid_n_examples: 'build a dataset with at least 10 rows',
  invalid_training_file: 'look at the rejected rows of the dataset and build it again',
  invalid_api_key: 'set a valid provider key',
};

async function recordCost(
  job: Job,
  state: Extract<FineTuneState, { status: 'completed' }>,
  tools: Tools,
): Promise<Outcome> {
  if (state.cost !== null) return 'done';
  const { request, result } = state;
  const actualUsdMicros = costOf(result.trainedTokens, request.estimate.priceUsdMicrosPerMillion);
  const subject = `ft_job/${job.id}`;
  const { usageId } = await tools.orchestrator.recordUsage(
    {
      tenantId: job.tenantId,
      projectId: request.projectId,
      subject,
      kind: 'fine_tune',
      amountUsdMicros: actualUsdMicros,
      tokens: result.trainedTokens,
    },
    `${subject}:usage`,
  );
  await tools.commands.send(job, 'cost', {
    type: 'RecordCost',
    id: job.id,
    cost: {
      trainedTokens: result.trainedTokens,
      actualUsdMicros,
      estimatedUsdMicros: request.estimate.expectedUsdMicros,
      usageId,
    },
  });
  return 'done';
}

const tag = (job: Job): { ftm_job: string; ftm_tenant: string } => ({
  ftm_job: job.id,
  ftm_tenant: job.tenantId,
});
const jittered = (ms: number): number => Math.round(ms * (0.8 + Math.random() * 0.4));
