import { CannotRun } from './cannot-run.ts';

/** The operator's port of one process. */
export interface Operator {
  readonly url: string;
  /** @throws CannotRun when it does not answer or refuses, with its reason; null for 404 */
  get(path: string, query?: Readonly<Record<string, string>>): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  /** False: there is none. */
  delete(path: string): Promise<boolean>;
}

export function createOperator(url: string, token: string): Operator {
  async function call(path: string, init: RequestInit): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(new URL(`/internal${path}`, url), {
        ...init,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(60_000),
      });
    } catch (error) {
      throw new CannotRun(`${url} does not answer: ${reasonOf(error)}`, { cause: error });
    }
    if (response.status === 404) return null;
    const body: unknown = response.status === 204 ? {} : await response.json().catch(() => ({}));
    if (response.ok) return body;
    const message =
      typeof body === 'object' && body !== null && 'message' in body
        ? String(body.message)
        : response.statusText;
    throw new CannotRun(
      response.status === 401
        ? `${url} does not take the token: --operator-token must be its FTM_INTERNAL_TOKEN`
        : `${url} refuses (${response.status}): ${message}`,
    );
  }
  return {
    url,
    get: (path, query = {}) => call(`${path}?${new URLSearchParams(query).toString()}`, { method: 'GET' }),
    delete: async (path) => (await call(path, { method: 'DELETE' })) !== null,
    post: (path, body) => call(path, { method: 'POST', body: JSON.stringify(body) }),
  };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? cause.message : error instanceof Error ? error.message : String(error);
}
