import { durationMs, readRateLimits, retryAfterMs } from './rate-limits.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

describe('retry-after', () => {
  it.each([
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1m30s' }, 90_000],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '20ms' }, 20],
    [{ 'x-ratelimit-remaining-requests': '5', 'x-ratelimit-reset-requests': '1m' }, null],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '864000' }, 3_600_000],
    [{}, null],
  ])('%j is %j ms', (headers: Record<string, string>, ms) => {
    expect(retryAfterMs(new Headers(headers), true, NOW)).toBe(ms);
  });
  it('does not believe an Azure zero', () => {
    const headers = new Headers({
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-remaining-tokens': '-1',
      'x-ratelimit-reset-requests': '60s',
    });
    expect(retryAfterMs(headers, false, NOW)).toBeNull();
    expect(readRateLimits(headers, false)).toMatchObject({ remainingRequests: null, remainingTokens: null });
    expect(readRateLimits(headers, true)).toMatchObject({ remainingRequests: 0, remainingTokens: null });
  });
});

it.each([
  ['6m0s', 360_000],
  ['1.5s', 1500],
  ['1h2m3s4ms', 3_723_004],
  ['12', 12_000],
  ['', null],
  ['later', null],
])('the duration %j is %j ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});
