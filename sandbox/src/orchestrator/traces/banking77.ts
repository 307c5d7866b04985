import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

export interface Question {
  readonly text: string;
  readonly category: string;
}

/** The shipped copy of BANKING77 (CC-BY-4.0, PolyAI). */
export function banking77(part: 'train' | 'test'): Question[] {
  return parse(readFileSync(join(import.meta.dirname, '../../../data', `banking77-${part}.csv`)), {
    columns: true,
    skip_empty_lines: true,
  });
}

/** Deterministic shuffle: Fisher and Yates with a seeded generator. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const copy = [...items];
  for (let at = copy.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [copy[at], copy[other]] = [copy[other] as T, copy[at] as T];
  }
  return copy;
}

export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
