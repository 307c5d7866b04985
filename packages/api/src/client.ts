import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { checkAnswer } from './answers.ts';
import { ENDPOINTS, type AnswerOf, type EndpointKey } from './endpoints.ts';
import { FtmRefused, FtmUnreachable } from './refused.ts';
import type { Problem } from './resources/problem.ts';

type In<
  K extends EndpointKey,
  Part extends 'params' | 'query' | 'body',
> = (typeof ENDPOINTS)[K][Part] extends infer S ? (S extends z.ZodType ? z.input<S> : never) : never;
/** A part of the request that may be left out when all that is in it may. */
type Needed<Name extends string, T> = [T] extends [never]
  ? object
  : string extends keyof T
    ? object
    : object extends T
      ? { readonly [N in Name]?: T }
      : { readonly [N in Name]: T };

export interface RequestOptions {
  readonly idempotencyKey?: string;
  /** The `position` of an earlier answer: what is read is at least as new. */
  readonly minPosition?: string | null;
  readonly ifMatch?: string;
}

/** What one endpoint is asked with. */
export type Asked<K extends EndpointKey> = Needed<'params', In<K, 'params'>> &
  Needed<'query', In<K, 'query'>> &
  Needed<'body', In<K, 'body'>> &
  RequestOptions;
type Args<K extends EndpointKey> = object extends Asked<K> ? [asked?: Asked<K>] : [asked: Asked<K>];

export interface FtmAnswer<T> {
  readonly status: number;
  readonly body: T;
  /** `<partition>:<offset>` of the command's last event. */
  readonly position: string | null;
  readonly etag: string | null;
  readonly location: string | null;
  /** The answer to an earlier request with the same Idempotency-Key. */
  readonly replayed: boolean;
}

type GetKey = Extract<EndpointKey, `GET ${string}`>;
/** Endpoints that answer with a list of pages. */
export type ListKey = {
  [K in GetKey]: AnswerOf<K> extends { readonly object: 'list'; readonly data: readonly unknown[] }
    ? K
    : never;
}[GetKey];
type ItemOf<K extends ListKey> =
  AnswerOf<K> extends { readonly data: readonly (infer Item)[] } ? Item : never;
/** Endpoints that answer with one resource that has a status. */
export type ResourceKey = {
  [K in GetKey]: AnswerOf<K> extends { readonly id: string; readonly status: string } ? K : never;
}[GetKey];

export interface FtmClientOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** How often a 503, 429 or a broken connection is tried again; the idempotency key makes that safe. */
  readonly retries?: number;
  /** Every answer is checked against its schema: for tests. @throws AnswerMismatch */
  readonly checkAnswers?: boolean;
}

/** A client for the FTM API. Every POST, PUT and PATCH carries an Idempotency-Key, so that a retry never acts twice. */
export interface FtmClient {
  /** Asks one endpoint: `call('POST /v1/datasets/{id}/cancel', { params: { id }, body: { reason } })`. */
  call<K extends EndpointKey>(key: K, ...args: Args<K>): Promise<FtmAnswer<AnswerOf<K>>>;
  /** All items of a list, page by page. */
  all<K extends ListKey>(key: K, ...args: Args<K>): AsyncGenerator<ItemOf<K>>;
  /** The same as one array, of a list that is not too long for that. */
  whole<K extends ListKey>(key: K, ...args: Args<K>): Promise<ItemOf<K>[]>;
  /** What is no JSON: a report, an evidence pack. */
  bytes(key: GetKey, asked: { readonly params: { readonly id: string } }): Promise<Uint8Array>;
  /** Sends rows as they are read; `open` is called again for a retry. */
  upload(
    query: In<'POST /v1/datasets/uploads', 'query'>,
    open: () => ReadableStream<Uint8Array>,
    options?: RequestOptions,
  ): Promise<FtmAnswer<AnswerOf<'POST /v1/datasets/uploads'>>>;
  /** Polls a resource until `done` says so. @throws Error when `timeoutMs` is over, with the last status. */
  waitFor<K extends ResourceKey>(
    key: K,
    id: string,
    done: (resource: AnswerOf<K>) => boolean,
    options?: { readonly timeoutMs?: number; readonly onChange?: (resource: AnswerOf<K>) => void },
  ): Promise<AnswerOf<K>>;
}

/** @throws FtmRefused for every 4xx and 5xx problem that is left after the retries, FtmUnreachable where there is no answer */
export function createFtmClient(options: FtmClientOptions): FtmClient {
  const json = async (key: EndpointKey, request: Request): Promise<FtmAnswer<unknown>> => {
    const answer = await send(options, key, request);
    const body = await bodyOf(answer);
    if (options.checkAnswers === true) checkAnswer(key, answer.status, body);
    if (!answer.ok) throw new FtmRefused(body as Problem);
    return {
      status: answer.status,
      body,
      position: answer.headers.get('ftm-position'),
      etag: answer.headers.get('etag'),
      location: answer.headers.get('location'),
      replayed: answer.headers.get('idempotent-replayed') === 'true',
    };
  };
  // What the schemas say is what the server sends: specs check that, with `checkAnswers`.
  const call = (key: EndpointKey, asked: AnyAsked = {}) => json(key, requestOf(key, asked));

  async function* all(key: ListKey, asked: AnyAsked = {}): AsyncGenerator {
    for (let cursor: string | undefined, more = true; more;) {
      const query = { ...asked.query, ...(cursor === undefined ? {} : { cursor }) };
      const { body } = (await call(key, { ...asked, query })) as FtmAnswer<Page>;
      yield* body.data;
      cursor = body.next_cursor ?? undefined;
      more = body.has_more;
    }
  }

  async function waitFor(
    key: ResourceKey,
    id: string,
    done: (resource: never) => boolean,
    { timeoutMs = 120_000, onChange }: { timeoutMs?: number; onChange?: (resource: never) => void } = {},
  ): Promise<unknown> {
    const deadline = Date.now() + timeoutMs;
    for (let seen = ''; ;) {
      const { body } = (await call(key, { params: { id } })) as FtmAnswer<{ readonly status: string }>;
      if (body.status !== seen) onChange?.(body as never);
      seen = body.status;
      if (done(body as never)) return body;
      if (Date.now() > deadline) throw new Error(`${key} ${id} is still ${seen} after ${timeoutMs} ms`);
      await sleep(200);
    }
  }

  return {
    call: call as FtmClient['call'],
    all: all as FtmClient['all'],
    whole: (async (key: ListKey, asked?: AnyAsked) => {
      const items: unknown[] = [];
      for await (const item of all(key, asked)) items.push(item);
      return items;
    }) as FtmClient['whole'],
    waitFor: waitFor as FtmClient['waitFor'],
    async bytes(key, asked) {
      const answer = await send(options, key, { ...requestOf(key, asked), accept: '*/*' });
      if (!answer.ok) throw new FtmRefused((await bodyOf(answer)) as Problem);
      return new Uint8Array(await answer.arrayBuffer());
    },
    upload: ((query: object, open: () => ReadableStream<Uint8Array>, request: RequestOptions = {}) =>
      json('POST /v1/datasets/uploads', {
        ...requestOf('POST /v1/datasets/uploads', { ...request, query }),
        body: { mediaType: 'application/jsonl', open },
      })) as FtmClient['upload'],
  };
}

interface Page {
  readonly data: readonly unknown[];
  readonly has_more: boolean;
  readonly next_cursor: string | null;
}

interface AnyAsked extends RequestOptions {
  readonly params?: object;
  readonly query?: object;
  readonly body?: unknown;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly accept?: string;
  readonly body?: { readonly mediaType: string; open(): string | ReadableStream<Uint8Array> };
}

function requestOf(key: EndpointKey, { params = {}, query = {}, body, ...request }: AnyAsked): Request {
  const [method = '', template = ''] = key.split(' ');
  const values = params as Readonly<Record<string, string>>;
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  ).toString();
  const writes = method === 'POST' || method === 'PUT' || method === 'PATCH';
  return {
    method,
    path: search === '' ? path : `${path}?${search}`,
    headers: {
      ...(writes ? { 'idempotency-key': request.idempotencyKey ?? randomUUID() } : {}),
      ...(request.minPosition == null ? {} : { 'ftm-min-position': request.minPosition }),
      ...(request.ifMatch === undefined ? {} : { 'if-match': request.ifMatch }),
    },
    ...(ENDPOINTS[key].body === null
      ? {}
      : { body: { mediaType: 'application/json', open: () => JSON.stringify(body ?? {}) } }),
  };
}

/** Sends until an answer comes that a retry does not mend. @throws FtmUnreachable */
async function send(options: FtmClientOptions, key: EndpointKey, request: Request): Promise<Response> {
  const url = new URL(request.path, options.baseUrl);
  for (let attempt = 0; ; attempt += 1) {
    const last = attempt >= (options.retries ?? 6);
    const answer = await fetch(url, {
      method: request.method,
      headers: {
        authorization: `Bearer ${options.apiKey}`,
        accept: request.accept ?? 'application/json',
        ...request.headers,
        ...(request.body === undefined ? {} : { 'content-type': request.body.mediaType }),
      },
      ...(request.body === undefined ? {} : { body: request.body.open(), duplex: 'half' as const }),
    }).catch((error: unknown) => {
      if (last)
        throw new FtmUnreachable(`FTM does not answer at ${url.origin} (${key}): ${reasonOf(error)}`, {
          cause: error,
        });
      return undefined;
    });
    if (answer !== undefined && (last || (answer.status !== 503 && answer.status !== 429))) return answer;
    const retryAfterS = Number(answer?.headers.get('retry-after') ?? Number.NaN);
    await answer?.body?.cancel();
    await sleep(
      Number.isFinite(retryAfterS) ? Math.min(retryAfterS, 10) * 1000 : Math.min(200 * 2 ** attempt, 5000),
    );
  }
}

/** @throws FtmUnreachable */
async function bodyOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  try {
    return text === '' ? null : (JSON.parse(text) as unknown);
  } catch {
    throw new FtmUnreachable(
      `${answer.url} answered ${answer.status} with something that is not JSON: is it FTM?`,
    );
  }
}

/** `fetch` says only that it failed; why is in the cause. */
function reasonOf(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown };
  const reason = cause instanceof Error ? cause : error;
  return reason instanceof Error ? reason.message : String(reason);
}
