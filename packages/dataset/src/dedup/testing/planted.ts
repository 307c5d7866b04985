/** A generator of numbers in [0, 1): mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Jaccard similarity of the sets of word 3-shingles, by the book: sets of strings. */
export function exactJaccard(a: string, b: string): number {
  const [left, right] = [shingleSet(a), shingleSet(b)];
  const shared = [...left].filter((shingle) => right.has(shingle)).length;
  return shared / (left.size + right.size - shared);
}

function shingleSet(text: string): Set<string> {
  const words =
    text
      .toLowerCase()
      .replaceAll(/['’]/g, '')
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(
    Array.from({ length: Math.max(1, words.length - 2) }, (_, at) => words.slice(at, at + 3).join(' ')),
  );
}

/** Questions of `words` words on average, of a vocabulary in which few words are frequent. */
export function questions(count: number, random: () => number, words = 14): string[] {
  return Array.from({ length: count }, () =>
    Array.from(
      { length: Math.ceil(words * (0.5 + random())) },
      () => `w${Math.floor(3000 * random() ** 3)}`,
    ).join(' '),
  );
}

export interface PlantedRow {
  readonly text: string;
  /** The row that this one was made from, by its place in the corpus; null of an original. */
  readonly of: number | null;
  /** To the row that this one was made from. */
  readonly jaccard: number;
}

/**
 * Originals and edited copies of some of them, each after its original: words added, dropped or replaced, or only
 * case and punctuation changed.
 */
export function plant(originals: readonly string[], copies: number, random: () => number): PlantedRow[] {
  const rows: PlantedRow[] = originals.map((text) => ({ text, of: null, jaccard: 1 }));
  for (let copy = 0; copy < copies; copy += 1) {
    const of = Math.floor(random() * originals.length);
    const original = originals[of] ?? '';
    const text = edited(original, random);
    rows.push({ text, of, jaccard: exactJaccard(original, text) });
  }
  return rows;
}

function edited(text: string, random: () => number): string {
  const words = text.split(/\s+/);
  const count = 1 + Math.floor(random() * 2);
  const added = Array.from({ length: count }, () => `x${Math.floor(random() * 1000)}`);
  const at = Math.floor(random() * words.length);
  const kind = Math.floor(random() * 5);
  if (kind === 0) return [...words, ...added].join(' ');
  if (kind === 1) return [...added, ...words].join(' ');
  if (kind === 2) return words.slice(count).join(' ');
  if (kind === 3) return words.with(at, added[0] ?? '').join(' ');
  return `${words.join('  ').toUpperCase()}!`;
}
