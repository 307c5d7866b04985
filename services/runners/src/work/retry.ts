import { backoffMs } from '@ftm/runtime/backoff';

/** When a run that failed is made again, in ms: soon at first, and every 10 to 20 s for as long as it takes. */
export const retryInMs = (failures: number, random: () => number = Math.random): number =>
  backoffMs(failures, { baseMs: 250, maxMs: 20_000, random });
