import type { Logger } from '@ftm/runtime/logger';

export interface Sweep {
  /** What it removes, for the log of the process. */
  readonly of: string;
  /** How many it removed. Two never run at once here; another process may run it, too. */
  run(): Promise<number>;
}

/** Removes what is left over, at once and every so often, for as long as the runner lives. What goes wrong is tried again the next time. */
export function startSweeps(
  sweeps: readonly Sweep[],
  { everyMs, logger }: { readonly everyMs: number; readonly logger: Logger },
): { stop(): void } {
  let busy = false;
  const all = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    for (const { of, run } of sweeps)
      try {
        const removed = await run();
        if (removed > 0) logger.warn(`removed ${of}`, { removed });
      } catch (error) {
        logger.warn(`${of} could not be removed`, { error });
      }
    busy = false;
  };
  const timer = setInterval(() => void all(), everyMs);
  void all();
  return { stop: () => clearInterval(timer) };
}
