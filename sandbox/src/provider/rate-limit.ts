export interface RateLimit {
  /** Counts one request; `retryAfterS` is there when it is one too many. */
  spend(org: string): { readonly headers: Readonly<Record<string, string>>; readonly retryAfterS?: number };
}

const WINDOW_MS = 60_000;
/** Told, never enforced. */
const TOKENS_PER_MINUTE = 10_000_000;

/** So many requests in each minute of the clock, per organisation. */
export function createRateLimit(requestsPerMinute: number): RateLimit {
  const spent = new Map<string, { window: number; count: number }>();
  return {
    spend(org) {
      const window = Math.floor(Date.now() / WINDOW_MS);
      const former = spent.get(org);
      const count = (former?.window === window ? former.count : 0) + 1;
      spent.set(org, { window, count });
      const resetS = Math.ceil(((window + 1) * WINDOW_MS - Date.now()) / 1000);
      const headers = {
        'x-ratelimit-limit-requests': String(requestsPerMinute),
        'x-ratelimit-remaining-requests': String(Math.max(0, requestsPerMinute - count)),
        'x-ratelimit-reset-requests': `${resetS}s`,
        'x-ratelimit-limit-tokens': String(TOKENS_PER_MINUTE),
        'x-ratelimit-remaining-tokens': String(TOKENS_PER_MINUTE),
        'x-ratelimit-reset-tokens': '0s',
      };
      return count > requestsPerMinute ? { headers, retryAfterS: resetS } : { headers };
    },
  };
}
