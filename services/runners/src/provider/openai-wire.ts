import type {
  CurvePoint,
  JobOrder,
  JobRequest,
  ProviderCheckpoint,
  ProviderEvent,
  ProviderJob,
} from './training-provider.ts';
import {
  codeOf,
  countOf,
  fieldsOf,
  nameOf,
  numberOf,
  positiveOf,
  secondsOf,
  textOf,
  tokensOf,
  type Fields,
} from './wire-values.ts';

/** What is null is left to the provider: it is not sent. */
export function jobRequest(order: JobOrder): JobRequest {
  const { nEpochs, batchSize, learningRateMultiplier, beta } = order.hyperparameters;
  const hyperparameters = {
    ...(nEpochs === null ? {} : { n_epochs: nEpochs }),
    ...(batchSize === null ? {} : { batch_size: batchSize }),
    ...(learningRateMultiplier === null ? {} : { learning_rate_multiplier: learningRateMultiplier }),
    ...(order.method === 'dpo' && beta !== null ? { beta } : {}),
  };
  return {
    model: order.model,
    training_file: order.trainingFileId,
    ...(order.validationFileId === null ? {} : { validation_file: order.validationFileId }),
    method: { type: order.method, [order.method]: { hyperparameters } },
    ...(order.suffix === null ? {} : { suffix: order.suffix }),
    ...(order.seed === null ? {} : { seed: order.seed }),
    metadata: order.metadata,
  };
}

/** What a job is over in; also what its providers have called it by another name. */
const OVER: Readonly<Record<string, ProviderJob['end']>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'canceled',
  canceled: 'canceled',
};
const LIVE = new Set(['validating_files', 'queued', 'running', 'paused', 'pausing', 'resuming']);

/**
 * @param asked the id that the provider was asked for: an answer that leaves its own out is about that
 * @throws SyntaxError for what is no job
 */
export function toJob(answer: unknown, asked?: string): ProviderJob {
  const job = fieldsOf(answer);
  const id = nameOf(job['id']) ?? (isJob(job) ? asked : undefined);
  if (id === undefined) throw new SyntaxError('the answer is not a fine-tuning job');
  const status = codeOf(job['status']) ?? 'unknown';
  const fineTunedModel = nameOf(job['fine_tuned_model']);
  return {
    id,
    status,
    end: endOf(status, job, fineTunedModel),
    createdAt: secondsOf(job['created_at']),
    estimatedFinish: secondsOf(job['estimated_finish']),
    fineTunedModel,
    trainedTokens: tokensOf(job['trained_tokens']),
    error: toError(job['error']),
    hyperparameters: toHyperparameters(job),
    metadata: Object.fromEntries(
      Object.entries(fieldsOf(job['metadata'])).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    ),
    trainingFileId: nameOf(job['training_file']),
    raw: plain(job),
  };
}

const isJob = (job: Fields): boolean => job['object'] === 'fine_tuning.job' || 'status' in job;

/** A status that nobody knows is a job that goes on, unless it says when it ended. */
function endOf(status: string, job: Fields, fineTunedModel: string | null): ProviderJob['end'] {
  const known = OVER[status];
  if (known !== undefined || LIVE.has(status) || secondsOf(job['finished_at']) === null) return known ?? null;
  return fineTunedModel === null ? 'failed' : 'succeeded';
}

/** As resolved; `auto`, and −1 for it, is what is not known yet. */
function toHyperparameters(job: Fields): ProviderJob['hyperparameters'] {
  const method = fieldsOf(job['method']);
  const all = {
    ...fieldsOf(job['hyperparameters']),
    ...fieldsOf(fieldsOf(method['supervised'])['hyperparameters']),
    ...fieldsOf(fieldsOf(method['dpo'])['hyperparameters']),
  } as Fields;
  return {
    nEpochs: countOf(all['n_epochs'], 1),
    batchSize: countOf(all['batch_size'], 1),
    learningRateMultiplier: positiveOf(all['learning_rate_multiplier']),
    beta: positiveOf(all['beta']),
  };
}

/** A job without an error has null there, or an object of nulls, or an empty one. */
function toError(value: unknown): ProviderJob['error'] {
  const error = fieldsOf(value);
  const message = textOf(error['message']) ?? textOf(value);
  const code = codeOf(error['code']);
  if (message === null && code === null) return null;
  return { code: code ?? 'PROVIDER_FAILED', message, param: codeOf(error['param']) };
}

export function toEvent(value: unknown): ProviderEvent {
  const event = fieldsOf(value);
  return {
    id: nameOf(event['id']) ?? '',
    createdAt: secondsOf(event['created_at']),
    level: codeOf(event['level']) ?? '',
    message: textOf(event['message']) ?? '',
    point: event['type'] === 'metrics' ? toPoint(fieldsOf(event['data'])) : null,
    raw: plain(event),
  };
}

function toPoint(data: Fields): CurvePoint | null {
  const step = countOf(data['step']);
  if (step === null) return null;
  return {
    step,
    totalSteps: countOf(data['total_steps']),
    trainLoss: numberOf(data['train_loss']),
    validLoss: numberOf(data['full_valid_loss']) ?? numberOf(data['valid_loss']),
  };
}

/** Nothing for one that cannot be named. */
export function toCheckpoints(value: unknown): ProviderCheckpoint[] {
  const each = fieldsOf(value);
  const metrics = fieldsOf(each['metrics']);
  const [id, step, providerModelId] = [
    nameOf(each['id']),
    countOf(each['step_number']),
    nameOf(each['fine_tuned_model_checkpoint']),
  ];
  if (id === null || step === null || providerModelId === null) return [];
  return [
    {
      id,
      step,
      providerModelId,
      trainLoss: numberOf(metrics['train_loss']),
      validLoss: numberOf(metrics['full_valid_loss']) ?? numberOf(metrics['valid_loss']),
    },
  ];
}

/** ISO date. The client does not know the field: it comes as text, or as Unix seconds. */
export function toShutdownDate(model: object): string | null {
  const date = fieldsOf(model)['shutdown_date'];
  const seconds = secondsOf(date);
  if (seconds !== null) return new Date(seconds * 1000).toISOString().slice(0, 10);
  const day = typeof date === 'string' ? /^\d{4}-\d\d-\d\d/.exec(date)?.[0] : undefined;
  return day === undefined || Number.isNaN(Date.parse(day)) ? null : day;
}

/** Without what the client adds to what came. */
const plain = (value: object): unknown => JSON.parse(JSON.stringify(value)) as unknown;
