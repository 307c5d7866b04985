import type { CostEstimate, PriceRow } from '@ftm/contracts/generated/events';
import { costOf, priceFor } from '../pricing/price-book.ts';

export type TokenBilledMethod = 'supervised' | 'dpo';

/** How the provider’s documents say that `auto` is resolved for so many rows. It is a guess: the value it really took is read back. */
export function documentedEpochs(rows: number): number {
  const target = 3;
  if (rows * target < 100) return Math.min(25, Math.floor(100 / rows));
  if (rows * target > 25_000) return Math.max(1, Math.floor(25_000 / rows));
  return target;
}

interface Epochs {
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

/** An explicit number is a point. `auto` goes from the fewest to the most that the provider was seen to take; for preferences nothing is documented, so it may be as few as one. */
export function epochRange(method: TokenBilledMethod, rows: number, nEpochs: number | null): Epochs {
  if (nEpochs !== null) return { low: nEpochs, expected: nEpochs, high: nEpochs };
  const expected = documentedEpochs(rows);
  return {
    low: method === 'dpo' ? 1 : Math.max(1, expected - 1),
    expected,
    high: Math.max(expected, 4),
  };
}

/**
 * Cost of a job as a range: of epochs, and of the tokens’ own uncertainty.
 * @param input.trainingTokens of one epoch as they are billed: each row up to the provider’s limit, and for preferences both answers. Validation tokens are free and no part of it.
 * @param input.tokenError to both sides, as a share; 0 when absent
 * @param input.calibrationJobs that the tokens were calibrated by; 0 when absent
 */
export function estimateRange(input: {
  /** Supervised when absent. */
  readonly method?: TokenBilledMethod;
  readonly rows: number;
  readonly trainingTokens: number;
  readonly tokenError?: number;
  readonly calibrationJobs?: number;
  readonly nEpochs: number | null;
  readonly price: PriceRow;
}): CostEstimate {
  const { trainingTokens, tokenError = 0, calibrationJobs = 0 } = input;
  const epochs = epochRange(input.method ?? 'supervised', input.rows, input.nEpochs);
  return priced(
    {
      trainingTokens,
      tokenError,
      calibrationJobs,
      epochsLow: epochs.low,
      epochsExpected: epochs.expected,
      epochsHigh: epochs.high,
    },
    input.price,
  );
}

type Quantity = Pick<
  CostEstimate,
  'trainingTokens' | 'tokenError' | 'calibrationJobs' | 'epochsLow' | 'epochsExpected' | 'epochsHigh'
>;

/** The same tokens and epochs at a price. */
export function priced(quantity: Quantity, price: PriceRow): CostEstimate {
  const { trainingTokens, tokenError, calibrationJobs, epochsLow, epochsExpected, epochsHigh } = quantity;
  const cost = (tokens: number, times: number): number =>
    costOf(Math.max(0, tokens) * times, price.usdMicrosPerMillion);
  return {
    lowUsdMicros: cost(Math.floor(trainingTokens * (1 - tokenError)), epochsLow),
    expectedUsdMicros: cost(trainingTokens, epochsExpected),
    highUsdMicros: cost(Math.ceil(trainingTokens * (1 + tokenError)), epochsHigh),
    trainingTokens,
    epochsLow,
    epochsExpected,
    epochsHigh,
    priceUsdMicrosPerMillion: price.usdMicrosPerMillion,
    priceSource: price.source,
    tokenError,
    calibrationJobs,
  };
}

/** What a dataset would cost by one method on one model. */
export interface EstimateRow {
  readonly method: TokenBilledMethod;
  readonly model: string;
  /** Null when no price is known, so that the cost cannot be governed. */
  readonly estimate: CostEstimate | null;
}

/**
 * Every method on every model, in the order given.
 * @param input.models with the tokens as each bills them: encodings, limits and calibrations differ
 */
export function estimateRanges(input: {
  readonly methods: readonly TokenBilledMethod[];
  readonly models: readonly {
    readonly model: string;
    readonly trainingTokens: number;
    readonly tokenError?: number;
  }[];
  readonly rows: number;
  readonly nEpochs: number | null;
  readonly prices: readonly PriceRow[];
}): EstimateRow[] {
  const { methods, models, rows, nEpochs, prices } = input;
  return methods.flatMap((method) =>
    models.map(({ model, trainingTokens, tokenError = 0 }): EstimateRow => {
      const price = priceFor(model, 'training', prices);
      const estimate =
        price === undefined
          ? null
          : estimateRange({ method, rows, trainingTokens, tokenError, nEpochs, price });
      return { method, model, estimate };
    }),
  );
}
