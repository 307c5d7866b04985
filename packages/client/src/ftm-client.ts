import { randomUUID } from 'node:crypto';

/** A resource as the API shows it: snake_case JSON. */
export type Resource = Readonly<Record<string, unknown>> & { readonly id: string; readonly status: string };

export interface Page {
  readonly data: readonly Resource[];
  readonly next_cursor: string | null;
}

/** RFC 9457 problem document, as FTM answers every refusal. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly request_id?: string;
  readonly reasons?: readonly { readonly code: string; readonly message: string }[];
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly resource_id?: string;
}

/** FTM said no; `problem` says why. */
export class FtmRefused extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    const reasons = [
      ...(problem.reasons ?? []).map((each) => each.message),
      ...(problem.errors ?? []).map((each) => `${each.path}: ${each.message}`),
    ];
    super(
      `${problem.status} ${problem.code}: ${problem.detail ?? problem.title}${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`,
    );
    this.name = 'FtmRefused';
    this.problem = problem;
  }
}

/** No answer of FTM came: nothing listens there, the connection broke, or somebody else answered. */
export class FtmUnreachable extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'FtmUnreachable';
  }
}

export interface FtmAnswer<T> {
  readonly status: number;
  readonly body: T;
  /** `<partition>:<offset>` of the command's last event; pass it on as `minPosition` to read your own write. */
  readonly position: string | null;
  readonly etag: string | null;
}

export interface RequestOptions {
  readonly idempotencyKey?: string;
  readonly minPosition?: string;
  readonly ifMatch?: string;
}

export interface FtmClientOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** How often a 503, 429 or a broken connection is tried again; the idempotency key makes that safe. */
  readonly retries?: number;
}

/** A client for the FTM API. Every POST, PUT and PATCH carries an Idempotency-Key, so that a retry never acts twice. */
export interface FtmClient {
  get<T = Resource>(path: string, options?: RequestOptions): Promise<FtmAnswer<T>>;
  post<T = Resource>(path: string, body?: unknown, options?: RequestOptions): Promise<FtmAnswer<T>>;
  /** Sends a body as it is read; `open` is called again for a retry. */
  upload<T = Resource>(
    path: string,
    mediaType: string,
    open: () => ReadableStream<Uint8Array>,
    options?: RequestOptions,
  ): Promise<FtmAnswer<T>>;
  put<T = Resource>(path: string, body: unknown, options?: RequestOptions): Promise<FtmAnswer<T>>;
  patch<T = Resource>(path: string, body: unknown, options?: RequestOptions): Promise<FtmAnswer<T>>;
  delete<T = Resource>(path: string, options?: RequestOptions): Promise<FtmAnswer<T>>;
  /** Polls a resource until `done` says so. @throws Error when `timeoutMs` is over, with the last status. */
  waitFor(
    path: string,
    done: (resource: Resource) => boolean,
    options?: { readonly timeoutMs?: number; readonly onChange?: (resource: Resource) => void },
  ): Promise<Resource>;
}

/** @throws FtmRefused for every 4xx and 5xx problem that is left after the retries, FtmUnreachable where there is no answer */
export function createFtmClient(options: FtmClientOptions): FtmClient {
  const call = async <T>(
    method: string,
    path: string,
    body: Body | undefined,
    request: RequestOptions,
  ): Promise<FtmAnswer<T>> => {
    const headers: Record<string, string> = {
      authorization: `Bearer ${options.apiKey}`,
      accept: 'application/json',
    };
    if (method === 'POST' || method === 'PUT' || method === 'PATCH')
      headers['idempotency-key'] = request.idempotencyKey ?? randomUUID();
    if (request.minPosition !== undefined) headers['ftm-min-position'] = request.minPosition;
    if (request.ifMatch !== undefined) headers['if-match'] = request.ifMatch;
    if (body !== undefined) headers['content-type'] = body.mediaType;
    const url = new URL(path, options.baseUrl);
    for (let attempt = 0; ; attempt += 1) {
      const last = attempt >= (options.retries ?? 6);
      const answer = await fetch(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body: body.open(), duplex: 'half' as const }),
      }).catch((error: unknown) => {
        if (last)
          throw new FtmUnreachable(`FTM does not answer at ${url.origin}: ${reasonOf(error)}`, {
            cause: error,
          });
        return undefined;
      });
      if (answer !== undefined && (last || (answer.status !== 503 && answer.status !== 429)))
        return read<T>(answer);
      const retryAfterS = Number(answer?.headers.get('retry-after') ?? Number.NaN);
      await answer?.body?.cancel();
      await sleep(
        Number.isFinite(retryAfterS) ? Math.min(retryAfterS, 10) * 1000 : Math.min(200 * 2 ** attempt, 5000),
      );
    }
  };
  return {
    get: (path, request = {}) => call('GET', path, undefined, request),
    post: (path, body = {}, request = {}) => call('POST', path, json(body), request),
    upload: (path, mediaType, open, request = {}) => call('POST', path, { mediaType, open }, request),
    put: (path, body, request = {}) => call('PUT', path, json(body), request),
    patch: (path, body, request = {}) => call('PATCH', path, json(body), request),
    delete: (path, request = {}) => call('DELETE', path, undefined, request),
    async waitFor(path, done, { timeoutMs = 120_000, onChange } = {}) {
      const deadline = Date.now() + timeoutMs;
      let seen = '';
      for (;;) {
        const { body } = await call<Resource>('GET', path, undefined, {});
        if (body.status !== seen) onChange?.(body);
        seen = body.status;
        if (done(body)) return body;
        if (Date.now() > deadline) throw new Error(`${path} is still ${seen} after ${timeoutMs} ms`);
        await sleep(200);
      }
    },
  };
}

interface Body {
  readonly mediaType: string;
  open(): string | ReadableStream<Uint8Array>;
}

const json = (value: unknown): Body => ({
  mediaType: 'application/json',
  open: () => JSON.stringify(value),
});

async function read<T>(answer: Response): Promise<FtmAnswer<T>> {
  const text = await answer.text();
  let body: unknown;
  try {
    body = text === '' ? null : JSON.parse(text);
  } catch {
    throw new FtmUnreachable(
      `${answer.url} answered ${answer.status} with something that is not JSON: is it FTM?`,
    );
  }
  if (!answer.ok) throw new FtmRefused(body as Problem);
  return {
    status: answer.status,
    body: body as T,
    position: answer.headers.get('ftm-position'),
    etag: answer.headers.get('etag'),
  };
}

/** `fetch` says only that it failed; why is in the cause. */
function reasonOf(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown };
  const reason = cause instanceof Error ? cause : error;
  return reason instanceof Error ? reason.message : String(reason);
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
