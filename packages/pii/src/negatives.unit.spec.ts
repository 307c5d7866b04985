import { detect } from './detect.ts';
import { negativeLines } from './testing/negatives.ts';

const LINES = 20_000;
const SEED = 20261201;
const MOST = 0.001;

describe('lines without personal data', () => {
  const lines = negativeLines(SEED, LINES);

  it('are the same for a seed, and others for another', () => {
    expect(negativeLines(SEED, 100)).toEqual(lines.slice(0, 100));
    expect(negativeLines(SEED + 1, 100)).not.toEqual(lines.slice(0, 100));
  });

  it.each(['sums', 'prose', 'code', 'logs', 'tables', 'versions'])(
    'hardly ever have any found in them: %s',
    (kind) => {
      const texts = lines.filter((line) => line.kind === kind).map(({ text }) => text);
      expect(texts.length).toBeGreaterThan(LINES / 10);
      const taken = texts.filter((text) => detect(text).length > 0);
      expect({ taken: taken.slice(0, 5), few: taken.length <= texts.length * MOST }).toEqual({
        taken: taken.slice(0, 5),
        few: true,
      });
    },
  );
});
