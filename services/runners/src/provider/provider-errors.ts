/** What went wrong, as far as it can be told; each has an answer of its own. */
export type FailureKind =
  | 'bad_request'
  | 'authentication'
  | 'permission'
  | 'not_found'
  | 'conflict'
  | 'unprocessable'
  | 'rate_limit'
  | 'insufficient_quota'
  | 'server_error'
  | 'connection'
  | 'timeout'
  | 'malformed';

export interface FailureDetails {
  readonly kind: FailureKind;
  /** The provider's own code, `HTTP_<status>` where it gave none. */
  readonly code: string;
  /** FTM's words, which may be logged. */
  readonly message: string;
  /** The provider's words, which may quote a row or a person: TRiSM reads them before anybody else does. */
  readonly said?: string | null | undefined;
  readonly status?: number | undefined;
  /** The field that is wrong, in the words of the wire. */
  readonly param?: string | null | undefined;
  /** The provider's name for the request, for its support. */
  readonly requestId?: string | null | undefined;
  /** How long the provider asks to be left alone. */
  readonly retryAfterMs?: number | null | undefined;
}

export class ProviderError extends Error {
  readonly kind: FailureKind;
  readonly code: string;
  readonly said: string | null;
  readonly status: number | null;
  readonly param: string | null;
  readonly requestId: string | null;
  readonly retryAfterMs: number | null;
  constructor(details: FailureDetails, options?: ErrorOptions) {
    super(details.message, options);
    this.name = 'ProviderError';
    this.kind = details.kind;
    this.code = details.code;
    this.said = details.said ?? null;
    this.status = details.status ?? null;
    this.param = details.param ?? null;
    this.requestId = details.requestId ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}

/** The provider said no, or was not there to be asked: nothing was made. */
export class ProviderRefused extends ProviderError {
  /** The same request may be taken later: after a rate limit, or when nobody was there to take it. Money that is spent does not come back by asking again. */
  readonly retryable: boolean;
  constructor(details: FailureDetails, options?: ErrorOptions) {
    super(details, options);
    this.name = 'ProviderRefused';
    this.retryable = details.kind === 'rate_limit' || details.kind === 'connection';
  }
}

/** It cannot be known what became of the request. */
export class ProviderUnknown extends ProviderError {
  constructor(details: FailureDetails, options?: ErrorOptions) {
    super(details, options);
    this.name = 'ProviderUnknown';
  }
}

/**
 * What a job's end does not depend on, such as its events: where the provider will never give it, or gives what cannot be read, the job ends without.
 * @throws ProviderError when it may be given later
 */
export function unlessFinal<T>(answer: Promise<T>, without: T): Promise<T> {
  return answer.catch((error: unknown) => {
    const isFinal =
      error instanceof ProviderError &&
      (error.kind === 'malformed' || (error instanceof ProviderRefused && !error.retryable));
    if (isFinal) return without;
    throw error;
  });
}
