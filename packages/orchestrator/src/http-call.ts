import { context, propagation } from '@opentelemetry/api';
import type { z } from 'zod';
import { OrchestratorRefused, OrchestratorUnavailable } from './errors.ts';

export interface HttpSettings {
  readonly baseUrl: string;
  readonly serviceKey: string;
  /** Of one whole exchange, body included. */
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  readonly fetch: typeof globalThis.fetch;
  readonly requestId: () => string | undefined;
}

export interface HttpCall<S extends z.ZodType> {
  /** For messages, e.g. `sanitize`. */
  readonly endpoint: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly answer: S;
  readonly body?: unknown;
  readonly idempotencyKey?: string | undefined;
}

const MAX_RETRY_MS = 60_000;
const TRY_AGAIN = new Set([408, 425, 429]);

/**
 * One exchange; the answer is validated.
 * @throws OrchestratorUnavailable when none came in time, for 5xx, 408, 425 and 429, and for what is too long or not
 * as agreed
 * @throws OrchestratorRefused for any other 4xx
 */
export async function exchange<S extends z.ZodType>(
  settings: HttpSettings,
  call: HttpCall<S>,
): Promise<z.infer<S>> {
  const deadline = AbortSignal.timeout(settings.timeoutMs);
  try {
    const response = await send(settings, call, deadline);
    const text = await readCapped(call.endpoint, response, settings.maxAnswerBytes);
    return interpret(call, response, text);
  } catch (error) {
    if (error instanceof OrchestratorUnavailable || error instanceof OrchestratorRefused) throw error;
    throw deadline.aborted
      ? new OrchestratorUnavailable(
          'timeout',
          `the Orchestrator’s ${call.endpoint} does not answer in ${settings.timeoutMs} ms`,
          { cause: error },
        )
      : new OrchestratorUnavailable('network', `the Orchestrator’s ${call.endpoint} cannot be reached`, {
          cause: error,
        });
  }
}

/** An answer that cannot be trusted is no answer. The detail names members, never values: they may be personal data. */
export const garbage = (endpoint: string, detail: string): OrchestratorUnavailable =>
  new OrchestratorUnavailable(
    'garbage',
    `the Orchestrator’s answer to ${endpoint} is not what was agreed: ${detail}`,
  );

async function send(
  settings: HttpSettings,
  call: HttpCall<z.ZodType>,
  signal: AbortSignal,
): Promise<Response> {
  const init: RequestInit = {
    method: call.method,
    headers: headersOf(settings, call),
    redirect: 'error',
    signal,
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  };
  const url = new URL(call.path, settings.baseUrl);
  try {
    return await settings.fetch(url, init);
  } catch (error) {
    // That the other side closed a kept-alive connection shows only when it is used again. Every call may be repeated.
    if (signal.aborted || !isReset(error)) throw error;
    return settings.fetch(url, init);
  }
}

function headersOf(settings: HttpSettings, call: HttpCall<z.ZodType>): Record<string, string> {
  const requestId = settings.requestId();
  const headers: Record<string, string> = {
    authorization: `Bearer ${settings.serviceKey}`,
    accept: 'application/json',
    ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': call.idempotencyKey }),
    ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
  };
  propagation.inject(context.active(), headers);
  return headers;
}

function interpret<S extends z.ZodType>(call: HttpCall<S>, response: Response, text: string): z.infer<S> {
  const { status } = response;
  if (status >= 500 || TRY_AGAIN.has(status))
    throw new OrchestratorUnavailable(
      status >= 500 ? 'server_error' : 'overloaded',
      `the Orchestrator’s ${call.endpoint} answered ${status}`,
      retryAfter(response),
    );
  if (status >= 400) throw new OrchestratorRefused(status, objectOf(text));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw garbage(call.endpoint, `${status} with something that is not JSON`);
  }
  const result = call.answer.safeParse(json);
  if (!result.success)
    throw garbage(
      call.endpoint,
      result.error.issues
        .slice(0, 5)
        .map((issue) => `${issue.path.join('.') || 'the whole'} (${issue.code})`)
        .join(', '),
    );
  return result.data;
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

async function readCapped(endpoint: string, response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the body: the rest is not downloaded.
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw garbage(endpoint, `longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function retryAfter(response: Response): { retryAfterMs?: number } {
  const header = response.headers.get('retry-after');
  if (header === null) return {};
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? { retryAfterMs: Math.min(ms, MAX_RETRY_MS) } : {};
}

function isReset(error: unknown): boolean {
  const cause = memberOf(error, 'cause');
  const code = memberOf(cause, 'code');
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET';
}

/** By looking and not by `instanceof`: the fetch that failed may be of another realm. */
const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
