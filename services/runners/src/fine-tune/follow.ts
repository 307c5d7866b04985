import type { FineTuneProgressed, FineTuneSucceeded } from '@ftm/contracts/generated/events';
import { selectCheckpoint } from '@ftm/domain/fine-tune/select-checkpoint';
import { ProviderError, ProviderUnknown, type FailureKind } from '../provider/provider-errors.ts';
import type {
  CurvePoint,
  ProviderEvent,
  ProviderJob,
  TrainingProvider,
} from '../provider/training-provider.ts';
import type { Job, Outcome, Tools } from '../tasks.ts';
import { fail, rowsIn, type Open } from './failures.ts';
import { mirror } from './mirror.ts';
import { nextPollMs } from './schedule.ts';
import { cancelDuplicates, tagOf } from './submit.ts';

export type Submitted = Open & { readonly submitted: NonNullable<Open['submitted']> };

/** Progress is told about so many times over a job, not at every step. */
const PROGRESS_EVENTS = 20;
/** The provider looks at files before it trains, and bills no looking. */
const FILE_REFUSED = new Set(['invalid_training_file', 'invalid_validation_file', 'invalid_n_examples']);
const ENDED = new Set(['succeeded', 'failed', 'cancelled']);

/** One look at a submitted job: what was asked for is passed on, and what the provider says is the truth. */
export async function follow(
  job: Job,
  state: Submitted,
  tools: Tools,
  provider: TrainingProvider,
): Promise<Outcome> {
  await tools.slots.hold(job, provider.account);
  await sweep(job, state, tools, provider);
  const { seen, steered } = await steer(state, provider);
  switch (seen.status) {
    case 'succeeded':
      await tools.commands.send(job, 'succeeded', {
        type: 'RecordSucceeded',
        id: job.id,
        result: await resultOf(job, state, seen, tools, provider),
      });
      return { againInMs: 0 };
    case 'failed': {
      const { object, events } = await mirror(job, state, seen, tools, provider);
      const cause = causeOf(seen, events);
      await fail(job, state, tools, {
        ...cause,
        mirrorObject: object,
        trainedTokens: FILE_REFUSED.has(cause.code) ? 0 : seen.trainedTokens,
      });
      return { againInMs: 0 };
    }
    case 'cancelled':
      await tools.commands.send(job, 'canceled', {
        type: 'RecordCanceled',
        id: job.id,
        canceled: {
          reason: state.cancelReason ?? 'canceled at the provider',
          trainedTokens: seen.trainedTokens,
          mirrorObject: (await mirror(job, state, seen, tools, provider)).object,
        },
      });
      return { againInMs: 0 };
    default:
      // An unknown status is a job that goes on: it is shown as it is.
      await goesOn(job, state, seen, steered, tools, provider);
      return {
        againInMs: nextPollMs(
          seen,
          { minMs: tools.config.FTM_PROVIDER_POLL_MS, maxMs: tools.config.FTM_PROVIDER_POLL_MAX_MS },
          tools.clock,
        ),
      };
  }
}

/** Where an answer was ever lost there may be a job too many, which a list that lagged did not show. */
async function sweep(job: Job, state: Submitted, tools: Tools, provider: TrainingProvider): Promise<void> {
  const { submitted } = state;
  if (submitted.attempt === 1 && !submitted.adopted) return;
  const found = await provider.findJobs(tagOf(job, state));
  const others = found.filter(({ id, status }) => id !== submitted.providerJobId && status !== 'cancelled');
  await cancelDuplicates(job, tools, provider, submitted.providerJobId, others);
}

type Steered = 'paused' | 'running' | null;

/** Passes on what was asked for. A refusal means that the job has moved on: then it is looked at again. */
async function steer(
  state: Submitted,
  provider: TrainingProvider,
): Promise<{ readonly seen: ProviderJob; readonly steered: Steered }> {
  const id = state.submitted.providerJobId;
  const seen = await provider.getJob(id);
  if (ENDED.has(seen.status)) return { seen, steered: null };
  const tried = async (
    work: Promise<ProviderJob>,
    then: Steered,
  ): Promise<{ readonly seen: ProviderJob; readonly steered: Steered }> => {
    try {
      return { seen: await work, steered: then };
    } catch (error) {
      if (!(error instanceof ProviderError) || !MOVED_ON.has(error.kind)) throw error;
      return { seen: await provider.getJob(id), steered: null };
    }
  };
  if (state.cancelReason !== null) return tried(provider.cancelJob(id), null);
  if (state.wanted === 'paused' && seen.status !== 'paused') return tried(provider.pauseJob(id), 'paused');
  if (state.wanted === 'running') return tried(provider.resumeJob(id), 'running');
  return { seen, steered: null };
}

const MOVED_ON = new Set<FailureKind>(['bad_request', 'conflict', 'unprocessable']);

async function goesOn(
  job: Job,
  state: Submitted,
  seen: ProviderJob,
  steered: Steered,
  tools: Tools,
  provider: TrainingProvider,
): Promise<void> {
  // The wire has no name for a paused job; one that was paused is so for as long as its status stays what it was then.
  const paused =
    steered === null
      ? seen.status === 'paused' || (state.status === 'paused' && seen.status === state.pausedAs)
      : steered === 'paused';
  if (paused === (state.status === 'paused')) {
    if (!paused) await progress(job, state, seen, tools, provider);
    return;
  }
  await tools.commands.send(job, `${paused ? 'paused' : 'resumed'}:${state.version}`, {
    type: paused ? 'RecordPaused' : 'RecordResumed',
    id: job.id,
    providerStatus: seen.status,
  });
}

async function progress(
  job: Job,
  state: Submitted,
  seen: ProviderJob,
  tools: Tools,
  provider: TrainingProvider,
): Promise<void> {
  const point = await provider.latestPoint(state.submitted.providerJobId);
  const before = state.progress;
  const stride = Math.max(1, Math.ceil((point?.totalSteps ?? 1) / PROGRESS_EVENTS));
  const far = point !== null && point.step - (before?.step ?? -stride) >= stride;
  if (before?.providerStatus === seen.status && !far) return;
  await tools.commands.send(job, `progress:${seen.status}:${point?.step ?? 'none'}`, {
    type: 'RecordProgress',
    id: job.id,
    progress: {
      ...figuresOf(seen, point),
      mirrorObject: point === null ? null : (await mirror(job, state, seen, tools, provider)).object,
    },
  });
}

const figuresOf = (
  { status, estimatedFinish }: ProviderJob,
  point: CurvePoint | null,
): Omit<FineTuneProgressed, 'mirrorObject'> => ({
  providerStatus: status,
  step: point?.step ?? null,
  totalSteps: point?.totalSteps ?? null,
  trainLoss: point?.trainLoss ?? null,
  validLoss: point?.validLoss ?? null,
  estimatedFinish: estimatedFinish === null ? null : new Date(estimatedFinish * 1000).toISOString(),
});

async function resultOf(
  job: Job,
  state: Submitted,
  seen: ProviderJob,
  tools: Tools,
  provider: TrainingProvider,
): Promise<FineTuneSucceeded> {
  if (seen.fineTunedModel === null || seen.trainedTokens === null)
    throw new ProviderUnknown({
      kind: 'malformed',
      code: 'MALFORMED',
      message: 'the provider shows a job that succeeded without a model or tokens',
    });
  const { object: curveObject } = await mirror(job, state, seen, tools, provider);
  const checkpoints = await provider.checkpoints(seen.id);
  return {
    providerModelId: seen.fineTunedModel,
    trainedTokens: seen.trainedTokens,
    hyperparameters: seen.hyperparameters,
    curveObject,
    checkpoints: [...checkpoints],
    selectedCheckpoint: selectCheckpoint([...checkpoints]),
  };
}

/** A failed job may carry no reason; then its last words do. Rows are named in either. */
function causeOf(
  seen: ProviderJob,
  events: readonly ProviderEvent[],
): { readonly code: string; readonly message: string; readonly rows: readonly number[] } {
  const errors = events.filter(({ level }) => level === 'error').map(({ message }) => message);
  const message =
    seen.error?.message ?? errors.at(-1) ?? 'the provider gave no reason, and its events give none';
  const unnamed = /moderation eval/i.test(message) ? 'SAFETY_EVALS_REFUSED' : 'PROVIDER_FAILED';
  const code = seen.error?.code ?? unnamed;
  return { code: code === 'PROVIDER_FAILED' ? unnamed : code, message, rows: rowsIn([message, ...errors]) };
}
