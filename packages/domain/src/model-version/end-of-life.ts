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

const OPENAI = {
  source: 'https://developers.openai.com/api/docs/deprecations',
  readOn: '2026-11-25',
};

/**
 * Shutdown dates that a provider has published elsewhere than in its list of models, by the host of its API, each with where and when it was read. Another host's models of the same
 * names live by other dates. Only bases that were fine-tuned are of use here: what was made of them goes with them.
 */
export const PUBLISHED: Readonly<Record<string, readonly PublishedEndOfLife[]>> = {
  'api.openai.com': [
    { model: 'gpt-3.5-turbo-0125', shutdownDate: '2026-10-23', ...OPENAI },
    { model: 'gpt-4-0613', shutdownDate: '2026-10-23', ...OPENAI },
    { model: 'gpt-4.1-nano-2025-04-14', shutdownDate: '2026-10-23', ...OPENAI },
    { model: 'o4-mini-2025-04-16', shutdownDate: '2026-10-23', ...OPENAI },
    { model: 'gpt-4o-2024-08-06', shutdownDate: '2027-01-14', ...OPENAI },
    { model: 'gpt-4o-mini-2024-07-18', shutdownDate: '2027-01-14', ...OPENAI },
    { model: 'gpt-4.1-2025-04-14', shutdownDate: '2027-01-14', ...OPENAI },
    { model: 'gpt-4.1-mini-2025-04-14', shutdownDate: '2027-01-14', ...OPENAI },
  ],
};

/** The earliest shutdown of any of these names of a model: by the provider's own list, which says more and newer things, else as it was published. */
export function endOfLifeOf(
  names: readonly string[],
  listed: readonly ModelEndOfLifeAnnounced[],
  published: readonly PublishedEndOfLife[],
): ModelEndOfLifeAnnounced | undefined {
  const known: readonly ModelEndOfLifeAnnounced[] =
    listed.length > 0
      ? listed
      : published
          .filter(({ model }) => names.includes(model))
          .map(({ shutdownDate, source, readOn }) => ({ shutdownDate, source: `${source} (${readOn})` }));
  return known.toSorted((a, b) => (a.shutdownDate < b.shutdownDate ? -1 : 1))[0];
}

/** What a model stands and falls with: itself, the base that it was said to have, and the one that a fine-tuned model's id names (`ft:<base>:…`), which may be a dated one. */
export function namesOf({
  providerModelId,
  baseModel,
}: {
  readonly providerModelId: string;
  readonly baseModel: string;
}): readonly string[] {
  const [kind, base] = providerModelId.split(':');
  return [
    ...new Set([
      providerModelId,
      baseModel,
      ...(kind === 'ft' && base !== undefined && base !== '' ? [base] : []),
    ]),
  ];
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
