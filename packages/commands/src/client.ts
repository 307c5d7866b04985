import { parseStreamId } from '@ftm/contracts/ids';
import { CommandInFlight, LogUnavailable, UNAVAILABLE_REASONS } from '@ftm/event-log/event-log';
import { readBounded } from '@ftm/runtime/read-bounded';
import { traceparent } from '@ftm/runtime/telemetry';
import type { Commander } from './commander.ts';
import { eventsFromWire, foundFromWire, newestFromWire, outcomeFromWire } from './wire.ts';

export interface ClientOptions {
  /** The service credential. */
  readonly token: string;
  /** The call was forwarded: the other side is to answer it itself. */
  readonly hop?: boolean;
  /** Of one call; default 4000, so that a caller who is forwarded to an instance that is away has an answer within 5 s. */
  readonly timeoutMs?: number;
}

/** The other side answered, but nothing that a call may be answered with. */
export class CallFailed extends Error {
  readonly status: number;
  constructor(call: string, status: number, body: string) {
    super(`${call}: ${status} ${body.slice(0, 500)}`);
    this.name = 'CallFailed';
    this.status = status;
  }
}

const TIMEOUT_MS = 4000;
const NEWEST_TIMEOUT_MS = 500;
/** A stream's history is in an answer, and a job that reports for weeks has a long one. */
const MAX_ANSWER_BYTES = 64 * 2 ** 20;

/** The commander of another process, by the internal port of that. */
export function createCommanderClient(url: string, options: ClientOptions): Commander {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;

  async function call(
    method: 'GET' | 'POST',
    path: string,
    more: { readonly body?: unknown; readonly timeoutMs?: number } = {},
  ): Promise<unknown> {
    const { status, text, json } = await exchange(new URL(path, url), {
      method,
      headers: headersOf(options),
      redirect: 'error',
      signal: AbortSignal.timeout(more.timeoutMs ?? timeoutMs),
      ...(more.body === undefined ? {} : { body: JSON.stringify(more.body) }),
    });
    if (status === 200) return json;
    const told = typeof json === 'object' && json !== null ? (json as Readonly<Record<string, unknown>>) : {};
    if (status === 409 && told['code'] === 'COMMAND_IN_FLIGHT') throw new CommandInFlight();
    if (status === 503) throw unavailable(told);
    throw new CallFailed(`${method} ${path}`, status, text);
  }

  return {
    execute: async (order) => outcomeFromWire(await call('POST', '/internal/commands', { body: order })),
    find: async (query) => foundFromWire(await call('POST', '/internal/find', { body: query })),
    async readStream(tenant, stream) {
      const { aggregate, id } = parseStreamId(stream);
      const path = [tenant, aggregate, id].map(encodeURIComponent).join('/');
      return eventsFromWire(await call('GET', `/internal/streams/${path}`));
    },
    async newestWrite(tenant, actor) {
      const path = [tenant, actor].map(encodeURIComponent).join('/');
      return newestFromWire(
        await call('GET', `/internal/positions/${path}`, { timeoutMs: NEWEST_TIMEOUT_MS }),
      );
    },
  };
}

/** Asks one after the other until one of them takes the call; any of them forwards to the writer. Each call begins with the one that answered last. */
export function createFirstOf(commanders: readonly Commander[]): Commander {
  let turn = 0;
  async function first<T>(ask: (commander: Commander) => Promise<T>): Promise<T> {
    let last: unknown;
    for (let attempt = 0; attempt < commanders.length; attempt += 1) {
      const commander = commanders[turn % commanders.length];
      if (commander === undefined) break;
      try {
        return await ask(commander);
      } catch (error) {
        if (!mayBeTakenElsewhere(error)) throw error;
        last = error;
        turn += 1;
      }
    }
    throw new Error('no instance of command-api took the call', { cause: last });
  }
  return {
    execute: (order) => first((commander) => commander.execute(order)),
    find: (query) => first((commander) => commander.find(query)),
    readStream: (tenant, stream) => first((commander) => commander.readStream(tenant, stream)),
    newestWrite: (tenant, actor) => first((commander) => commander.newestWrite(tenant, actor)),
  };
}

const mayBeTakenElsewhere = (error: unknown): boolean =>
  error instanceof LogUnavailable || (error instanceof CallFailed && error.status >= 500);

function headersOf({ token, hop }: ClientOptions): Record<string, string> {
  const parent = traceparent();
  return {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    ...(hop === true ? { 'x-ftm-hop': '1' } : {}),
    ...(parent === null ? {} : { traceparent: parent }),
  };
}

/** One call, its whole answer read. @throws LogUnavailable when there is no such answer */
async function exchange(
  url: URL,
  init: RequestInit,
): Promise<{ readonly status: number; readonly text: string; readonly json: unknown }> {
  try {
    const response = await fetch(url, init);
    const text = (await readBounded(response, MAX_ANSWER_BYTES)).toString('utf8');
    return { status: response.status, text, json: JSON.parse(text) as unknown };
  } catch (error) {
    // Unless nobody was there to take it, it may have been written all the same: the caller's retry finds out.
    throw new LogUnavailable(nobodyThere(error) ? 'claiming' : 'outcome_unknown', 1000, { cause: error });
  }
}

/** Looked at by shape: what `fetch` throws has the reason as its cause. */
const nobodyThere = (error: unknown): boolean =>
  (error as { readonly cause?: { readonly code?: string } } | null)?.cause?.code === 'ECONNREFUSED';

function unavailable(told: Readonly<Record<string, unknown>>): LogUnavailable {
  const reason = UNAVAILABLE_REASONS.find((each) => each === told['reason']) ?? 'claiming';
  const retryAfterMs = Number(told['retryAfterMs']);
  return new LogUnavailable(reason, retryAfterMs > 0 ? retryAfterMs : 1000);
}
