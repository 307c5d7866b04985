import fc from 'fast-check';
import { detect } from './detect.ts';
import { createPseudonymiser } from './pseudonyms.ts';
import { plantedCanaries } from './testing/canaries.ts';
import { ALL_TYPES, STRUCTURED } from './types.ts';

const key = (tenant: string): Uint8Array => Buffer.from(tenant.padEnd(32, '.'));
const acme = createPseudonymiser(key('acme'));
const globex = createPseudonymiser(key('globex'));
const TYPES = [...STRUCTURED, 'PERSON'] as const;
const clean = (...texts: string[]): readonly string[] => acme(texts, TYPES).texts;
const placeholders = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => [...text.matchAll(/\[[A-Z_]+_\d+\]/g)].map(([each]) => each));

describe('placeholders of a dialogue', () => {
  it.each([
    ['an address in other letters', 'jo@example.org', 'JO@Example.org'],
    ['an address spelled out', 'jo@example.org', 'jo [at] example [dot] org'],
    ['a card in other groups', '4111 1111 1111 1111', '4111-1111-1111-1111'],
    ['a card in full-width digits', '4111 1111 1111 1111', '４１１１ １１１１ １１１１ １１１１'],
    ['a number with and without its country', 'phone +49 30 901820', 'phone 030 901820'],
    ['an IBAN in other groups', 'DE89 3704 0044 0532 0130 00', 'de89370400440532013000'],
    ['a person by the first name', 'My name is Maren Lindqvist', 'Thanks, Maren'],
    ['a person by the last name', 'My name is Maren Lindqvist', 'Dear Mrs. Lindqvist'],
    ['a person whose full name comes later', 'Thanks, Maren', 'My name is Maren Lindqvist'],
  ])('are the same for %s', (_what, one, other) => {
    const [first, second, ...more] = placeholders(clean(one, other));
    expect(first).toMatch(/^\[[A-Z]+_\d{3}\]$/);
    expect(second).toBe(first);
    expect(more).toEqual([]);
  });

  it.each([
    ['a number that one text calls a telephone', 'Call me on 612345678', 'to: 612345678', 'to: [X]'],
    [
      'a password that one text calls one',
      'my password is hunter22',
      'It was hunter22, sorry',
      'It was [X], sorry',
    ],
    ['a day of birth', 'DOB: 1990-02-03', 'day: 1990-02-03', 'day: [X]'],
  ])('stand for %s wherever it stands', (_what, one, other, expected) => {
    const [first = '', second = ''] = clean(one, other);
    expect(second.replace(placeholders([first])[0] ?? '?', '[X]')).toBe(expected);
  });

  it('stand for no part of a longer number, and for no number that nobody called anything', () => {
    const [, ...others] = clean('Call me on 612345678', '16123456789 and a612345678', 'to: 712345678');
    expect(others).toEqual(['16123456789 and a612345678', 'to: 712345678']);
  });

  it('are others for other values', () => {
    const found = placeholders(
      clean('jo@example.org, ann@example.org', '+44 20 7946 0958 or +44 20 7946 0959'),
    );
    expect(new Set(found).size).toBe(4);
  });

  it('take a first name that two people have for neither of them', () => {
    const found = placeholders(
      clean('It is about Maren Lindqvist and about Maren Petersen.', 'Thanks, Maren'),
    );
    expect(new Set(found).size).toBe(3);
  });

  it('are neither given twice nor found again', () => {
    const [given = ''] = placeholders(clean('jo@example.org'));
    const [kept, fresh] = placeholders(clean(`${given} and ann@example.org`));
    expect(kept).toBe(given);
    expect(fresh).not.toBe(given);
  });

  it('say nothing that two tenants could compare, and the same to one tenant at any time', () => {
    const texts = plantedCanaries(3).map(({ text }) => text);
    const [ours, theirs] = [acme(texts, ALL_TYPES).texts, globex(texts, ALL_TYPES).texts];
    const shared = placeholders(ours).filter((each) => placeholders(theirs).includes(each));
    expect(placeholders(ours).length).toBeGreaterThan(20);
    expect(shared.length).toBeLessThan(3);
    expect(createPseudonymiser(key('acme'))(texts, ALL_TYPES).texts).toEqual(ours);
  });

  it('carry no part of the value: another value in the same place is the same placeholder', () => {
    expect(clean('Mail jo@example.org')).toEqual(clean('Mail somebody.else@example.com'));
  });

  it('are counted by type', () => {
    expect([...acme(['jo@example.org JO@example.org', '203.0.113.9'], TYPES).counts]).toEqual([
      ['EMAIL', 2],
      ['IP', 1],
    ]);
  });

  it('do not run out', () => {
    const many = Array.from({ length: 2000 }, (_each, index) => `user${index}@example.org`).join(' ');
    expect(new Set(placeholders(clean(many))).size).toBe(2000);
  });
});

const piece = fc.oneof(
  fc.constantFrom(...plantedCanaries(7).flatMap(({ text, value }) => [text, value])),
  fc.constantFrom(
    'My name is ',
    'Dear ',
    ' 42 ',
    '. ',
    ', ',
    '\n',
    ' [EMAIL_123] ',
    'Thanks, Maren',
    ' and ',
    '+',
    '%40',
    '“',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const dialogue = fc.array(
  fc.array(piece, { maxLength: 6 }).map((parts) => parts.join('')),
  { maxLength: 4 },
);

describe('whatever a dialogue says', () => {
  it('nothing is found in it once it is sanitised, and sanitising again changes nothing', () => {
    fc.assert(
      fc.property(dialogue, (texts) => {
        const once = acme(texts, ALL_TYPES).texts;
        expect(once.flatMap((text) => detect(text, ALL_TYPES))).toEqual([]);
        expect(acme(once, ALL_TYPES).texts).toEqual(once);
        expect(once).toHaveLength(texts.length);
      }),
      { numRuns: 300 },
    );
  });

  it('findings lie in the text, in order, apart from each other', () => {
    fc.assert(
      fc.property(dialogue, (texts) => {
        for (const text of texts) {
          let at = 0;
          for (const { start, end } of detect(text, ALL_TYPES)) {
            expect(start).toBeGreaterThanOrEqual(at);
            expect(end).toBeGreaterThan(start);
            at = end;
          }
          expect(at).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('canaries', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('of seed %d are all caught, whatever their shape', (seed) => {
    const leaks = plantedCanaries(seed).filter(({ text, value, plain }) => {
      const said = clean(text).join('');
      return said.includes(value) || said.includes(plain);
    });
    expect(leaks).toEqual([]);
  });
});
