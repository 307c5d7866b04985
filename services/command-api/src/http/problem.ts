import { ERROR_CODES, pathOfCode, type ErrorCode } from '@ftm/api/errors/error-codes';
import type { Reason } from '@ftm/contracts/generated/events';
import type { Rejection } from '@ftm/domain/decision';
import { CommandInFlight, LogUnavailable } from '@ftm/event-log/event-log';
import { ObjectCorrupt, ObjectKeyErased, ObjectStoreUnavailable } from '@ftm/object-store/object-store';
import { OrchestratorRefused, OrchestratorUnavailable } from '@ftm/orchestrator/client';
import { isUnavailable } from '@ftm/postgres/pool';

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export interface ProblemOptions {
  /** Instead of the code’s usual one. */
  readonly status?: number;
  readonly reasons?: readonly Reason[];
  readonly errors?: readonly FieldError[];
  readonly resourceId?: string;
  readonly retryAfterMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal as the caller sees it: RFC 9457, with a stable code, which says the status. */
export class Problem extends Error {
  readonly status: number;
  readonly code: ErrorCode;
  readonly options: ProblemOptions;
  constructor(code: ErrorCode, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.name = 'Problem';
    this.status = options.status ?? ERROR_CODES[code].status;
    this.code = code;
    this.options = options;
  }
}

const TITLES: Record<number, string> = {
  400: 'Malformed request',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Too slow',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition failed',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Cannot be processed',
  428: 'Precondition required',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Unavailable',
};

export function problemBody(problem: Problem, requestId: string): Record<string, unknown> {
  const { reasons, errors, resourceId } = problem.options;
  return {
    type: pathOfCode(problem.code),
    title: TITLES[problem.status] ?? 'Error',
    status: problem.status,
    code: problem.code,
    detail: problem.message,
    request_id: requestId,
    ...(reasons === undefined ? {} : { reasons }),
    ...(errors === undefined ? {} : { errors }),
    ...(resourceId === undefined ? {} : { resource_id: resourceId }),
  };
}

export function rejectionProblem(rejection: Rejection, options: ProblemOptions = {}): Problem {
  return new Problem(rejection.code, rejection.message, {
    ...options,
    ...(rejection.reasons === undefined ? {} : { reasons: rejection.reasons }),
  });
}

const CALLERS_FAULT: ReadonlySet<number> = new Set([400, 404, 413, 422]);

/** What any error means for the caller: the one place where that is decided. Undefined: a defect of ours. */
export function toProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof LogUnavailable)
    return new Problem('LOG_UNAVAILABLE', `commands cannot be taken now: ${error.reason}`, {
      retryAfterMs: error.retryAfterMs,
    });
  if (error instanceof CommandInFlight)
    return new Problem('COMMAND_IN_FLIGHT', 'a request with this Idempotency-Key is being worked on', {
      retryAfterMs: 1000,
    });
  if (error instanceof OrchestratorUnavailable)
    return new Problem('ORCHESTRATOR_UNAVAILABLE', 'the Orchestrator cannot be asked, so nothing is done', {
      retryAfterMs: error.retryAfterMs,
    });
  // What a caller named, such as a policy profile, it does not know. That it does not take FTM's own key is no fault of theirs.
  if (error instanceof OrchestratorRefused && CALLERS_FAULT.has(error.status))
    return new Problem('ORCHESTRATOR_REFUSED', error.message);
  if (error instanceof ObjectKeyErased)
    return new Problem('ERASED', 'the data key was destroyed; the bytes cannot be read any more');
  if (error instanceof ObjectCorrupt)
    return new Problem('OBJECT_DAMAGED', 'what is stored is not what the log names, so it is not shown');
  if (error instanceof ObjectStoreUnavailable)
    return new Problem('OBJECT_STORE_UNAVAILABLE', 'the object store does not answer', {
      retryAfterMs: 1000,
    });
  if (isUnavailable(error))
    return new Problem('DATABASE_UNAVAILABLE', 'the database does not answer', { retryAfterMs: 1000 });
  return undefined;
}

export const notFound = (): Problem => new Problem('NOT_FOUND', 'there is no such resource');
