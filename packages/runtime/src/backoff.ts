/** Exponential with full jitter: many that failed together do not come back together. */
export function backoffMs(
  attempt: number,
  options: { readonly baseMs?: number; readonly maxMs?: number; readonly random?: () => number } = {},
): number {
  const { baseMs = 100, maxMs = 30_000, random = Math.random } = options;
  return Math.round(Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 20)) * (0.5 + random() / 2));
}

/** Waits, or less when it is aborted meanwhile. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
