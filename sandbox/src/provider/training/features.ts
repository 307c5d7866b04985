import { hashText } from './random.ts';

/** A sparse vector: bucket ids, ascending and distinct, and their values (L2 norm 1 unless empty). */
export interface Features {
  readonly ids: Uint32Array;
  readonly values: Float32Array;
}

/** What a model sees of a conversation. */
export interface Prompt {
  /** The text of the last user message. */
  readonly question: string;
  /** The two messages before it, without the system prompt; they count for less. */
  readonly history: string;
}

/** 2^15 buckets: few enough for weights of some megabytes, enough that two words of a data set seldom share one. */
export const BUCKETS = 1 << 15;
const HISTORY_WEIGHT = 0.3;
const MAX_WORDS = 2000;

export function wordsOf(text: string): string[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.length > MAX_WORDS ? words.slice(-MAX_WORDS) : words;
}

/** Hashed words and pairs of words of the question, and words of what was said before. */
export function promptFeatures(prompt: Prompt): Features {
  const sums = new Map<number, number>();
  const words = wordsOf(prompt.question);
  addGrams(sums, words, '', 1);
  if (prompt.history !== '') addWords(sums, wordsOf(prompt.history), 'h:', HISTORY_WEIGHT);
  return normalised(sums);
}

/** Hashed words and pairs of one text; `dimensions` buckets. */
export function textFeatures(text: string, dimensions = BUCKETS): Features {
  const sums = new Map<number, number>();
  addGrams(sums, wordsOf(text), '', 1, dimensions);
  return normalised(sums);
}

function addGrams(
  sums: Map<number, number>,
  words: readonly string[],
  prefix: string,
  weight: number,
  dimensions = BUCKETS,
): void {
  addWords(sums, words, prefix, weight, dimensions);
  for (let index = 1; index < words.length; index++) {
    const pair = `${prefix}${words[index - 1] ?? ''} ${words[index] ?? ''}`;
    add(sums, hashText(pair) % dimensions, weight);
  }
}

function addWords(
  sums: Map<number, number>,
  words: readonly string[],
  prefix: string,
  weight: number,
  dimensions = BUCKETS,
): void {
  for (const word of words) add(sums, hashText(prefix + word) % dimensions, weight);
}

function add(sums: Map<number, number>, id: number, value: number): void {
  sums.set(id, (sums.get(id) ?? 0) + value);
}

function normalised(sums: ReadonlyMap<number, number>): Features {
  const entries = [...sums].sort((left, right) => left[0] - right[0]);
  const norm = Math.sqrt(entries.reduce((total, [, value]) => total + value * value, 0)) || 1;
  return {
    ids: Uint32Array.from(entries, ([id]) => id),
    values: Float32Array.from(entries, ([, value]) => value / norm),
  };
}

/** A word cut to five letters, a poor man's stem: "charged" and "charge" meet. */
const stem = (word: string): string => word.slice(0, 5);

/**
 * How much of a label's own words occur in the text, 0..1: what a model that was never shown an example could go by.
 * `card_arrival` in "my card has not arrived" is 1.
 */
export function overlap(label: string, textStems: ReadonlySet<string>): number {
  const words = wordsOf(label.replaceAll('_', ' '));
  if (words.length === 0) return 0;
  const found = words.filter((word) => textStems.has(stem(word))).length;
  return found / words.length;
}

export const stemsOf = (text: string): ReadonlySet<string> => new Set(wordsOf(text).map(stem));
