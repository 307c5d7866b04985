import fc from 'fast-check';
import { jaccard, overlap, shingles } from './shingles.ts';
import { exactJaccard, plant, questions, seeded } from './testing/planted.ts';

describe('the shingles of a text', () => {
  test('give the Jaccard similarity of word triples, as sets of strings do', () => {
    const random = seeded(1);
    for (const { text, of } of plant(questions(500, random), 500, random)) {
      const other = of === null ? 'w1 w2 w3 w4' : text.slice(0, -3);
      expect(jaccard(shingles(text), shingles(other))).toBeCloseTo(exactJaccard(text, other), 12);
    }
  }, 60_000);

  test.each([
    ['case, punctuation and white space', 'Where IS my\n card?!', 'where is my card'],
    ['apostrophes of either kind', "I can't see it now", 'i can’t see it now'],
    ['compatibility forms', 'ｗｈｅｒｅ is my ﬁle', 'where is my file'],
    ['composed and decomposed letters', 'caf\u0065\u0301 open now please', 'café open now please'],
  ])(
    'take no account of %s',
    (_, a, b) => {
      expect(shingles(a)).toEqual(shingles(b));
    },
    60_000,
  );

  test.each([
    ['the operator', 'Compute: 2 + 2', 'Compute: 2 * 2'],
    ['a minus', 'Compute: 2 - 2', 'Compute: 2 2'],
    ['plus signs behind a letter', 'Who made the language C++ first', 'Who made the language C first'],
    ['a sharp behind a letter', 'Who made the language C# first', 'Who made the language C first'],
    ['a superscript', 'What is 5² here', 'What is 52 here'],
  ])('tell texts apart by %s', (_, a, b) => {
    expect(jaccard(shingles(a), shingles(b))).toBeLessThan(0.6);
  });

  test.each([
    ['a hyphen', 'my e-mail is lost', 'my e mail is lost'],
    ['a heading', '# my mail is lost', 'my mail is lost'],
  ])('take no account of %s', (_, a, b) => {
    expect(shingles(a)).toEqual(shingles(b));
  });

  test('keep the order of words', () => {
    expect(jaccard(shingles('a pays b'), shingles('b pays a'))).toBe(0);
  }, 60_000);

  test('count every character of a script without spaces as a word', () => {
    expect(jaccard(shingles('我的卡在哪里呢'), shingles('我的卡在哪里'))).toBeCloseTo(4 / 5, 12);
  }, 60_000);

  test('are never empty: short texts and texts without words equal themselves only', () => {
    const short = ['', '?', '???', '🙂', 'yes', 'no', 'yes no', 'no yes'];
    for (const a of short)
      for (const b of short) expect(jaccard(shingles(a), shingles(b))).toBe(a === b ? 1 : 0);
  }, 60_000);

  test('are ascending and without repeats, of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const set = shingles(text);
        expect(set.length).toBeGreaterThan(0);
        expect([...new Set(set)].sort((a, b) => a - b)).toEqual([...set]);
      }),
    );
  }, 60_000);

  test('of long texts are compared by their smallest members, within a few hundredths', () => {
    const words = questions(1, seeded(2), 40_000)[0]?.split(' ') ?? [];
    const a = shingles(words.join(' '));
    const b = shingles(words.slice(words.length / 8).join(' '));
    const cut = overlap(a.subarray(0, 1024), b.subarray(0, 1024), 1024);
    expect(Math.abs(cut - jaccard(a, b))).toBeLessThan(0.05);
  }, 60_000);
});
