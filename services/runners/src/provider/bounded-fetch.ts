import { gauge } from '@ftm/runtime/metrics';
import { readBounded } from '@ftm/runtime/read-bounded';
import { tracedFetch } from '@ftm/runtime/telemetry';
import { readRateLimits } from './rate-limits.ts';

export interface BoundedFetchOptions {
  readonly host: string;
  readonly trustRateLimits: boolean;
}

/** A page of a list, or vectors of a batch, as JSON: an order of magnitude more than any provider sends. */
const MAX_ANSWER_BYTES = 16 * 2 ** 20;
/** What is no answer but a refusal says why in a few lines. */
const MAX_REFUSAL_BYTES = 64 * 2 ** 10;

const remaining = gauge('ftm_provider_rate_limit_remaining', 'What the provider says is left', [
  'host',
  'of',
]);

/**
 * How a provider is asked. It is not followed elsewhere: a redirect would send the paid request, or its key, to who was not meant. It answers with so many bytes, or it has not answered; and the client's
 * time limit, which would end with the headers, covers the body as well, because it is read here.
 */
export function boundedFetch(options: BoundedFetchOptions): typeof fetch {
  const inner = tracedFetch('provider');
  return async (input, init) => {
    try {
      const response = await inner(input, { ...init, redirect: 'manual' });
      tellLimits(response, options);
      const body = await (response.ok ? readBounded(response, MAX_ANSWER_BYTES) : reasonOf(response));
      const { status, statusText, headers } = response;
      return new Response(NO_BODY.has(status) ? null : new Uint8Array(body), { status, statusText, headers });
    } catch (error) {
      if (init?.signal?.aborted !== true) throw error;
      // The client knows a timeout by this name, whatever the runtime calls it.
      throw Object.assign(new Error('the request timed out', { cause: error }), { name: 'AbortError' });
    }
  };
}

/** A refusal is one whatever it says: what is too long is left out. */
const reasonOf = (response: Response): Promise<Buffer> =>
  readBounded(response, MAX_REFUSAL_BYTES).catch((error: unknown) => {
    if (error instanceof RangeError) return Buffer.alloc(0);
    throw error;
  });

const NO_BODY = new Set([204, 205, 304]);

function tellLimits({ headers }: Response, { host, trustRateLimits }: BoundedFetchOptions): void {
  const limits = readRateLimits(headers, trustRateLimits);
  if (limits.remainingRequests !== null) remaining.set({ host, of: 'requests' }, limits.remainingRequests);
  if (limits.remainingTokens !== null) remaining.set({ host, of: 'tokens' }, limits.remainingTokens);
}
