import { createHash } from 'node:crypto';

/**
 * How often each of many texts occurs, without the texts: each is known by the start of its SHA-256. Up to
 * `TALLY_CAP` different texts all are counted; beyond it, those of the smallest hashes, which are a random sample of
 * the different texts, each with its exact count.
 *
 * Summaries that chase the most frequent texts (space-saving, Misra–Gries) depend on the order in which parts are
 * merged; this one does not, and a dataset must be the same bytes however many workers made it.
 */
export interface Tally {
  /** Of all texts, sampled or not. */
  readonly total: number;
  /** All different texts are among the counts. */
  readonly complete: boolean;
  /** Hash and count, by hash. */
  readonly counts: readonly (readonly [key: string, count: number])[];
}

export const TALLY_CAP = 10_000;
export const EMPTY_TALLY: Tally = { total: 0, complete: true, counts: [] };

/** 64 bits: two of 10,000 texts share a key in one of some 10^11 datasets. */
export const tallyKey = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);

export interface TallyBuilder {
  add(text: string): void;
  build(): Tally;
}

export function createTally(cap = TALLY_CAP): TallyBuilder {
  let counts = new Map<string, number>();
  let total = 0;
  let complete = true;
  /** Keys above it have left the sample for good. */
  let largest = 'g';

  function shrink(): void {
    const kept = sorted(counts).slice(0, cap);
    complete = false;
    counts = new Map(kept);
    largest = kept.at(-1)?.[0] ?? largest;
  }

  return {
    add(text) {
      total += 1;
      const key = tallyKey(text);
      if (key > largest) return;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      if (counts.size > cap * 2) shrink();
    },
    build() {
      if (counts.size > cap) shrink();
      return { total, complete, counts: sorted(counts) };
    },
  };
}

export function mergeTallies(a: Tally, b: Tally, cap = TALLY_CAP): Tally {
  const counts = new Map(a.counts);
  for (const [key, count] of b.counts) counts.set(key, (counts.get(key) ?? 0) + count);
  return {
    total: a.total + b.total,
    complete: a.complete && b.complete && counts.size <= cap,
    counts: sorted(counts).slice(0, cap),
  };
}

/** The most frequent first; of those that are equally frequent, the smallest hash. */
export const mostFrequent = ({ counts }: Tally, most: number): (readonly [key: string, count: number])[] =>
  counts.toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, most);

/** Different texts: exact when complete, else estimated from how far into the hashes the sample reaches. */
export function differentTexts({ complete, counts }: Tally): number {
  const last = counts.at(-1)?.[0];
  if (complete || last === undefined) return counts.length;
  return Math.round((counts.length - 1) / (Number.parseInt(last.slice(0, 13), 16) / 2 ** 52));
}

const sorted = (counts: ReadonlyMap<string, number>): (readonly [string, number])[] =>
  [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
