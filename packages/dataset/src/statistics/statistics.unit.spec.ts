import fc from 'fast-check';
import type { TrainingRow } from '../rows/row.ts';
import {
  binsOf,
  bucketOf,
  bucketStart,
  createHistogram,
  mean,
  mergeHistograms,
  quantile,
} from './histogram.ts';
import {
  createStatistics,
  EMPTY_STATISTICS,
  mergeStatistics,
  wholeOf,
  type DatasetStatistics,
} from './statistics.ts';
import { createTally, differentTexts, mergeTallies, mostFrequent, tallyKey, type Tally } from './tally.ts';

const sizes = fc.oneof(fc.nat(100), fc.nat(100_000), fc.maxSafeNat());

describe('a histogram', () => {
  it('has buckets without a gap, each no wider than a sixteenth of where it starts', () => {
    fc.assert(
      fc.property(sizes, (value) => {
        const bucket = bucketOf(value);
        const [from, to] = [bucketStart(bucket), bucketStart(bucket + 1)];
        expect(from <= value && value < to).toBe(true);
        expect(to - from).toBeLessThanOrEqual(Math.max(1, from / 16));
      }),
    );
    for (const power of [4, 5, 20, 47, 52]) expect(bucketStart(bucketOf(2 ** power))).toBe(2 ** power);
  });

  it('has exact ends and mean, and quantiles to a sixteenth', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1e6), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, share) => {
          const builder = createHistogram();
          values.forEach(builder.add);
          const histogram = builder.build();
          const sorted = values.toSorted((a, b) => a - b);
          const exact = sorted[Math.max(0, Math.ceil(share * values.length) - 1)] ?? 0;
          expect([histogram.min, histogram.max]).toEqual([sorted[0], sorted.at(-1)]);
          expect(mean(histogram)).toBe(values.reduce((sum, each) => sum + each, 0) / values.length);
          expect(Math.abs((quantile(histogram, share) ?? NaN) - exact)).toBeLessThanOrEqual(exact / 16 + 1);
        },
      ),
    );
  });

  it('is drawn in few bins that hold all of it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1e6)), (values) => {
        const builder = createHistogram();
        values.forEach(builder.add);
        const bins = binsOf(builder.build(), 20);
        expect(bins.length).toBeLessThanOrEqual(21);
        expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(values.length);
      }),
    );
  });

  it('takes whole numbers only', () => {
    for (const value of [-1, 0.5, NaN, Infinity])
      expect(() => createHistogram().add(value)).toThrow(RangeError);
    expect(quantile(createHistogram().build(), 0.5)).toBeNull();
    expect(binsOf(createHistogram().build())).toEqual([]);
  });
});

describe('a tally', () => {
  const CAP = 5;
  const texts = fc.array(fc.constantFrom(...Array.from({ length: 20 }, (_, at) => `text ${at}`)), {
    maxLength: 60,
  });
  const tallyOf = (given: readonly string[]): Tally => {
    const tally = createTally(CAP);
    given.forEach(tally.add);
    return tally.build();
  };

  it('of parts is that of the whole, beyond the cap too', () => {
    fc.assert(
      fc.property(texts, texts, texts, (a, b, c) => {
        const whole = tallyOf([...a, ...b, ...c]);
        const [x, y, z] = [tallyOf(a), tallyOf(b), tallyOf(c)];
        expect(mergeTallies(mergeTallies(x, y, CAP), z, CAP)).toEqual(whole);
        expect(mergeTallies(z, mergeTallies(y, x, CAP), CAP)).toEqual(whole);
      }),
    );
  });

  it('has exact counts of what it keeps, and says whether that is all', () => {
    fc.assert(
      fc.property(texts, (given) => {
        const { total, complete, counts } = tallyOf(given);
        expect(total).toBe(given.length);
        expect(complete).toBe(new Set(given).size <= CAP);
        for (const [key, count] of counts)
          expect(count).toBe(given.filter((text) => tallyKey(text) === key).length);
      }),
    );
  });

  it('tells how many different texts there are: exactly up to the cap, roughly beyond', () => {
    expect(differentTexts(tallyOf(['a', 'b', 'a']))).toBe(2);
    const many = createTally(1000);
    for (let at = 0; at < 50_000; at += 1) many.add(`text ${at}`);
    const estimate = differentTexts(many.build());
    expect(Math.abs(estimate / 50_000 - 1)).toBeLessThan(0.1);
    expect(mostFrequent(tallyOf(['a', 'b', 'a']), 1)).toEqual([[tallyKey('a'), 2]]);
  });
});

const word = fc.constantFrom('hello', 'Привет', '你好', 'card_arrival', '__proto__', '🙂');
const rows: fc.Arbitrary<TrainingRow> = fc.oneof(
  fc.record({ prompt: word, completion: word }),
  fc.tuple(word, word).map(([question, answer]) => ({
    messages: [
      { role: 'user' as const, content: [{ type: 'text' as const, text: question }] },
      {
        role: 'assistant' as const,
        content: answer,
        tool_calls: [{ id: 'c', type: 'function' as const, function: { name: question, arguments: '{}' } }],
      },
    ],
  })),
  fc.tuple(word, word, word).map(([question, good, bad]) => ({
    input: { messages: [{ role: 'user' as const, content: question }] },
    preferred_output: [{ role: 'assistant' as const, content: good }],
    non_preferred_output: [{ role: 'assistant' as const, content: bad }],
  })),
);
const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('kept' as const),
      row: rows,
      split: fc.constantFrom('train', 'validation'),
      tokens: fc.nat(70_000),
    }),
    fc.record({
      kind: fc.constantFrom('rejected' as const, 'redacted' as const),
      name: fc.constantFrom('email', 'missing_content', '__proto__'),
    }),
    fc.record({
      kind: fc.constant('duplicate' as const),
      name: fc.constantFrom('exact' as const, 'near' as const, 'semantic' as const),
    }),
  ),
);

function statisticsOf(given: typeof steps extends fc.Arbitrary<infer T> ? T : never): DatasetStatistics {
  const statistics = createStatistics();
  for (const step of given) {
    statistics.read();
    if (step.kind === 'kept')
      statistics.kept(step.split, step.row, {
        tokens: step.tokens,
        billable: Math.min(65_536, step.tokens),
        cut: step.tokens > 65_536,
        messages: 2,
        assumedImages: 0,
      });
    else if (step.kind === 'duplicate') statistics.duplicate(step.name);
    else statistics[step.kind](step.name);
  }
  return statistics.build();
}

describe('statistics of a dataset', () => {
  it('are the same bytes however the rows are shared out among workers', () => {
    fc.assert(
      fc.property(steps, steps, steps, (a, b, c) => {
        const whole = JSON.stringify(statisticsOf([...a, ...b, ...c]));
        const [x, y, z] = [statisticsOf(a), statisticsOf(b), statisticsOf(c)];
        expect(JSON.stringify(mergeStatistics(mergeStatistics(x, y), z))).toBe(whole);
        expect(JSON.stringify(mergeStatistics(z, mergeStatistics(y, x)))).toBe(whole);
        expect(
          JSON.stringify(mergeStatistics(EMPTY_STATISTICS, mergeStatistics(x, mergeStatistics(y, z)))),
        ).toBe(whole);
      }),
    );
  });

  it('come back from JSON as they were, and hold nothing that a row says', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const statistics = statisticsOf(given);
        const json = JSON.stringify(statistics);
        expect(JSON.parse(json)).toEqual(statistics);
        expect(json).not.toMatch(/hello|Привет|你好|card_arrival|🙂/);
      }),
    );
  });

  it('tell turns, lengths by role, scripts, labels, tools and what would be cut', () => {
    const statistics = createStatistics();
    const tokens = { tokens: 70_000, billable: 65_536, cut: true, messages: 2, assumedImages: 1 };
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } } as const;
    for (const [split, answer] of [
      ['train', 'yes'],
      ['train', ' yes '],
      ['validation', 'нет'],
    ] as const)
      statistics.kept(
        split,
        {
          messages: [
            { role: 'user', content: '漢字かな' },
            { role: 'assistant', content: answer, tool_calls: [call] },
          ],
          tools: [{ type: 'function', function: { name: 'f' } }],
        },
        tokens,
      );
    const built = statistics.build();
    const whole = wholeOf(built);
    expect(built.splits.map(([name, { rows: kept }]) => [name, kept])).toEqual([
      ['train', 2],
      ['validation', 1],
    ]);
    expect(whole).toMatchObject({
      rows: 3,
      billableTokens: 3 * 65_536,
      cutRows: 3,
      assumedImages: 3,
      rowsWithTools: 3,
      toolCalls: 3,
    });
    expect(mean(whole.turns)).toBe(2);
    expect(whole.messageLengths.map(([role, lengths]) => [role, lengths.max])).toEqual([
      ['assistant', 5],
      ['user', 4],
    ]);
    expect(whole.scripts).toEqual([
      ['Cyrillic', 3],
      ['Han', 6],
      ['Japanese kana', 6],
      ['Latin', 6],
    ]);
    expect(mostFrequent(whole.labels, 9)).toEqual([
      [tallyKey('yes'), 2],
      [tallyKey('нет'), 1],
    ]);
    expect(whole.tools.counts).toEqual([[tallyKey('f'), 3]]);
  });

  it('merge histograms of very different parts', () => {
    const [small, large] = [createHistogram(), createHistogram()];
    small.add(1);
    large.add(1_000_000);
    expect(mergeHistograms(small.build(), large.build())).toMatchObject({ count: 2, min: 1, max: 1_000_000 });
  });
});
