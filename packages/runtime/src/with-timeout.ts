import { setTimeout as delay } from 'node:timers/promises';

const LATE = Symbol('late');

/**
 * What `work` gives; when that takes longer, what `onTimeout` gives or throws instead. Work that is a function is handed a signal that is
 * aborted then, so that it can end itself. What late work comes to, also its failure, concerns nobody.
 */
export async function withTimeout<T>(
  work: Promise<T> | ((signal: AbortSignal) => Promise<T>),
  ms: number,
  onTimeout: () => T | Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = new AbortController();
  try {
    const first = await Promise.race([
      typeof work === 'function' ? work(late.signal) : work,
      delay(ms, LATE, { signal: timer.signal }),
    ]);
    if (first !== LATE) return first;
    late.abort();
    return await onTimeout();
  } finally {
    timer.abort();
  }
}
