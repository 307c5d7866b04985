import { randomUUID } from 'node:crypto';
import { canonicalJson } from '@ftm/contracts/canonical-json';
import type { ObjectRef } from '@ftm/contracts/generated/events';
import { digest } from '@ftm/contracts/ids';
import { maySubmitAgain } from '@ftm/domain/fine-tune/decide';
import { plainBytes } from '@ftm/object-store/sealed-stream';
import { watched } from '@ftm/object-store/watched-stream';
import { counter } from '@ftm/runtime/metrics';
import { ProviderRefused, ProviderUnknown } from '../provider/provider-errors.ts';
import type { JobRequest, JobTag, ProviderJob, TrainingProvider } from '../provider/training-provider.ts';
import type { Job, Outcome, Work } from '../tasks.ts';
import { beforeSpending } from './cost.ts';
import { refusedDataset } from './dataset-gate.ts';
import { fail, type Open } from './failures.ts';
import { fileName } from './files.ts';
import { jittered, notBefore } from './schedule.ts';

const OPERATOR_POLL_MS = 30_000;

const ambiguous = counter('ftm_ambiguous_submits_total', 'Looks at submits that wait for an operator');
const duplicates = counter('ftm_duplicate_provider_jobs_total', 'Jobs too many at the provider');

/** Upload (free, and harmless when repeated), announce, and ask once. */
export async function submit(work: Work, state: Open, provider: TrainingProvider): Promise<Outcome> {
  const { request } = state;
  const attempt = (state.intent?.attempt ?? 0) + 1;
  const refused = await refusedDataset(work, state);
  if (refused !== undefined) {
    await fail(work, state, refused);
    return 'done';
  }
  const notYet = await beforeSpending(work, state);
  if (notYet !== null) return notYet;
  try {
    const { trainingFileId, validationFileId } = state.intent ?? (await uploadFiles(work, state, provider));
    const body = provider.jobRequest({
      model: request.baseModel,
      method: request.method,
      trainingFileId,
      validationFileId,
      hyperparameters: request.hyperparameters,
      suffix: request.suffix,
      seed: request.seed,
      metadata: {
        ...metadataOf(work),
        ftm_attempt: String(attempt),
        ftm_data_sha256: request.trainObject.sha256,
      },
    });
    const announcedAt = work.clock.now();
    // The step is this run's own: two runs cannot both take the same announcement for theirs.
    await work.record(`intended:${attempt}:${randomUUID()}`, {
      type: 'IntendSubmit',
      intent: {
        attempt,
        requestSha256: digest('ftm.provider-request', canonicalJson(body)),
        trainingFileId,
        validationFileId,
      },
    });
    return await createOnce(work, provider, { attempt, body, announcedAt });
  } catch (error) {
    if (!(error instanceof ProviderRefused) || error.retryable) throw error;
    await fail(work, state, { code: error.code, said: error.said ?? error.message });
    return 'done';
  }
}

async function uploadFiles(
  work: Work,
  { request }: Open,
  provider: TrainingProvider,
): Promise<{ trainingFileId: string; validationFileId: string | null }> {
  const upload = async (part: 'train' | 'validation', object: ObjectRef): Promise<string> => {
    const source = watched(work.objects.getStream(work.tenantId, object));
    try {
      return await provider.uploadFile(fileName(work.id, part), {
        bytes: plainBytes(object.bytes),
        stream: source.stream,
      });
    } catch (error) {
      // An object that cannot be read is no failure of the provider.
      throw source.failure === undefined ? error : source.failure.error;
    }
  };
  return {
    trainingFileId: await upload('train', request.trainObject),
    validationFileId:
      request.validationObject === null ? null : await upload('validation', request.validationObject),
  };
}

/** The one paid request. An answer that is lost is looked for, never asked for again. */
async function createOnce(
  work: Work,
  provider: TrainingProvider,
  announced: { readonly attempt: number; readonly body: JobRequest; readonly announcedAt: number },
): Promise<Outcome> {
  const { attempt, body } = announced;
  const refused = async (kind: string, code: string): Promise<void> =>
    work.record(`refused:${attempt}`, {
      type: 'RecordSubmitRefused',
      refusal: { attempt, kind, code },
    });
  // After a long sleep of this process others may have given the attempt up: it is not sent any more.
  if (work.clock.now() - announced.announcedAt > work.config.FTM_PROVIDER_TIMEOUT_MS) {
    await refused('not_sent', 'NOT_SENT');
    return { againInMs: 0 };
  }
  try {
    await recordSubmitted(work, attempt, await provider.createJob(body), false);
    return { againInMs: jittered(work.config.FTM_PROVIDER_POLL_MS, work.clock) };
  } catch (error) {
    if (error instanceof ProviderUnknown) {
      work.logger.warn('the outcome of a submit is not known: the provider will be asked', {
        ftJob: work.id,
        error,
      });
      return { againInMs: jittered(work.config.FTM_PROVIDER_POLL_MS, work.clock) };
    }
    if (!(error instanceof ProviderRefused) || !error.retryable) throw error;
    await refused(error.kind, error.code);
    return {
      againInMs: notBefore(error.retryAfterMs ?? work.config.FTM_PROVIDER_POLL_MS, work.clock),
    };
  }
}

/** The request was announced and no answer is on the log: was it made? */
export async function settle(
  work: Work,
  state: Open & { readonly intent: NonNullable<Open['intent']> },
  provider: TrainingProvider,
): Promise<Outcome> {
  const { attempt } = state.intent;
  const [oldest, ...others] = await provider.findJobs(tagOf(work, state));
  if (oldest !== undefined) {
    await cancelDuplicates(work, provider, oldest.id, others);
    await recordSubmitted(work, attempt, oldest, true);
    return { againInMs: 0 };
  }
  // The request may have been under way until its timeout, and the provider's list may lag behind what it has accepted.
  const { FTM_PROVIDER_SETTLE_MS, FTM_PROVIDER_TIMEOUT_MS, FTM_PROVIDER_POLL_MS } = work.config;
  const settled =
    Date.parse(state.intentAt ?? state.updatedAt) + FTM_PROVIDER_TIMEOUT_MS + FTM_PROVIDER_SETTLE_MS;
  const left = settled - work.clock.now();
  if (left >= 0) return { againInMs: Math.min(FTM_PROVIDER_POLL_MS, left + 10) };
  if (state.cancelReason !== null) {
    await work.record('canceled', {
      type: 'RecordCanceled',
      canceled: { reason: state.cancelReason, trainedTokens: null, mirrorObject: null },
    });
    return 'done';
  }
  if (await adopted(work, state, provider, attempt)) return { againInMs: 0 };
  if (maySubmitAgain(state)) return submit(work, state, provider);
  ambiguous.inc();
  work.logger.error(
    'a submit is ambiguous and the tenant’s policy leaves it to an operator: look at the provider’s jobs, then POST /v1/ft-jobs/{id}/resolve',
    { ftJob: work.id, attempt },
  );
  return { againInMs: OPERATOR_POLL_MS };
}

/** The job that an operator named is taken when the provider has it and it is not another job's. */
async function adopted(
  work: Work,
  { resolution }: Open,
  provider: TrainingProvider,
  attempt: number,
): Promise<boolean> {
  if (resolution?.decision !== 'adopt' || resolution.providerJobId === null) return false;
  const named = await provider.getJob(resolution.providerJobId).catch((error: unknown) => {
    if (error instanceof ProviderRefused && error.kind === 'not_found') return undefined;
    throw error;
  });
  const owner = named?.metadata['ftm_job'];
  if (named === undefined || (owner !== undefined && owner !== work.id)) {
    work.logger.error('the job that an operator named cannot be adopted', {
      ftJob: work.id,
      providerJob: resolution.providerJobId,
      reason: named === undefined ? 'the provider does not have it' : 'it is another job’s',
    });
    return false;
  }
  await recordSubmitted(work, attempt, named, true);
  return true;
}

/** One job is kept; the others are canceled, told of, and raise an alarm: each may have cost money. */
export async function cancelDuplicates(
  work: Work,
  provider: TrainingProvider,
  keptProviderJobId: string,
  others: readonly ProviderJob[],
): Promise<void> {
  for (const extra of others) {
    // What has ended by itself is refused, and stays as it is.
    const { status } = await provider.cancelJob(extra.id).catch((error: unknown) => {
      if (error instanceof ProviderRefused && !error.retryable) return provider.getJob(extra.id);
      throw error;
    });
    duplicates.inc();
    work.logger.error('the provider has more than one job for a fine-tune job: the extra one is canceled', {
      ftJob: work.id,
      providerJob: extra.id,
    });
    await work.record(`duplicate:${extra.id}`, {
      type: 'RecordDuplicateCanceled',
      duplicate: { keptProviderJobId, canceledProviderJobId: extra.id, providerStatus: status },
    });
  }
}

async function recordSubmitted(
  work: Work,
  attempt: number,
  made: ProviderJob,
  adopted: boolean,
): Promise<void> {
  await work.record(`submitted:${attempt}`, {
    type: 'RecordSubmitted',
    submitted: { attempt, providerJobId: made.id, adopted },
  });
}

const metadataOf = (job: Job): Readonly<Record<string, string>> => ({
  ftm_job: job.id,
  ftm_tenant: job.tenantId,
});

export const tagOf = (job: Job, state: Open): JobTag => ({
  metadata: metadataOf(job),
  trainingFileIds: state.intent === null ? [] : [state.intent.trainingFileId],
});
