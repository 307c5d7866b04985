import type { FineTuneState } from '@ftm/domain/fine-tune/state';
import { ProviderError } from '../provider/provider-errors.ts';
import type { Job, Outcome, Tools } from '../tasks.ts';
import { nextPollMs, notBefore } from './schedule.ts';

/** Names that a job's files have at the provider; no other job's have. */
export const fileName = (jobId: string, part: 'train' | 'validation'): string => `${jobId}-${part}.jsonl`;

const HOUR_MS = 3_600_000;

/**
 * A job that has ended needs its training data at the provider no more: it is deleted there, unless the policy keeps it; when its dataset, or the one that it is validated with, is erased, it is deleted whatever
 * the policy says. Also what was uploaded by a run that died before it could say so, which is known by its name.
 */
export async function runProviderFiles(job: Job, tools: Tools): Promise<Outcome> {
  const state = await tools.commands.load(job.tenantId, 'fine-tune', job.id);
  switch (state.status) {
    case 'absent':
      throw new Error('the job is not on the log yet');
    case 'queued':
    case 'running':
    case 'paused':
      // Its end brings this work again.
      return 'done';
    case 'completed':
    case 'failed':
    case 'canceled':
    case 'blocked':
      return deleteFiles(job, state, tools);
  }
}

type Known = Exclude<FineTuneState, { status: 'absent' }>;

async function deleteFiles(job: Job, state: Known, tools: Tools): Promise<Outcome> {
  if (state.filesDeleted !== null) return 'done';
  const { request, intent } = state;
  const datasets = [request.datasetId, request.validationDatasetId].filter((each) => each !== null);
  const states = await Promise.all(
    datasets.map((each) => tools.commands.load(job.tenantId, 'dataset', each)),
  );
  const erased = states.some(({ status }) => status === 'erasing' || status === 'erased');
  if (!erased && tools.config.FTM_PROVIDER_DELETE_FILES === 'false') return 'done';
  try {
    const provider = await tools.providerFor(job.tenantId, request.projectId);
    const named = await provider.findFiles([fileName(job.id, 'train'), fileName(job.id, 'validation')]);
    const announced = [intent?.trainingFileId, intent?.validationFileId].filter((each) => each != null);
    const fileIds = [...new Set([...announced, ...named])];
    for (const id of fileIds) await provider.deleteFile(id);
    if (fileIds.length > 0)
      await tools.commands.send(job, 'files-deleted', {
        type: 'RecordProviderFilesDeleted',
        id: job.id,
        deletion: { fileIds, reason: erased ? 'dataset_erased' : 'job_ended' },
      });
    return 'done';
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    tools.logger.warn('training files cannot be deleted at the provider now: it is tried again', {
      ftJob: job.id,
      error,
    });
    const since = { createdAt: Date.parse(state.updatedAt) / 1000, estimatedFinish: null };
    const bounds = { minMs: tools.config.FTM_PROVIDER_POLL_MS, maxMs: HOUR_MS };
    return {
      againInMs:
        error.retryAfterMs === null
          ? nextPollMs(since, bounds, tools.clock)
          : notBefore(error.retryAfterMs, tools.clock),
    };
  }
}
