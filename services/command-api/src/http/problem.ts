import type { Reason } from '@ftm/contracts/generated/events';
import { LogUnavailable } from '@ftm/event-log/event-log';
import { ObjectStoreUnavailable } from '@ftm/object-store/object-store';
import { OrchestratorRefused, OrchestratorUnavailable } from '@ftm/orchestrator/client';
import { isUnavailable } from '@ftm/postgres/pool';

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export interface ProblemOptions {
  readonly reasons?: readonly Reason[];
  readonly errors?: readonly FieldError[];
  readonly resourceId?: string;
  readonly retryAfterMs?: number;
}

/** A refusal as the caller sees it: RFC 9457, with a stable code. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly options: ProblemOptions;
  constructor(status: number, code: string, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
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
    type: `urn:ftm:problem:${problem.code.toLowerCase().replaceAll('_', '-')}`,
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

/** Rejections of the domain that are not a conflict with what is there. */
const STATUS_OF_REJECTION: Readonly<Record<string, number>> = {
  NOT_FOUND: 404,
  DATASET_NOT_FOUND: 422,
  EVAL_SUITE_NOT_FOUND: 422,
  EVAL_SUITE_VERSION_NOT_FOUND: 422,
  MODEL_VERSION_NOT_FOUND: 422,
  BASELINE_NOT_COMPARABLE: 422,
  DATASET_FORMAT_MISMATCH: 422,
  DATASET_TOO_SMALL: 422,
  TENANT_NOT_CONFIRMED: 422,
  FOUR_EYES: 403,
};

export function rejectionProblem(rejection: {
  readonly code: string;
  readonly message: string;
  readonly reasons?: readonly Reason[];
}): Problem {
  return new Problem(
    STATUS_OF_REJECTION[rejection.code] ?? 409,
    rejection.code,
    rejection.message,
    rejection.reasons === undefined ? {} : { reasons: rejection.reasons },
  );
}

const CALLERS_FAULT: ReadonlySet<number> = new Set([400, 404, 413, 422]);

/** What any error means for the caller: the one place where that is decided. Undefined: a defect of ours. */
export function toProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof LogUnavailable)
    return new Problem(503, 'LOG_UNAVAILABLE', `commands cannot be taken now: ${error.reason}`, {
      retryAfterMs: error.retryAfterMs,
    });
  if (error instanceof OrchestratorUnavailable)
    return new Problem(
      503,
      'ORCHESTRATOR_UNAVAILABLE',
      'the Orchestrator cannot be asked, so nothing is done',
      { retryAfterMs: error.retryAfterMs },
    );
  // What a caller named, such as a policy profile, it does not know. That it does not take FTM's own key is no fault of theirs.
  if (error instanceof OrchestratorRefused && CALLERS_FAULT.has(error.status))
    return new Problem(422, 'ORCHESTRATOR_REFUSED', error.message);
  if (error instanceof ObjectStoreUnavailable)
    return new Problem(503, 'OBJECT_STORE_UNAVAILABLE', 'the object store does not answer', {
      retryAfterMs: 1000,
    });
  if (isUnavailable(error))
    return new Problem(503, 'DATABASE_UNAVAILABLE', 'the database does not answer', { retryAfterMs: 1000 });
  return undefined;
}

export const notFound = (): Problem => new Problem(404, 'NOT_FOUND', 'there is no such resource');
