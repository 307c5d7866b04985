import type { CostEstimate } from '@ftm/contracts/generated/events';
import { costOf, type PriceRow } from '../pricing/default-prices.ts';

/** How the provider’s documents say that `auto` is resolved for so many rows. It is a guess: the value it really took is read back. */
export function documentedEpochs(rows: number): number {
  const target = 3;
  if (rows * target < 100) return Math.min(25, Math.floor(100 / rows));
  if (rows * target > 25_000) return Math.max(1, Math.floor(25_000 / rows));
  return target;
}

/**
 * Cost of a job as a range. With an explicit number of epochs the range is a point; with `auto` it goes from the fewest to the most epochs that the provider was seen to take.
 * @param trainingTokens of one epoch; validation tokens are free
 */
export function estimateCost(input: {
  readonly rows: number;
  readonly trainingTokens: number;
  readonly nEpochs: number | null;
  readonly price: PriceRow;
}): CostEstimate {
  const expected = input.nEpochs ?? documentedEpochs(input.rows);
  const low = input.nEpochs ?? Math.max(1, expected - 1);
  const high = input.nEpochs ?? Math.max(expected, 4);
  const cost = (epochs: number): number =>
    costOf(input.trainingTokens * epochs, input.price.usdMicrosPerMillion);
  return {
    lowUsdMicros: cost(low),
    expectedUsdMicros: cost(expected),
    highUsdMicros: cost(high),
    trainingTokens: input.trainingTokens,
    epochsLow: low,
    epochsExpected: expected,
    epochsHigh: high,
    priceUsdMicrosPerMillion: input.price.usdMicrosPerMillion,
    priceSource: input.price.source,
  };
}
