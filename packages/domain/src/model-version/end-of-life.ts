import type { ModelEndOfLifeAnnounced, Reason } from '@ftm/contracts/generated/events';
import type { ModelVersionState } from './state.ts';

export const END_OF_LIFE_GATE = 'model.end_of_life';

/** Days before the shutdown at which somebody is warned, the farthest first. */
export const WARNING_DAYS = [180, 90, 30] as const;

export interface PublishedEndOfLife extends ModelEndOfLifeAnnounced {
  readonly model: string;
  /** ISO date. */
  readonly readOn: string;
}

/**
 * Shutdown dates that a provider has published elsewhere than in its list of models, each with where and when it was read. Its own list says more, and newer things; only
 * what can be shown to a reader belongs here, and of no model is that so today.
 */
export const PUBLISHED: readonly PublishedEndOfLife[] = [];

/** The earliest shutdown of any of these names of a model: by the provider's own list, else as it was published. */
export function endOfLifeOf(
  names: readonly string[],
  listed: readonly ModelEndOfLifeAnnounced[],
  published: readonly PublishedEndOfLife[] = PUBLISHED,
): ModelEndOfLifeAnnounced | undefined {
  const known: readonly ModelEndOfLifeAnnounced[] =
    listed.length > 0
      ? listed
      : published
          .filter(({ model }) => names.includes(model))
          .map(({ shutdownDate, source, readOn }) => ({ shutdownDate, source: `${source} (${readOn})` }));
  return known.toSorted((a, b) => (a.shutdownDate < b.shutdownDate ? -1 : 1))[0];
}

const DAY_MS = 86_400_000;

/** Whole days until a date begins, by UTC; negative when it has passed. @param now ISO 8601 */
export const daysUntil = (date: string, now: string): number =>
  Math.floor((Date.parse(date) - Date.parse(now)) / DAY_MS);

/** The nearest limit that the date is within; undefined when it is farther than all. */
export const warningFor = (shutdownDate: string, now: string): number | undefined =>
  WARNING_DAYS.findLast((days) => daysUntil(shutdownDate, now) < days);

/** Why a model should not be made live: it will be gone too soon. */
export function endOfLifeProblem(model: ModelVersionState, minDays: number, now: string): Reason | undefined {
  if (model.status === 'absent' || model.endOfLife === null) return undefined;
  const { shutdownDate, source } = model.endOfLife;
  const days = daysUntil(shutdownDate, now);
  if (days >= minDays) return undefined;
  return {
    code: 'MODEL_END_OF_LIFE',
    message:
      days < 0
        ? `the provider has shut the model down on ${shutdownDate} (${source})`
        : `the provider shuts the model down on ${shutdownDate}, in ${days} days (${source}); at least ${minDays} are needed: fine-tune a newer base model`,
  };
}
