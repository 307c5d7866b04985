import { createHash } from 'node:crypto';
import OpenAI from 'openai';
import type { JobCreateParams } from 'openai/resources/fine-tuning/jobs/jobs';
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { guarded } from './openai-errors.ts';
import { uploadInParts, uploadWhole, UPLOAD_LIMITS, type UploadLimits } from './openai-upload.ts';
import { jobRequest, toCheckpoints, toEvent, toJob, toShutdownDate } from './openai-wire.ts';
import { boundedFetch } from './bounded-fetch.ts';
import type { JobTag, ProviderJob, TrainingProvider } from './training-provider.ts';
import { fieldsOf, listOf, nameOf, textOf, tokensOf } from './wire-values.ts';

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
/** Of what a job's events say, as JSON: it is held in memory, and kept. */
const MAX_EVENT_BYTES = 32 * 2 ** 20;
const MAX_FILES_LISTED = 100_000;
/** UTF-16 units of a model's answer: more than any model gives. */
const MAX_ANSWER = 4 * 2 ** 20;

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
    fetch: boundedFetch({ host, trustRateLimits: flavour.trustRateLimits }),
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
        ).flatMap((file) => {
          const id = nameOf(fieldsOf(file)['id']);
          return id !== null && names.includes(file.filename) ? [id] : [];
        }),
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
            : [
                {
                  model,
                  shutdownDate,
                  source: `the provider’s list of models: ${nameOf(shown.id) ?? 'unnamed'}`,
                },
              ];
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
          .flatMap((job) => (nameOf(fieldsOf(job)['id']) === null ? [] : toJob(job)))
          .filter((job) => carries(job, tag))
          .sort((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0) || (a.id < b.id ? -1 : 1));
      }),
    getJob: (id) => asked(async () => toJob(await jobs.retrieve(id, ONCE), id)),
    cancelJob: (id) => asked(async () => toJob(await jobs.cancel(id, ONCE), id)),
    pauseJob: (id) => asked(async () => toJob(await jobs.pause(id, ONCE), id)),
    resumeJob: (id) => asked(async () => toJob(await jobs.resume(id, ONCE), id)),
    events: (id) =>
      asked(async () =>
        (await upTo(MAX_EVENTS, jobs.listEvents(id, { limit: 100 }, ONCE), MAX_EVENT_BYTES))
          .map(toEvent)
          .reverse(),
      ),
    latestPoint: (id) =>
      asked(async () => {
        const { data } = await jobs.listEvents(id, { limit: 20 }, ONCE);
        const points = listOf(data).flatMap((event) => toEvent(event).point ?? []);
        return points.toSorted((a, b) => b.step - a.step)[0] ?? null;
      }),
    checkpoints: (id) =>
      asked(async () => (await upTo(1000, jobs.checkpoints.list(id, {}, ONCE))).flatMap(toCheckpoints)),
    embed: (model, texts) =>
      asked(async () => {
        // The client would ask for base64 otherwise, which not every endpoint speaks.
        const { data } = await client.embeddings.create({
          model,
          input: [...texts],
          encoding_format: 'float',
        });
        const vectors = data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding);
        if (vectors.length !== texts.length || !vectors.every(isVector))
          throw new SyntaxError('the answer has not a vector for each text');
        return vectors;
      }),
    complete: (model, messages) =>
      asked(async () => {
        const answer = await client.chat.completions.create({
          model,
          messages: messages as unknown as ChatCompletionMessageParam[],
          temperature: 0,
        });
        return {
          text: textOf(answer.choices[0]?.message.content, MAX_ANSWER) ?? '',
          inputTokens: tokensOf(answer.usage?.prompt_tokens) ?? 0,
          outputTokens: tokensOf(answer.usage?.completion_tokens) ?? 0,
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
function carries(job: ProviderJob, tag: JobTag): boolean {
  return (
    (job.trainingFileId !== null && tag.trainingFileIds.includes(job.trainingFileId)) ||
    Object.entries(tag.metadata).every(([key, value]) => job.metadata[key] === value)
  );
}

const isVector = (value: unknown): boolean =>
  Array.isArray(value) && value.every((each) => typeof each === 'number' && Number.isFinite(each));

async function upTo<T>(most: number, pages: AsyncIterable<T>, mostBytes = Infinity): Promise<T[]> {
  const found: T[] = [];
  let bytes = 0;
  for await (const each of pages) {
    if (mostBytes < Infinity) bytes += JSON.stringify(each).length;
    if (bytes > mostBytes) break;
    found.push(each);
    if (found.length >= most) break;
  }
  return found;
}
