import { CannotRun } from './cannot-run.ts';

/** The operator's port of one process. */
export interface Operator {
  readonly url: string;
  /** @throws CannotRun when it does not answer or refuses, with its reason; null for 404 */
  get(path: string, query?: Readonly<Record<string, string>>): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  /** However long it takes; null for 404. */
  download(path: string): Promise<ReadableStream<Uint8Array> | null>;
  /** False: there is none. */
  delete(path: string): Promise<boolean>;
}

export function createOperator(url: string, token: string): Operator {
  async function send(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(new URL(`/internal${path}`, url), {
        ...init,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      });
    } catch (error) {
      throw new CannotRun(`${url} does not answer: ${reasonOf(error)}`, { cause: error });
    }
  }
  async function call(path: string, init: RequestInit): Promise<unknown> {
    const response = await send(path, { ...init, signal: AbortSignal.timeout(60_000) });
    if (response.status === 404) return null;
    const body: unknown = response.status === 204 ? {} : await response.json().catch(() => ({}));
    if (response.ok) return body;
    return refused(response, body);
  }
  function refused(response: Response, body: unknown): never {
    const message =
      typeof body === 'object' && body !== null && 'message' in body
        ? String(body.message)
        : response.statusText;
    throw new CannotRun(
      response.status === 401
        ? `${url} does not take the token: --operator-token must be its FTM_OPERATOR_TOKEN`
        : `${url} refuses (${response.status}): ${message}`,
    );
  }
  return {
    url,
    get: (path, query = {}) => call(`${path}?${new URLSearchParams(query).toString()}`, { method: 'GET' }),
    delete: async (path) => (await call(path, { method: 'DELETE' })) !== null,
    post: (path, body) => call(path, { method: 'POST', body: JSON.stringify(body) }),
    async download(path) {
      const response = await send(path, { method: 'GET' });
      if (response.status === 404) return null;
      return response.ok ? response.body : refused(response, await response.json().catch(() => ({})));
    },
  };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? cause.message : error instanceof Error ? error.message : String(error);
}
