import { MIN_TRAINING_ROWS } from '@ftm/contracts/provider-limits';
import type { ObjectRef } from '@ftm/contracts/generated/events';
import { ourWords, type ScannedText } from '@ftm/contracts/scanned-text';
import { nothingSent } from '@ftm/domain/fine-tune/cost';
import type { FineTuneState } from '@ftm/domain/fine-tune/state';
import type { Work } from '../tasks.ts';
import { scanned } from '../words.ts';

export type Open = Extract<FineTuneState, { status: 'queued' | 'running' | 'paused' }>;

export interface Cause {
  readonly code: string;
  /** FTM's words; of what the provider said, what stands there when TRiSM cannot be asked. */
  readonly message?: ScannedText;
  /** The provider's words, which may quote a row: TRiSM reads them before the log does. Null: none. */
  readonly said?: string | null;
  /** From 1. */
  readonly rows?: readonly number[];
  readonly mirrorObject?: ObjectRef;
  /** As the provider says; null when it does not say. When absent: none, unless an earlier attempt was left without an answer. */
  readonly trainedTokens?: number | null;
}

const MOST_ROWS = 1000;

/** Rows that the provider names in what it says, from 1. */
export function rowsIn(messages: readonly string[]): number[] {
  const named = messages.flatMap((message) =>
    [...message.matchAll(/\b(?:line|row|example)s? #?(\d{1,9})\b/gi)].map((match) => Number(match[1])),
  );
  return [...new Set(named)].sort((a, b) => a - b).slice(0, MOST_ROWS);
}

const UNREAD = ourWords(
  'the provider gave a reason, which TRiSM could not be asked to read: it is to be looked up at the provider',
);

export async function fail(
  work: Work,
  state: Open,
  { code, message = UNREAD, said = null, rows = [], mirrorObject, trainedTokens }: Cause,
): Promise<void> {
  const { projectId } = state.request;
  const words = said === null ? null : await scanned(work, { tenantId: work.tenantId, projectId }, said);
  await work.record('failed', {
    type: 'RecordFailed',
    failure: {
      code,
      message: words ?? message,
      providerMessage: words,
      retryable: RETRYABLE.has(code),
      remedy: remedyOf(code, rows),
      rows: [...rows],
      mirrorObject: mirrorObject ?? null,
      trainedTokens: trainedTokens === undefined ? (nothingSent(state) ? 0 : null) : trainedTokens,
    },
  });
}

function remedyOf(code: string, rows: readonly number[]): string {
  const remedy = REMEDIES[code] ?? 'read the provider’s message; ask again when its cause is gone';
  if (rows.length === 0) return remedy;
  const shown = rows.slice(0, 10).join(', ');
  return `${remedy} (${rows.length === 1 ? 'row' : 'rows'} ${shown}${rows.length > 10 ? ` and ${rows.length - 10} more` : ''})`;
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
  invalid_n_examples: `build a dataset with at least ${MIN_TRAINING_ROWS} rows`,
  invalid_training_file: 'look at the rejected rows of the dataset and build it again',
  invalid_validation_file: 'look at the rejected rows of the validation dataset and build it again',
  model_not_available: 'choose a base model that the provider fine-tunes',
  unsupported_method: 'choose supervised or dpo',
  invalid_api_key: KEY,
  HTTP_401: KEY,
  HTTP_403: KEY,
  MODEL_MISSING:
    'look for the model at the provider, whose id the job keeps, and register it by hand; or ask for a new job',
  SAFETY_EVALS_REFUSED:
    'the provider’s safety evals refused the model, not the data’s format: take rows that teach what they forbid out of the dataset, then ask for a new job',
  server_error: 'ask for a new job; the provider’s training failed by itself',
};
