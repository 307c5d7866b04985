import type { FineTuneState } from '@ftm/domain/fine-tune/state';
import { ProviderError } from '../provider/provider-errors.ts';
import type { Outcome, Work } from '../tasks.ts';
import { nextPollMs, notBefore } from './schedule.ts';

/** Names that a job's files have at the provider; no other job's have. */
export const fileName = (jobId: string, part: 'train' | 'validation'): string => `${jobId}-${part}.jsonl`;

const HOUR_MS = 3_600_000;

/**
 * A job that has ended needs its training data at the provider no more: it is deleted there, unless the policy keeps it; when its dataset, or the one that it is validated with, is erased, it is deleted whatever
 * the policy says. Also what was uploaded by a run that died before it could say so, which is known by its name.
 */
export async function runProviderFiles(work: Work): Promise<Outcome> {
  const state = await work.load('fine-tune');
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
      return deleteFiles(work, state);
  }
}

type Known = Exclude<FineTuneState, { status: 'absent' }>;

async function deleteFiles(work: Work, state: Known): Promise<Outcome> {
  if (state.filesDeleted !== null) return 'done';
  const { request, intent } = state;
  const datasets = [request.datasetId, request.validationDatasetId].filter((each) => each !== null);
  const states = await Promise.all(datasets.map((each) => work.load('dataset', each)));
  const erased = states.some(({ status }) => status === 'erasing' || status === 'erased');
  if (!erased && work.config.FTM_PROVIDER_DELETE_FILES === 'false') return 'done';
  try {
    const provider = await work.providerFor(work.tenantId, request.projectId);
    const named = await provider.findFiles([fileName(work.id, 'train'), fileName(work.id, 'validation')]);
    const announced = [intent?.trainingFileId, intent?.validationFileId].filter((each) => each != null);
    const fileIds = [...new Set([...announced, ...named])];
    for (const id of fileIds) await provider.deleteFile(id);
    if (fileIds.length > 0)
      await work.record('files-deleted', {
        type: 'RecordProviderFilesDeleted',
        deletion: { fileIds, reason: erased ? 'dataset_erased' : 'job_ended' },
      });
    return 'done';
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    work.logger.warn('training files cannot be deleted at the provider now: it is tried again', {
      ftJob: work.id,
      error,
    });
    const since = { createdAt: Date.parse(state.updatedAt) / 1000, estimatedFinish: null };
    const bounds = { minMs: work.config.FTM_PROVIDER_POLL_MS, maxMs: HOUR_MS };
    return {
      againInMs:
        error.retryAfterMs === null
          ? nextPollMs(since, bounds, work.clock)
          : notBefore(error.retryAfterMs, work.clock),
    };
  }
}
