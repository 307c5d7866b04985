import { fingerprint } from './canonical.ts';
import { createExactIndex } from './exact.ts';
import { seeded } from './testing/planted.ts';

describe('the index of exact duplicates', () => {
  test('names the row that came first, as a map of the texts does', () => {
    const random = seeded(1);
    const index = createExactIndex();
    const map = new Map<string, number>();
    for (let number = 0; number < 10_000; number += 1) {
      const text = `row ${Math.floor(random() * 4000)}`;
      expect(index.first(fingerprint(text), number)).toBe(map.get(text) ?? null);
      if (!map.has(text)) map.set(text, number);
    }
    expect(index.size).toBe(map.size);
  }, 60_000);

  test('needs at most 24 bytes a row, at every size', () => {
    const random = seeded(2);
    const index = createExactIndex();
    for (let number = 0; number < 150_000; number += 1) {
      index.first(
        Uint32Array.from({ length: 4 }, () => random() * 2 ** 32),
        number,
      );
      if (number >= 20_000 && number % 1000 === 0) expect(index.bytes / index.size).toBeLessThanOrEqual(24);
    }
  }, 60_000);

  test('takes row numbers from 0 to 2³²−2, and refuses others', () => {
    const index = createExactIndex();
    expect(index.first(fingerprint('a'), 0)).toBeNull();
    expect(index.first(fingerprint('a'), 1)).toBe(0);
    expect(index.first(fingerprint('b'), 0xfffffffe)).toBeNull();
    expect(index.first(fingerprint('b'), 2)).toBe(0xfffffffe);
    for (const number of [-1, 0.5, 0xffffffff, Number.NaN])
      expect(() => index.first(fingerprint('c'), number)).toThrow(/a row number is/);
  }, 60_000);
});
