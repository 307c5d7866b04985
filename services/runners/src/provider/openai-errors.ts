import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { ProviderRefused, ProviderUnknown, type FailureKind } from './provider-errors.ts';
import { retryAfterMs } from './rate-limits.ts';
import { codeOf, nameOf, textOf } from './wire-values.ts';

/** In an event, once TRiSM has read it. */
const MOST_MESSAGE = 2000;

const KIND_OF_STATUS: Readonly<Record<number, FailureKind>> = {
  401: 'authentication',
  403: 'permission',
  404: 'not_found',
  408: 'timeout',
  409: 'conflict',
  422: 'unprocessable',
};

/** Statuses that do not say whether the request was carried out. */
const OPEN = new Set<FailureKind>(['timeout', 'conflict', 'server_error']);

/** A 4xx is an answer: nothing was made. All else leaves it open. */
export async function guarded<T>(work: () => Promise<T>, trustRateLimits: boolean): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toProviderError(error, trustRateLimits);
  }
}

export function toProviderError(error: unknown, trustRateLimits: boolean): ProviderRefused | ProviderUnknown {
  if (error instanceof ProviderRefused || error instanceof ProviderUnknown) return error;
  if (error instanceof APIError && typeof error.status === 'number')
    return answered(error as Answered, trustRateLimits);
  const kind = lost(error);
  const details = { kind, code: kind.toUpperCase() };
  return NOT_SENT.has(causeCode(error))
    ? new ProviderRefused({ ...details, message: 'the provider cannot be reached' }, { cause: error })
    : new ProviderUnknown(
        { ...details, message: 'the provider gave no answer that can be relied on' },
        { cause: error },
      );
}

/** No connection was made, so nothing can have been sent. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

function causeCode(error: unknown): string {
  let at: unknown = error;
  for (let depth = 0; typeof at === 'object' && at !== null && depth < 5; depth += 1) {
    const { code, cause } = at as { code?: unknown; cause?: unknown };
    if (typeof code === 'string') return code;
    at = cause;
  }
  return '';
}

function lost(error: unknown): FailureKind {
  if (error instanceof APIConnectionTimeoutError) return 'timeout';
  if (error instanceof APIConnectionError)
    return error.cause instanceof RangeError ? 'malformed' : 'connection';
  // What came was too large, no JSON, or not of the shape that the wire has.
  return 'malformed';
}

type Answered = APIError<number, Headers>;

function answered(error: Answered, trustRateLimits: boolean): ProviderRefused | ProviderUnknown {
  const kind = kindOf(error);
  const details = {
    kind,
    code: codeOf(error.code) ?? `HTTP_${error.status}`,
    message: `the provider answered ${error.status}`,
    said: textOf(error.message, MOST_MESSAGE),
    status: error.status,
    param: codeOf(error.param),
    requestId: nameOf(error.requestID),
    retryAfterMs: retryAfterMs(error.headers, trustRateLimits, Date.now()),
  };
  // Without the client's own error as its cause, whose message is the provider's: nobody has scanned that, and causes are logged.
  return OPEN.has(kind) ? new ProviderUnknown(details) : new ProviderRefused(details);
}

/** 429 has two meanings, and only one of them passes by itself. */
function kindOf({ status, code, type }: Answered): FailureKind {
  if (status === 429)
    return code === 'insufficient_quota' || type === 'insufficient_quota'
      ? 'insufficient_quota'
      : 'rate_limit';
  if (status >= 500 || status < 400) return 'server_error';
  return KIND_OF_STATUS[status] ?? 'bad_request';
}
