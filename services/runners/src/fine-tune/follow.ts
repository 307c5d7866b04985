import type { FineTuneProgressed, FineTuneSucceeded } from '@ftm/contracts/generated/events';
import { ourWords } from '@ftm/contracts/scanned-text';
import { selectCheckpoint } from '@ftm/domain/fine-tune/select-checkpoint';
import { ProviderError, unlessFinal, type FailureKind } from '../provider/provider-errors.ts';
import type {
  CurvePoint,
  ProviderEvent,
  ProviderJob,
  TrainingProvider,
} from '../provider/training-provider.ts';
import type { Outcome, Tools, Work } from '../tasks.ts';
import { fail, rowsIn, type Cause, type Open } from './failures.ts';
import { mirror } from './mirror.ts';
import { nextPollMs } from './schedule.ts';
import { cancelDuplicates, tagOf } from './submit.ts';

export type Submitted = Open & { readonly submitted: NonNullable<Open['submitted']> };

/** Progress is told about so many times over a job, not at every step. */
const PROGRESS_EVENTS = 20;
/** The provider looks at files before it trains, and bills no looking. */
const FILE_REFUSED = new Set(['invalid_training_file', 'invalid_validation_file', 'invalid_n_examples']);

/** One look at a submitted job: what was asked for is passed on, and what the provider says is the truth. */
export async function follow(work: Work, state: Submitted, provider: TrainingProvider): Promise<Outcome> {
  await work.slots.hold(work, provider.account);
  await sweep(work, state, provider);
  const look = await steer(state, provider);
  const { seen } = look;
  switch (seen.end) {
    case 'succeeded':
      if (seen.fineTunedModel === null) return modelMissing(work, state, seen, provider);
      await work.record('succeeded', {
        type: 'RecordSucceeded',
        result: await resultOf(work, state, { ...seen, fineTunedModel: seen.fineTunedModel }, provider),
      });
      return { againInMs: 0 };
    case 'failed': {
      const { object, events } = await mirror(work, state, seen, provider);
      const cause = causeOf(seen, events);
      await fail(work, state, {
        ...cause,
        mirrorObject: object,
        trainedTokens: FILE_REFUSED.has(cause.code) ? 0 : seen.trainedTokens,
      });
      return { againInMs: 0 };
    }
    case 'canceled':
      await work.record('canceled', {
        type: 'RecordCanceled',
        canceled: {
          reason: state.cancelReason ?? 'canceled at the provider',
          trainedTokens: seen.trainedTokens,
          mirrorObject: (await mirror(work, state, seen, provider)).object,
        },
      });
      return { againInMs: 0 };
    case null:
      // An unknown status is a job that goes on: it is shown as it is.
      await goesOn(work, state, look, provider);
      return later(seen, work);
  }
}

const later = (seen: ProviderJob, tools: Tools): Outcome => ({
  againInMs: nextPollMs(
    seen,
    { minMs: tools.config.FTM_PROVIDER_POLL_MS, maxMs: tools.config.FTM_PROVIDER_POLL_MAX_MS },
    tools.clock,
  ),
});

const MODEL_NAMED_WITHIN_MS = 600_000;

/** A model may be named a moment after the job has succeeded; one that is never named is of no use, and what it cost is billed all the same. */
async function modelMissing(
  work: Work,
  state: Submitted,
  seen: ProviderJob,
  provider: TrainingProvider,
): Promise<Outcome> {
  const told = state.progress?.providerStatus === seen.status;
  const waitedMs = work.clock.now() - Date.parse(state.updatedAt);
  if (!told || waitedMs < MODEL_NAMED_WITHIN_MS) {
    await goesOn(work, state, { seen, steered: null }, provider);
    return later(seen, work);
  }
  await fail(work, state, {
    code: 'MODEL_MISSING',
    message: ourWords('the provider shows a job that succeeded, and names no model'),
    mirrorObject: (await mirror(work, state, seen, provider)).object,
    trainedTokens: seen.trainedTokens,
  });
  return { againInMs: 0 };
}

/** Where an answer was ever lost there may be a job too many, which a list that lagged did not show. */
async function sweep(work: Work, state: Submitted, provider: TrainingProvider): Promise<void> {
  const { submitted } = state;
  if (submitted.attempt === 1 && !submitted.adopted) return;
  const found = await provider.findJobs(tagOf(work, state));
  const others = found.filter(({ id, end }) => id !== submitted.providerJobId && end !== 'canceled');
  await cancelDuplicates(work, provider, submitted.providerJobId, others);
}

type Steered = 'paused' | 'running' | null;

interface Look {
  readonly seen: ProviderJob;
  /** What the provider was told, and took. */
  readonly steered: Steered;
}

/** Passes on what was asked for. A refusal means that the job has moved on: then it is looked at again. */
async function steer(state: Submitted, provider: TrainingProvider): Promise<Look> {
  const id = state.submitted.providerJobId;
  const seen = await provider.getJob(id);
  if (seen.end !== null) return { seen, steered: null };
  const tried = async (work: Promise<ProviderJob>, then: Steered): Promise<Look> => {
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
  work: Work,
  state: Submitted,
  { seen, steered }: Look,
  provider: TrainingProvider,
): Promise<void> {
  // The wire has no name for a paused job; one that was paused is so for as long as its status stays what it was then.
  const paused =
    steered === null
      ? seen.status === 'paused' || (state.status === 'paused' && seen.status === state.pausedAs)
      : steered === 'paused';
  if (paused === (state.status === 'paused')) {
    if (!paused) await progress(work, state, seen, provider);
    return;
  }
  await work.record(`${paused ? 'paused' : 'resumed'}:${state.version}`, {
    type: paused ? 'RecordPaused' : 'RecordResumed',
    providerStatus: seen.status,
  });
}

async function progress(
  work: Work,
  state: Submitted,
  seen: ProviderJob,
  provider: TrainingProvider,
): Promise<void> {
  const point = await unlessFinal(provider.latestPoint(state.submitted.providerJobId), null);
  const before = state.progress;
  const stride = Math.max(1, Math.ceil((point?.totalSteps ?? 1) / PROGRESS_EVENTS));
  const far = point !== null && point.step - (before?.step ?? -stride) >= stride;
  if (before?.providerStatus === seen.status && !far) return;
  await work.record(`progress:${seen.status}:${point?.step ?? 'none'}`, {
    type: 'RecordProgress',
    progress: {
      ...figuresOf(seen, point),
      mirrorObject: point === null ? null : (await mirror(work, state, seen, provider)).object,
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
  work: Work,
  state: Submitted,
  seen: ProviderJob & { readonly fineTunedModel: string },
  provider: TrainingProvider,
): Promise<FineTuneSucceeded> {
  const { object: curveObject } = await mirror(work, state, seen, provider);
  const checkpoints = await unlessFinal(provider.checkpoints(seen.id), []);
  return {
    providerModelId: seen.fineTunedModel,
    trainedTokens: seen.trainedTokens ?? 0,
    tokensUnknown: seen.trainedTokens === null,
    hyperparameters: seen.hyperparameters,
    curveObject,
    checkpoints: [...checkpoints],
    selectedCheckpoint: selectCheckpoint([...checkpoints]),
  };
}

/** A failed job may carry no reason; then its last words do. Rows are named in either. */
function causeOf(seen: ProviderJob, events: readonly ProviderEvent[]): Cause {
  const errors = events.filter(({ level }) => level === 'error').map(({ message }) => message);
  const said = seen.error?.message ?? errors.findLast((each) => each !== '') ?? null;
  const unnamed = said !== null && /moderation eval/i.test(said) ? 'SAFETY_EVALS_REFUSED' : 'PROVIDER_FAILED';
  const code = seen.error?.code ?? unnamed;
  return {
    code: code === 'PROVIDER_FAILED' ? unnamed : code,
    ...(said === null
      ? { message: ourWords('the provider gave no reason, and its events give none') }
      : { said }),
    rows: rowsIn([said ?? '', ...errors]),
  };
}
