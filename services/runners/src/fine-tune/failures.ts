import type { FineTuneState } from '@ftm/domain/fine-tune/state';
import type { Job, Tools } from '../tasks.ts';

export type Open = Extract<FineTuneState, { status: 'queued' | 'running' | 'paused' }>;

/** What the provider says may quote a row: TRiSM reads it before the log does. */
export async function fail(
  job: Job,
  state: Open,
  tools: Tools,
  code: string,
  message: string,
): Promise<void> {
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

/** What may go well when it is asked for again as it is, once the remedy was applied. */
const RETRYABLE = new Set([
  'server_error',
  'rate_limit_exceeded',
  'PROVIDER_FAILED',
  'insufficient_quota',
  'exceeded_quota',
  'invalid_api_key',
  'HTTP_401',
  'HTTP_403',
]);
const KEY = 'set a key of the provider that may create fine-tuning jobs, then ask for a new job';
const QUOTA = 'raise the provider’s quota or budget, then ask for a new job: it is not tried again by itself';
const REMEDIES: Readonly<Record<string, string>> = {
  insufficient_quota: QUOTA,
  exceeded_quota: QUOTA,
  DATASET_ERASED: 'train on another dataset',
  DATASET_NOT_READY: 'train on a dataset that is ready',
  invalid_n_examples: 'build a dataset with at least 10 rows',
  invalid_training_file: 'look at the rejected rows of the dataset and build it again',
  invalid_validation_file: 'look at the rejected rows of the validation dataset and build it again',
  model_not_available: 'choose a base model that the provider fine-tunes',
  unsupported_method: 'choose supervised or dpo',
  invalid_api_key: KEY,
  HTTP_401: KEY,
  HTTP_403: KEY,
  server_error: 'ask for a new job; the provider’s training failed by itself',
};
