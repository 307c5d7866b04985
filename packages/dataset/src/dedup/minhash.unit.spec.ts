import { BANDS, keptShingles, minhash, PERMUTATIONS, similarity, sketch } from './minhash.ts';
import { jaccard, shingles } from './shingles.ts';
import { plant, questions, seeded } from './testing/planted.ts';

const signature = (text: string): Uint32Array => {
  const values = new Uint32Array(PERMUTATIONS);
  minhash(shingles(text), values);
  return values;
};

const share = (a: Uint32Array, b: Uint32Array): number =>
  a.reduce((same, value, at) => same + (value === b[at] ? 1 : 0), 0) / a.length;

describe('a MinHash signature', () => {
  test.each([6, 14, 60, 400])(
    'agrees in the part of its values that is the similarity, of texts of %d words',
    (words) => {
      const random = seeded(words);
      const corpus = plant(questions(150, random, words), 400, random).filter(({ of }) => of !== null);
      const originals = questions(150, seeded(words), words);
      const errors = corpus.map(({ text, of }) => {
        const original = originals[of ?? 0] ?? '';
        return share(signature(text), signature(original)) - jaccard(shingles(text), shingles(original));
      });
      const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
      expect(Math.abs(mean)).toBeLessThan(0.01);
      // Of 128 independent permutations at most √(.25/128) = .044.
      expect(deviation).toBeLessThan(0.044);
    },
  );

  test('differs between texts that share nothing', () => {
    expect(share(signature('a b c d e'), signature('v w x y z'))).toBeLessThan(0.02);
  }, 60_000);
});

describe('a sketch', () => {
  test('shares a band with at least 99 % of the sketches at a similarity of .8 and more, and with few below .3', () => {
    const random = seeded(5);
    const originals = questions(800, random);
    const pairs = plant(originals, 1600, random).filter(({ of, jaccard: j }) => of !== null && j >= 0.8);
    const together = (a: string, b: string): boolean => {
      const [x, y] = [sketch(a), sketch(b)];
      return x.subarray(0, BANDS).some((key, band) => key === y[band]);
    };
    const found = pairs.filter(({ text, of }) => together(text, originals[of ?? 0] ?? '')).length;
    expect(pairs.length).toBeGreaterThan(600);
    expect(found / pairs.length).toBeGreaterThan(0.99);
    const strangers = originals.filter((text, at) => together(text, originals[at + 1] ?? '')).length;
    expect(strangers / originals.length).toBeLessThan(0.02);
  }, 60_000);

  test('is the same wherever it is made, and after whatever other text', () => {
    const texts = questions(200, seeded(6));
    const before = texts.map(sketch);
    sketch('x '.repeat(50_000));
    expect(texts.toReversed().map(sketch).toReversed()).toEqual(before);
  }, 60_000);

  test('keeps all shingles of a text with fewer than 1,024, and so many of a longer one', () => {
    const [short = '', long = ''] = [questions(1, seeded(7), 100)[0], questions(1, seeded(8), 9000)[0]];
    expect(keptShingles(sketch(short))).toEqual(shingles(short));
    expect(keptShingles(sketch(long))).toHaveLength(1024);
    expect(
      similarity(keptShingles(sketch(long)), keptShingles(sketch(`${long} more words here`))),
    ).toBeGreaterThan(0.98);
  }, 60_000);
});
