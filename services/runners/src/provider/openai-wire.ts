import type { FineTuningJob, FineTuningJobEvent } from 'openai/resources/fine-tuning/jobs/jobs';
import type { FineTuningJobCheckpoint } from 'openai/resources/fine-tuning/jobs/checkpoints';
import type {
  CurvePoint,
  JobOrder,
  JobRequest,
  ProviderCheckpoint,
  ProviderEvent,
  ProviderJob,
} from './training-provider.ts';

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

const numberIn =
  (data: Readonly<Record<string, unknown>>) =>
  (name: string): number | null =>
    typeof data[name] === 'number' ? data[name] : null;

/** @throws SyntaxError for what is no job */
export function toJob(job: FineTuningJob): ProviderJob {
  if (typeof (job as Partial<FineTuningJob> | null)?.id !== 'string')
    throw new SyntaxError('the answer is not a fine-tuning job');
  const number = numberIn({
    ...job.hyperparameters,
    ...job.method?.supervised?.hyperparameters,
    ...job.method?.dpo?.hyperparameters,
  });
  return {
    id: job.id,
    status: job.status,
    createdAt: job.created_at,
    estimatedFinish: job.estimated_finish ?? null,
    fineTunedModel: job.fine_tuned_model,
    trainedTokens: job.trained_tokens,
    error: toError(job.error),
    hyperparameters: {
      nEpochs: number('n_epochs'),
      batchSize: number('batch_size'),
      learningRateMultiplier: number('learning_rate_multiplier'),
      beta: number('beta'),
    },
    metadata: job.metadata ?? {},
    raw: plain(job),
  };
}

/** A job without an error has null there, or an object of nulls. */
function toError(error: Partial<FineTuningJob.Error> | null | undefined): ProviderJob['error'] {
  const message = error?.message as string | null | undefined;
  if (message == null) return null;
  return { code: error?.code ?? 'PROVIDER_FAILED', message, param: error?.param ?? null };
}

export function toEvent(event: FineTuningJobEvent): ProviderEvent {
  return {
    id: event.id,
    createdAt: event.created_at,
    level: event.level,
    message: event.message,
    point: toPoint(event),
    raw: plain(event),
  };
}

function toPoint(event: FineTuningJobEvent): CurvePoint | null {
  if (event.type !== 'metrics' || typeof event.data !== 'object' || event.data === null) return null;
  const number = numberIn(event.data as Record<string, unknown>);
  const step = number('step');
  if (step === null) return null;
  return {
    step,
    totalSteps: number('total_steps'),
    trainLoss: number('train_loss'),
    validLoss: number('full_valid_loss') ?? number('valid_loss'),
  };
}

export function toCheckpoint(each: FineTuningJobCheckpoint): ProviderCheckpoint {
  return {
    id: each.id,
    step: each.step_number,
    providerModelId: each.fine_tuned_model_checkpoint,
    trainLoss: each.metrics.train_loss ?? null,
    validLoss: each.metrics.full_valid_loss ?? each.metrics.valid_loss ?? null,
  };
}

/** ISO date. The client does not know the field: it comes as text, or as Unix seconds. */
export function toShutdownDate(model: object): string | null {
  const date = 'shutdown_date' in model ? model.shutdown_date : null;
  if (typeof date === 'number') return new Date(date * 1000).toISOString().slice(0, 10);
  return typeof date === 'string' ? (/^\d{4}-\d\d-\d\d/.exec(date)?.[0] ?? null) : null;
}

/** Without what the client adds to what came. */
const plain = (value: object): unknown => JSON.parse(JSON.stringify(value)) as unknown;
