import type { TrainingRow } from '../rows/row.ts';
import { plain, promptMessages, textOf } from './canonical.ts';
import { overlap, shingles } from './shingles.ts';

/**
 * A case with fewer shingles (five words and less) is found inside other text by chance: it must be asked as such,
 * not be contained.
 */
const MIN_CONTAINED_SHINGLES = 4;

export interface EvalPrompt {
  readonly suite: string;
  readonly case: string;
  /** What the user says in the case, a text a message. */
  readonly questions: readonly string[];
}

export interface ContaminationMatch {
  readonly suite: string;
  readonly case: string;
  /** The row asks the same; nearly the same; or has the case inside a longer prompt. */
  readonly kind: 'exact' | 'near' | 'contained';
  /**
   * Exact: 1. Near: Jaccard similarity of word 3-shingles. Contained: the part of the case's shingles that the row's
   * prompt has.
   */
  readonly similarity: number;
}

export interface ContaminationIndex {
  readonly cases: number;
  find(row: TrainingRow): ContaminationMatch | null;
}

/**
 * Finds eval cases in the prompts of training rows. A case that is nearly the same as a prompt has most of its
 * shingles in it, so both are one search for containment. It is exact, where MinHash would estimate: suites are small
 * enough to index the shingles themselves. A case that has at least `threshold` of its n shingles in a row shares one
 * of any n − ⌈threshold·n⌉ + 1 of them with it (the prefix filter of set-similarity joins), so only so many of its
 * rarest are indexed. Memory grows with the cases only.
 */
export function createContaminationIndex(
  cases: readonly EvalPrompt[],
  options: { readonly threshold?: number } = {},
): ContaminationIndex {
  const { threshold = 0.8 } = options;
  if (!(threshold > 0 && threshold <= 1))
    throw new RangeError(`a threshold for contamination is above 0 and at most 1, not ${threshold}`);
  const exact = new Map<string, EvalPrompt>();
  for (const each of cases) {
    const key = canonicalQuestions(each.questions);
    if (key !== null && !exact.has(key)) exact.set(key, each);
  }
  const indexed = cases
    .filter(({ questions }) => canonicalQuestions(questions) !== null)
    .map((of) => ({ of, set: union(of.questions) }));
  const postings = rarest(
    indexed.map(({ set }) => set),
    threshold,
  );

  return {
    cases: cases.length,
    find(row) {
      const messages = promptMessages(row);
      const questions = messages.filter(({ role }) => role === 'user').map(textOf);
      for (const asked of [questions, ...(questions.length > 1 ? questions.map((text) => [text]) : [])]) {
        const same = exact.get(canonicalQuestions(asked) ?? '');
        if (same !== undefined) return { suite: same.suite, case: same.case, kind: 'exact', similarity: 1 };
      }
      const all = union(messages.map(textOf));
      const askedFor = union(questions);
      const nominated = new Set<number>();
      for (const shingle of all) for (const at of postings.get(shingle) ?? []) nominated.add(at);
      let best: ContaminationMatch | null = null;
      for (const at of [...nominated].sort((a, b) => a - b)) {
        const candidate = indexed[at];
        if (candidate === undefined) continue;
        const match = compared(candidate.set, askedFor, all, threshold);
        if (match !== null && (best === null || match.similarity > best.similarity))
          best = { suite: candidate.of.suite, case: candidate.of.case, ...match };
      }
      return best;
    },
  };
}

function compared(
  ofCase: Uint32Array,
  asked: Uint32Array,
  all: Uint32Array,
  threshold: number,
): Pick<ContaminationMatch, 'kind' | 'similarity'> | null {
  const near = overlap(ofCase, asked, Infinity);
  if (near >= threshold) return { kind: 'near', similarity: near };
  if (ofCase.length < MIN_CONTAINED_SHINGLES) return null;
  const contained =
    ofCase.reduce((shared, shingle) => shared + (has(all, shingle) ? 1 : 0), 0) / ofCase.length;
  return contained >= threshold ? { kind: 'contained', similarity: contained } : null;
}

/** Null when nothing is said: nothing equals it. */
function canonicalQuestions(questions: readonly string[]): string | null {
  const texts = questions.map(plain).filter((text) => text !== '');
  return texts.length === 0 ? null : texts.join('\n');
}

/** The rarest shingles of each case, and the cases that each was taken for. */
function rarest(sets: readonly Uint32Array[], threshold: number): ReadonlyMap<number, readonly number[]> {
  const frequency = new Map<number, number>();
  for (const set of sets)
    for (const shingle of set) frequency.set(shingle, (frequency.get(shingle) ?? 0) + 1);
  const postings = new Map<number, number[]>();
  sets.forEach((set, at) => {
    const needed = Math.ceil(threshold * set.length - 1e-9);
    const prefix = [...set]
      .sort((a, b) => (frequency.get(a) ?? 0) - (frequency.get(b) ?? 0) || a - b)
      .slice(0, set.length - needed + 1);
    for (const shingle of prefix) {
      const of = postings.get(shingle);
      if (of === undefined) postings.set(shingle, [at]);
      else of.push(at);
    }
  });
  return postings;
}

/** The shingles of all texts, none across two of them. */
function union(texts: readonly string[]): Uint32Array {
  const sets = texts.filter((text) => text.trim() !== '').map(shingles);
  if (sets.length === 1 && sets[0] !== undefined) return sets[0];
  const all = new Uint32Array(sets.reduce((total, set) => total + set.length, 0));
  let at = 0;
  for (const set of sets) {
    all.set(set, at);
    at += set.length;
  }
  all.sort();
  return all.filter((shingle, index) => index === 0 || shingle !== all[index - 1]);
}

function has(ascending: Uint32Array, value: number): boolean {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return ascending[low] === value;
}
