import { digest } from '@ftm/contracts/ids';
import { share } from '../ingest/ingest.ts';

export type SplitBy = 'random' | 'stratified' | 'grouped' | 'time';

export interface SplitRecipe {
  /** Share of validation rows, 0 to 0.5. */
  readonly validationFraction: number;
  readonly by: SplitBy;
  readonly seed: number;
}

/** What a row is divided by; only what the split asks for is worked out. */
export interface SplitKey {
  /** What the row says. */
  content(): string;
  /** User or conversation; else what it asks. */
  group(): string;
  /** Milliseconds since 1970; null: unknown, and taken for the oldest. */
  atMs(): number | null;
}

/**
 * A row's place in the order that validation rows are taken in: by chance, which seed and content decide, or by time.
 */
export function splitScore({ by, seed }: SplitRecipe, key: SplitKey): number {
  switch (by) {
    case 'random':
    case 'stratified':
      return share(digest('ftm.split', String(seed), key.content()));
    case 'grouped':
      return share(digest('ftm.split', String(seed), key.group()));
    case 'time':
      return key.atMs() ?? -Infinity;
  }
}

/** Rows that were kept, in source order. */
export interface ScoredRow {
  readonly score: number;
  /** What the answer is, where answers repeat; rows without one are one stratum. */
  readonly label: string | null;
}

/** More different answers than this are no labels: the rows of all others are one stratum. */
const MAX_STRATA = 10_000;

/**
 * Which of the rows are held back for validation. `random` and `grouped` decide each row or group for itself, so that
 * their share is the recipe's on average; `stratified` and `time` take exactly the share, rounded.
 * @param most rows that there can be
 * @returns one byte a row, 1 for validation
 */
export function divide(
  { validationFraction, by }: SplitRecipe,
  rows: Iterable<ScoredRow>,
  most: number,
): Uint8Array {
  if (by === 'random' || by === 'grouped') {
    const held = new Uint8Array(most);
    let count = 0;
    for (const { score } of rows) held[count++] = score < validationFraction ? 1 : 0;
    return held.subarray(0, count);
  }
  const scores: number[] = [];
  const strata = new Map<string, number[]>();
  for (const { score, label } of rows) {
    const index = scores.push(score) - 1;
    if (by !== 'stratified') continue;
    const name = label !== null && (strata.has(label) || strata.size < MAX_STRATA) ? label : '';
    const members = strata.get(name);
    if (members === undefined) strata.set(name, [index]);
    else members.push(index);
  }
  const validation = new Uint8Array(scores.length);
  const scoreAt = (index: number): number => scores[index] ?? 0;
  // The lowest chance first; by time the newest first.
  const direction = by === 'time' ? -1 : 1;
  const groups = by === 'time' ? [scores.map((_, index) => index)] : [...strata.values()];
  for (const members of groups) {
    members.sort((a, b) => direction * Math.sign(scoreAt(a) - scoreAt(b) || 0) || a - b);
    for (const index of members.slice(0, Math.round(members.length * validationFraction)))
      validation[index] = 1;
  }
  return validation;
}
