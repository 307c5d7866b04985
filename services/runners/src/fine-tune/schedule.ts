import type { ProviderJob } from '../provider/training-provider.ts';
import type { Clock } from '../tasks.ts';

/** Of what is left of a job, or of how long it has run: a look that often finds its end within that share of it. */
const SHARE = 1 / 10;

/**
 * When to look at a job again, in ms. A job that says when it will end is looked at as that comes nearer, any other as it gets older, between the two bounds; jittered,
 * so that jobs that began together are not asked for together.
 */
export function nextPollMs(
  job: Pick<ProviderJob, 'createdAt' | 'estimatedFinish'>,
  bounds: { readonly minMs: number; readonly maxMs: number },
  clock: Clock,
): number {
  const span =
    job.estimatedFinish === null
      ? clock.now() - (job.createdAt === null ? clock.now() : job.createdAt * 1000)
      : job.estimatedFinish * 1000 - clock.now();
  const ms = Math.min(Math.max(span * SHARE, bounds.minMs), Math.max(bounds.minMs, bounds.maxMs));
  return jittered(ms, clock);
}

export const jittered = (ms: number, clock: Clock): number => Math.round(ms * (0.8 + clock.random() * 0.4));

/** Never before the time that the provider named. */
export const notBefore = (ms: number, clock: Clock): number => Math.ceil(ms * (1 + clock.random() * 0.2));
