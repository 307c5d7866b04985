import { detect } from './detect.ts';
import { MISSED, TAKEN_FOR } from './testing/cases.ts';
import { negatives } from './testing/negatives.ts';
import { STRUCTURED } from './types.ts';

describe.each(Object.entries(TAKEN_FOR))('nobody’s data, once taken for %s', (_what, lines) => {
  it.each(lines)('%s', (line) => {
    expect(detect(line, STRUCTURED)).toEqual([]);
  });
});

describe('somebody’s data, once missed', () => {
  it.each(MISSED)('%s in %s', (type, line, value) => {
    const found = detect(line, STRUCTURED).map((each) => [each.type, line.slice(each.start, each.end)]);
    expect(found).toEqual([[type, value]]);
  });
});

/** Rows of equal numbers are a card once in four thousand times, by its network and Luhn's sum: there is no rule for that. */
const MOST_FOUND = 0.001;

describe('20 000 lines without personal data', () => {
  it.each([1, 2])('have findings in no more than one of a thousand, of seed %d', (seed) => {
    const lines = [...negatives(seed, 20_000)];
    const found = lines.flatMap(({ kind, text }) =>
      detect(text, STRUCTURED).map(({ type, start, end }) => `${kind}: ${type} ${text.slice(start, end)}`),
    );
    expect(new Set(lines.map(({ text }) => text)).size).toBeGreaterThan(19_000);
    expect({ found, share: found.length / lines.length > MOST_FOUND }).toEqual({ found, share: false });
  });

  it('have nothing in them that would block a dataset but rows of numbers', () => {
    const sure = [...negatives(3, 20_000)].filter(({ text }) =>
      detect(text, STRUCTURED).some(({ weak }) => weak !== true),
    );
    expect(new Set(sure.map(({ kind }) => kind)).size).toBeLessThanOrEqual(1);
    expect(sure.length).toBeLessThan(10);
  });
});
