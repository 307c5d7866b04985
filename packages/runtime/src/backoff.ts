/** Exponential with full jitter: many that failed together do not come back together. */
export function backoffMs(
  attempt: number,
  options: { readonly baseMs?: number; readonly maxMs?: number; readonly random?: () => number } = {},
): number {
  const { baseMs = 100, maxMs = 30_000, random = Math.random } = options;
  return Math.round(Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 20)) * (0.5 + random() / 2));
}

/** Waits, or less when one of the signals is aborted meanwhile; not at all when one is already. */
export function pause(ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
  if (signals.some(({ aborted }) => aborted)) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    for (const signal of signals) signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
