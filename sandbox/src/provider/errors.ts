/** An answer of the API that is an error: HTTP status and the body `{error: {message, type, param, code}}`. */
export class ApiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    more: {
      readonly type?: string;
      readonly param?: string | null;
      readonly code?: string | null;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.type = more.type ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
    this.param = more.param ?? null;
    this.code = more.code ?? null;
    this.headers = more.headers ?? {};
  }

  body(): unknown {
    const { message, type, param, code } = this;
    return { error: { message, type, param, code } };
  }
}

export const badRequest = (message: string, param: string | null, code: string | null = null): ApiError =>
  new ApiError(400, message, { param, code });

export const notFound = (
  message: string,
  param: string | null = 'id',
  code: string | null = null,
): ApiError => new ApiError(404, message, { param, code });

export const unauthorized = (): ApiError =>
  new ApiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });

export const serverError = (status = 500): ApiError =>
  new ApiError(status, 'The server had an error while processing your request. Sorry about that!');

export const rateLimited = (retryAfterS: number): ApiError =>
  new ApiError(429, 'Rate limit reached for requests.', {
    type: 'requests',
    code: 'rate_limit_exceeded',
    headers: { 'retry-after': String(retryAfterS), 'retry-after-ms': String(Math.round(retryAfterS * 1000)) },
  });

export const insufficientQuota = (): ApiError =>
  new ApiError(429, 'You exceeded your current quota, please check your plan and billing details.', {
    type: 'insufficient_quota',
    code: 'insufficient_quota',
  });
