import { codeFrom } from '@ftm/contracts/scanned-text';

export type UnavailableReason =
  'network' | 'timeout' | 'server_error' | 'overloaded' | 'garbage' | 'circuit_open';

/**
 * The Orchestrator gave no answer that may be relied on. Whether it acted is unknown; asking again later (with the same
 * Idempotency-Key where the call has one) is always right. Whoever asked for leave has not got it.
 */
export class OrchestratorUnavailable extends Error {
  readonly reason: UnavailableReason;
  readonly retryAfterMs: number;
  /** What it said in Retry-After; undefined when it said nothing. */
  readonly askedToWaitMs: number | undefined;
  constructor(
    reason: UnavailableReason,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OrchestratorUnavailable';
    this.reason = reason;
    this.askedToWaitMs = options.retryAfterMs;
    this.retryAfterMs = options.retryAfterMs ?? 1000;
  }
}

/** The Orchestrator understood and refused (4xx). Asking the same again gives the same answer. */
export class OrchestratorRefused extends Error {
  readonly status: number;
  readonly code: string;
  /** The problem document as it came; empty when it was none. */
  readonly body: Readonly<Record<string, unknown>>;
  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    const code = codeFrom(textOf(body['code']) ?? `HTTP_${status}`);
    super(`the Orchestrator refused: ${status} ${code} ${textOf(body['detail']) ?? ''}`.trim());
    this.name = 'OrchestratorRefused';
    this.status = status;
    this.code = code;
    this.body = body;
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.slice(0, 500) : undefined;
