import { createHash } from 'node:crypto';
import OpenAI from 'openai';
import type { FineTuningJob, JobCreateParams } from 'openai/resources/fine-tuning/jobs/jobs';
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { gauge } from '@ftm/runtime/metrics';
import { tracedFetch } from '@ftm/runtime/telemetry';
import { guarded } from './openai-errors.ts';
import { uploadInParts, uploadWhole, UPLOAD_LIMITS, type UploadLimits } from './openai-upload.ts';
import { jobRequest, toCheckpoint, toEvent, toJob, toShutdownDate } from './openai-wire.ts';
import { readRateLimits } from './rate-limits.ts';
import type { JobTag, TrainingProvider } from './training-provider.ts';

/** Where an endpoint differs from OpenAI's own. */
export interface Flavour {
  /** Azure's `x-ratelimit-*` may be −1 or 0 without meaning it. */
  readonly trustRateLimits: boolean;
  /** Jobs can be listed by metadata; else all are, and looked through here. */
  readonly listsByMetadata: boolean;
}

export const FLAVOURS = {
  openai: { trustRateLimits: true, listsByMetadata: true },
  azure: { trustRateLimits: false, listsByMetadata: false },
} as const satisfies Record<string, Flavour>;

export interface OpenAiOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly flavour?: keyof typeof FLAVOURS;
  readonly timeoutMs?: number;
  readonly uploads?: UploadLimits;
}

/** The caller tries again by its own schedule, which outlives this process. */
const ONCE = { maxRetries: 0 } as const;
const MAX_JOBS_LISTED = 10_000;
const MAX_EVENTS = 100_000;
const MAX_FILES_LISTED = 100_000;

const remaining = gauge('ftm_provider_rate_limit_remaining', 'What the provider says is left', [
  'host',
  'of',
]);

/** The fine-tuning wire API, by its official client. */
export function createOpenAiProvider(options: OpenAiOptions): TrainingProvider {
  const flavour: Flavour = FLAVOURS[options.flavour ?? 'openai'];
  const uploads = options.uploads ?? UPLOAD_LIMITS;
  const { host } = new URL(options.baseUrl);
  const client = new OpenAI({
    baseURL: options.baseUrl,
    apiKey: options.apiKey,
    timeout: options.timeoutMs ?? 30_000,
    maxRetries: 2,
    fetch: watched(host, flavour),
  });
  const { jobs } = client.fineTuning;
  const asked = <T>(work: () => Promise<T>): Promise<T> => guarded(work, flavour.trustRateLimits);

  return {
    host,
    account: createHash('sha256')
      .update(JSON.stringify([options.baseUrl, options.apiKey]))
      .digest('hex')
      .slice(0, 32),
    uploadFile: (name, source) =>
      asked(() =>
        source.bytes <= uploads.wholeFileBytes
          ? uploadWhole(client, name, source)
          : uploadInParts(client, name, source, uploads.partBytes),
      ),
    findFiles: (names) =>
      asked(async () =>
        (
          await upTo(MAX_FILES_LISTED, client.files.list({ purpose: 'fine-tune', limit: 1000 }, ONCE))
        ).flatMap(({ id, filename }) => (names.includes(filename) ? [id] : [])),
      ),
    deleteFile: (id) =>
      asked(async () => {
        await unlessMissing(client.files.delete(id, ONCE));
      }),
    shutdownDates: (models) =>
      asked(async () => {
        const found = await Promise.all(
          [...new Set(models)].map(async (model) => ({
            model,
            shown: await unlessMissing(client.models.retrieve(model, ONCE)),
          })),
        );
        return found.flatMap(({ model, shown }) => {
          const shutdownDate = shown === null ? null : toShutdownDate(shown);
          return shown === null || shutdownDate === null
            ? []
            : [{ model, shutdownDate, source: `the provider’s list of models: ${shown.id}` }];
        });
      }),
    jobRequest,
    // A repeat by the client would be a second paid job: the wire API has no idempotency key.
    createJob: (request) =>
      asked(async () => toJob(await jobs.create(request as unknown as JobCreateParams, ONCE))),
    findJobs: (tag) =>
      asked(async () => {
        const query = flavour.listsByMetadata
          ? { limit: 100, metadata: { ...tag.metadata } }
          : { limit: 100 };
        const found = await upTo(MAX_JOBS_LISTED, jobs.list(query, ONCE));
        return found
          .filter((job) => carries(job, tag))
          .map(toJob)
          .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
      }),
    getJob: (id) => asked(async () => toJob(await jobs.retrieve(id, ONCE))),
    cancelJob: (id) => asked(async () => toJob(await jobs.cancel(id, ONCE))),
    pauseJob: (id) => asked(async () => toJob(await jobs.pause(id, ONCE))),
    resumeJob: (id) => asked(async () => toJob(await jobs.resume(id, ONCE))),
    events: (id) =>
      asked(async () =>
        (await upTo(MAX_EVENTS, jobs.listEvents(id, { limit: 100 }, ONCE))).map(toEvent).reverse(),
      ),
    latestPoint: (id) =>
      asked(async () => {
        const { data } = await jobs.listEvents(id, { limit: 20 }, ONCE);
        const points = data.flatMap((event) => toEvent(event).point ?? []);
        return points.toSorted((a, b) => b.step - a.step)[0] ?? null;
      }),
    checkpoints: (id) =>
      asked(async () => (await upTo(1000, jobs.checkpoints.list(id, {}, ONCE))).map(toCheckpoint)),
    embed: (model, texts) =>
      asked(async () => {
        // The client would ask for base64 otherwise, which not every endpoint speaks.
        const { data } = await client.embeddings.create({
          model,
          input: [...texts],
          encoding_format: 'float',
        });
        return data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding);
      }),
    complete: (model, messages) =>
      asked(async () => {
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

/** What is not there is null. */
async function unlessMissing<T>(answer: Promise<T>): Promise<T | null> {
  return answer.catch((error: unknown) => {
    if (error instanceof OpenAI.NotFoundError) return null;
    throw error;
  });
}

/** A provider that ignores the filter must not make us adopt somebody else's job. */
function carries(job: FineTuningJob, tag: JobTag): boolean {
  return (
    tag.trainingFileIds.includes(job.training_file) ||
    Object.entries(tag.metadata).every(([key, value]) => job.metadata?.[key] === value)
  );
}

async function upTo<T>(most: number, pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of pages) {
    found.push(each);
    if (found.length >= most) break;
  }
  return found;
}

function watched(host: string, flavour: Flavour): typeof fetch {
  const inner = tracedFetch('provider');
  return async (input, init) => {
    const response = await inner(input, init).catch((error: unknown) => {
      // The client knows a timeout by this name, whatever the runtime calls it.
      if (init?.signal?.aborted !== true) throw error;
      throw Object.assign(new Error('the request timed out', { cause: error }), { name: 'AbortError' });
    });
    const limits = readRateLimits(response.headers, flavour.trustRateLimits);
    if (limits.remainingRequests !== null) remaining.set({ host, of: 'requests' }, limits.remainingRequests);
    if (limits.remainingTokens !== null) remaining.set({ host, of: 'tokens' }, limits.remainingTokens);
    return response;
  };
}
