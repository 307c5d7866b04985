import fc from 'fast-check';
import type { PriceRow } from '@ftm/contracts/generated/events';
import { DEFAULT_PRICES } from '../pricing/default-prices.ts';
import { documentedEpochs, estimateRange, estimateRanges } from './estimate.ts';

const price: PriceRow = {
  model: 'gpt-4o-mini',
  kind: 'training',
  usdMicrosPerMillion: 3_000_000,
  effectiveFrom: '2026-08-21',
  source: 'test',
  note: null,
};
const input = { rows: 1000, trainingTokens: 100_000, nEpochs: null, price };

describe('an estimate', () => {
  it('with explicit epochs and exact tokens is a point: the guide’s own example, 100,000 tokens three times at $3', () => {
    expect(estimateRange({ ...input, nEpochs: 3 })).toMatchObject({
      lowUsdMicros: 900_000,
      expectedUsdMicros: 900_000,
      highUsdMicros: 900_000,
      epochsLow: 3,
      epochsHigh: 3,
    });
  });

  it('with automatic epochs goes from the fewest to the most', () => {
    expect(estimateRange(input)).toMatchObject({
      lowUsdMicros: 600_000,
      expectedUsdMicros: 900_000,
      highUsdMicros: 1_200_000,
    });
    // Nobody documents what preferences take.
    expect(estimateRange({ ...input, method: 'dpo' })).toMatchObject({ lowUsdMicros: 300_000, epochsLow: 1 });
  });

  it('has the uncertainty of the tokens in both ends', () => {
    expect(estimateRange({ ...input, nEpochs: 3, tokenError: 0.02 })).toMatchObject({
      lowUsdMicros: 882_000,
      expectedUsdMicros: 900_000,
      highUsdMicros: 918_000,
    });
  });

  it('is low to expected to high, for any job', () => {
    fc.assert(
      fc.property(
        fc.record({
          method: fc.constantFrom('supervised' as const, 'dpo' as const),
          rows: fc.integer({ min: 1, max: 1e6 }),
          trainingTokens: fc.nat(1e9),
          tokenError: fc.double({ min: 0, max: 2, noNaN: true }),
          nEpochs: fc.option(fc.integer({ min: 1, max: 50 })),
        }),
        (job) => {
          const range = estimateRange({ ...job, price });
          expect(range.lowUsdMicros).toBeGreaterThanOrEqual(0);
          expect(range.lowUsdMicros).toBeLessThanOrEqual(range.expectedUsdMicros);
          expect(range.expectedUsdMicros).toBeLessThanOrEqual(range.highUsdMicros);
        },
      ),
    );
  });

  it('resolves automatic epochs as documented', () => {
    expect([10, 33, 34, 500, 8333, 8334, 30_000].map(documentedEpochs)).toEqual([10, 3, 3, 3, 3, 2, 1]);
  });
});

describe('a table of estimates', () => {
  it('has every method on every model, by its own price and tokens; without a price it says so', () => {
    const rows = estimateRanges({
      methods: ['supervised', 'dpo'],
      models: [
        { model: 'gpt-4o-mini-2024-07-18', trainingTokens: 100_000 },
        { model: 'gpt-4o-2024-08-06', trainingTokens: 90_000 },
        { model: 'unheard-of', trainingTokens: 1 },
      ],
      rows: 1000,
      nEpochs: 1,
      prices: DEFAULT_PRICES,
    });
    expect(rows.map(({ method, model, estimate }) => [method, model, estimate?.expectedUsdMicros])).toEqual([
      ['supervised', 'gpt-4o-mini-2024-07-18', 300_000],
      ['supervised', 'gpt-4o-2024-08-06', 2_250_000],
      ['supervised', 'unheard-of', undefined],
      ['dpo', 'gpt-4o-mini-2024-07-18', 300_000],
      ['dpo', 'gpt-4o-2024-08-06', 2_250_000],
      ['dpo', 'unheard-of', undefined],
    ]);
  });
});
