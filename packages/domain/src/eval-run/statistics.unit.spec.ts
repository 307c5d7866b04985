import fc from 'fast-check';
import { comparePaired, estimateMean, exactMcNemar, wilson, type CaseScore } from './statistics.ts';

const scores = (values: readonly number[]): CaseScore[] =>
  values.map((score, index) => ({ caseId: `c${index}`, cluster: `c${index}`, score }));

describe('statistics', () => {
  it('gives Wilson’s interval as the textbooks do', () => {
    // 81 of 263 (Newcombe 1998): .2553 to .3662.
    expect(wilson(81 / 263, 263).ciLow).toBeCloseTo(0.2553, 4);
    expect(wilson(81 / 263, 263).ciHigh).toBeCloseTo(0.3662, 4);
  });
  it('gives McNemar’s exact p as the binomial does', () => {
    // 2 * P(X <= 2 | 10, 1/2) = 2 * 56 / 1024.
    expect(exactMcNemar(8, 2)).toBeCloseTo(112 / 1024, 12);
    expect(exactMcNemar(0, 0)).toBe(1);
    expect(exactMcNemar(3000, 1000)).toBeLessThan(1e-200);
  });
  it('knows nothing about no cases', () => {
    expect(estimateMean([])).toEqual({ mean: 0, ciLow: 0, ciHigh: 1, n: 0 });
    expect(comparePaired([], [], { baselineRunId: 'b', margin: 0.02 }).verdict).toBe('inconclusive');
  });
  it('passes what is better, fails what is worse, and leaves open what it cannot tell', () => {
    const verdict = (candidate: number[], baseline: number[]): string =>
      comparePaired(scores(candidate), scores(baseline), { baselineRunId: 'b', margin: 0.02 }).verdict;
    const ones = Array.from({ length: 200 }, () => 1);
    const half = ones.map((_, index) => index % 2);
    expect(verdict(ones, half)).toBe('pass');
    expect(verdict(half, ones)).toBe('fail');
    expect(verdict([1, 0, 1, 0], [0, 1, 1, 0])).toBe('inconclusive');
  });
  it('widens the interval when cases come in clusters', () => {
    const values = Array.from({ length: 200 }, (_, index) => (Math.floor(index / 20) % 2) + 0.001);
    const alone = estimateMean(scores(values));
    const clustered = estimateMean(
      scores(values).map((each, index) => ({ ...each, cluster: `k${Math.floor(index / 20)}` })),
    );
    expect(clustered.ciHigh - clustered.ciLow).toBeGreaterThan(2 * (alone.ciHigh - alone.ciLow));
  });
  it('always brackets the mean, and is the same for the same seed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 }),
        (values) => {
          const { mean, ciLow, ciHigh } = estimateMean(scores(values));
          expect(ciLow).toBeLessThanOrEqual(mean + 1e-9);
          expect(ciHigh).toBeGreaterThanOrEqual(mean - 1e-9);
          expect(estimateMean(scores(values))).toEqual({ mean, ciLow, ciHigh, n: values.length });
        },
      ),
      { numRuns: 50 },
    );
  });
});
