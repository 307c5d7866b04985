import OpenAI, { APIError, toFile } from 'openai';
import type { FineTuningJob, FineTuningJobEvent } from 'openai/resources/fine-tuning/jobs/jobs';
import type { JobCreateParams } from 'openai/resources/fine-tuning/jobs/jobs';
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { tracedFetch } from '@ftm/runtime/telemetry';
import {
  ProviderRefused,
  ProviderUnknown,
  type CurvePoint,
  type JobOrder,
  type JobRequest,
  type ProviderJob,
  type TrainingProvider,
} from './training-provider.ts';

export interface OpenAiOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly timeoutMs?: number;
}

const MAX_PAGES = 50;

/** The fine-tuning wire API, by its official client. */
export function createOpenAiProvider(options: OpenAiOptions): TrainingProvider {
  const client = new OpenAI({
    baseURL: options.baseUrl,
    apiKey: options.apiKey,
    timeout: options.timeoutMs ?? 30_000,
    maxRetries: 2,
    fetch: tracedFetch('provider'),
  });
  const { jobs } = client.fineTuning;

  async function events(id: string): Promise<FineTuningJobEvent[]> {
    const found: FineTuningJobEvent[] = [];
    let page = await jobs.listEvents(id, { limit: 100 });
    for (let pages = 1; ; pages += 1) {
      found.push(...page.data);
      if (!page.hasNextPage() || pages >= MAX_PAGES) return found;
      page = await page.getNextPage();
    }
  }

  return {
    uploadFile: (name, bytes) =>
      guarded(
        async () => (await client.files.create({ file: await toFile(bytes, name), purpose: 'fine-tune' })).id,
      ),
    jobRequest,
    // A repeat by the client would be a second paid job: the wire API has no idempotency key.
    createJob: (request) =>
      guarded(async () => toJob(await jobs.create(request as unknown as JobCreateParams, { maxRetries: 0 }))),
    findJobs: (metadata) =>
      guarded(async () => {
        const query = { limit: 100, metadata: { ...metadata } };
        const found: FineTuningJob[] = [];
        for await (const job of jobs.list(query)) found.push(job);
        // A provider that ignores the filter must not make us adopt somebody else's job.
        const ours = found.filter((job) =>
          Object.entries(metadata).every(([key, value]) => job.metadata?.[key] === value),
        );
        return ours.map(toJob).sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
      }),
    getJob: (id) => guarded(async () => toJob(await jobs.retrieve(id))),
    cancelJob: (id) => guarded(async () => toJob(await jobs.cancel(id))),
    curve: (id) => guarded(async () => (await events(id)).flatMap(toPoint).sort((a, b) => a.step - b.step)),
    latestPoint: (id) =>
      guarded(
        async () =>
          (await jobs.listEvents(id, { limit: 20 })).data
            .flatMap(toPoint)
            .sort((a, b) => b.step - a.step)[0] ?? null,
      ),
    checkpoints: (id) =>
      guarded(async () =>
        (await jobs.checkpoints.list(id)).data.map((each) => ({
          id: each.id,
          step: each.step_number,
          providerModelId: each.fine_tuned_model_checkpoint,
          trainLoss: each.metrics.train_loss ?? null,
          validLoss: each.metrics.full_valid_loss ?? each.metrics.valid_loss ?? null,
        })),
      ),
    complete: (model, messages) =>
      guarded(async () => {
        const answer = await client.chat.completions.create({
          model,
          messages: messages as unknown as ChatCompletionMessageParam[],
          temperature: 0,
        });
        return {
          text: answer.choices[0]?.message.content ?? '',
          inputTokens: answer.usage?.prompt_tokens ?? 0,
          outputTokens: answer.usage?.completion_tokens ?? 0,
        };
      }),
  };
}

function jobRequest(order: JobOrder): JobRequest {
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

function toJob(job: FineTuningJob): ProviderJob {
  const used = {
    ...job.hyperparameters,
    ...job.method?.supervised?.hyperparameters,
    ...job.method?.dpo?.hyperparameters,
  } as Record<string, unknown>;
  const number = (name: string): number | null => (typeof used[name] === 'number' ? used[name] : null);
  return {
    id: job.id,
    status: job.status,
    createdAt: job.created_at,
    fineTunedModel: job.fine_tuned_model,
    trainedTokens: job.trained_tokens,
    error:
      job.error === null || (job.error.message as string | null | undefined) == null
        ? null
        : { code: job.error.code, message: job.error.message },
    hyperparameters: {
      nEpochs: number('n_epochs'),
      batchSize: number('batch_size'),
      learningRateMultiplier: number('learning_rate_multiplier'),
      beta: number('beta'),
    },
  };
}

function toPoint(event: FineTuningJobEvent): CurvePoint[] {
  if (event.type !== 'metrics' || typeof event.data !== 'object' || event.data === null) return [];
  const data = event.data as Record<string, unknown>;
  const number = (name: string): number | null => (typeof data[name] === 'number' ? data[name] : null);
  const step = number('step');
  return step === null
    ? []
    : [
        {
          step,
          totalSteps: number('total_steps'),
          trainLoss: number('train_loss'),
          validLoss: number('full_valid_loss') ?? number('valid_loss'),
        },
      ];
}

/** A 4xx is an answer: nothing was made. All else leaves it open. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (
      error instanceof APIError &&
      typeof error.status === 'number' &&
      error.status >= 400 &&
      error.status < 500 &&
      error.status !== 408 &&
      error.status !== 409
    ) {
      const quota = error.code === 'insufficient_quota';
      throw new ProviderRefused(
        error.code ?? `HTTP_${error.status}`,
        error.message,
        error.status === 429 && !quota,
      );
    }
    throw new ProviderUnknown(error);
  }
}
