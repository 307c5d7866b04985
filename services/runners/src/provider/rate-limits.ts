/** What a provider says is left, from `x-ratelimit-*`; null where it says nothing that can be believed. */
export interface RateLimits {
  readonly remainingRequests: number | null;
  readonly remainingTokens: number | null;
  readonly resetRequestsMs: number | null;
  readonly resetTokensMs: number | null;
}

interface HeaderReader {
  get(name: string): string | null;
}

/** @param trusted Azure answers −1 and 0 without meaning it: then only a positive remainder is believed */
export function readRateLimits(headers: HeaderReader, trusted: boolean): RateLimits {
  const remaining = (of: string): number | null => {
    const text = headers.get(`x-ratelimit-remaining-${of}`);
    const value = text === null || text.trim() === '' ? NaN : Number(text);
    if (!Number.isFinite(value) || value < 0) return null;
    return value === 0 && !trusted ? null : value;
  };
  return {
    remainingRequests: remaining('requests'),
    remainingTokens: remaining('tokens'),
    resetRequestsMs: durationMs(headers.get('x-ratelimit-reset-requests')),
    resetTokensMs: durationMs(headers.get('x-ratelimit-reset-tokens')),
  };
}

/** `6m0s`, `1.5s`, `20ms`, `1h2m`; a bare number is seconds. */
export function durationMs(text: string | null): number | null {
  if (text === null) return null;
  const whole = text.trim();
  if (/^\d+(\.\d+)?$/.test(whole)) return Number(whole) * 1000;
  if (!/^(\d+(\.\d+)?(ms|h|m|s))+$/.test(whole)) return null;
  let sum = 0;
  for (const [, value, unit] of whole.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g))
    sum += Number(value) * (UNIT_MS[unit ?? ''] ?? 0);
  return sum;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A provider that asks for days is asked again after this. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/** `retry-after-ms`, else `retry-after` in seconds or as a date, else the end of a window that is used up. */
export function retryAfterMs(headers: HeaderReader, trusted: boolean, nowMs: number): number | null {
  const found = said(headers, nowMs) ?? exhausted(readRateLimits(headers, trusted));
  return found === null ? null : Math.min(MAX_RETRY_AFTER_MS, Math.max(0, Math.round(found)));
}

function said(headers: HeaderReader, nowMs: number): number | null {
  const ms = Number(headers.get('retry-after-ms') ?? NaN);
  if (Number.isFinite(ms)) return ms;
  const text = headers.get('retry-after');
  if (text === null || text.trim() === '') return null;
  if (Number.isFinite(Number(text))) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at - nowMs;
}

function exhausted(limits: RateLimits): number | null {
  if (limits.remainingRequests === 0) return limits.resetRequestsMs;
  return limits.remainingTokens === 0 ? limits.resetTokensMs : null;
}
