import { createColumn, type Column } from '../dedup/column.ts';
import type { DuplicateDecision } from '../dedup/decision.ts';
import type { RowRejection } from '../rows/row.ts';
import { BUILD_REMEDIES } from './remedies.ts';

const NONE = 0xffffffff;
/** Similarities are kept as whole millionths. */
const SCALE = 1_000_000;
const KINDS = ['exact', 'near', 'semantic'] as const;

/**
 * The rows that are left out as duplicates: for which row, why, and how similar. Two numbers a row.
 * @param numbers of all rows so far, ascending: what is asked by index here stands at that index there
 * @param examples of each kind that are kept
 */
export function createDuplicates(numbers: Column, examples: number) {
  /** Kept row of a duplicate, or NONE. */
  const keptRows = createColumn();
  /** Kind times twice the SCALE, plus the similarity. */
  const whys = createColumn();
  const counts = { exact: 0, near: 0, semantic: 0 };
  const found: DuplicateDecision[] = [];

  /** The row that is kept in the end: the earlier one may have been left out in its turn. */
  function survivorOf(number: number): number {
    let [low, high] = [0, numbers.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (numbers.get(middle) < number) low = middle + 1;
      else high = middle;
    }
    const next = keptRows.get(low);
    return next === NONE ? number : survivorOf(next);
  }

  function leaveOut(index: number, decision: DuplicateDecision): void {
    keptRows.set(index, decision.keptRow);
    whys.set(index, KINDS.indexOf(decision.kind) * 2 * SCALE + Math.round(decision.similarity * SCALE));
    counts[decision.kind] += 1;
    if (counts[decision.kind] <= examples) found.push(decision);
  }

  return {
    counts,
    /** One more row, which is no duplicate yet. */
    push(): void {
      keptRows.push(NONE);
      whys.push(0);
    },
    leaveOut,
    /** Decisions in the order of the rows. */
    leaveOutAll(decisions: Iterable<DuplicateDecision>): void {
      let index = 0;
      for (const decision of decisions) {
        while (numbers.get(index) !== decision.row) index += 1;
        leaveOut(index, decision);
      }
    },
    has: (index: number): boolean => keptRows.get(index) !== NONE,
    /** The first of each kind, each with the row that is kept in the end. */
    examples: (): DuplicateDecision[] =>
      found.map((each) => ({ ...each, keptRow: survivorOf(each.keptRow) })),
    rejection(index: number): RowRejection {
      const why = whys.get(index);
      const kind = KINDS[Math.floor(why / (2 * SCALE))] ?? 'exact';
      const similarity = ((why % (2 * SCALE)) / SCALE).toFixed(3);
      const earlier = keptRows.get(index);
      const survivor = survivorOf(earlier);
      const alike = kind === 'near' ? 'says nearly the same' : 'means the same';
      const says =
        kind === 'exact' ? 'says the same' : `${alike} (similarity ${similarity}), with the same answer`;
      return {
        code: `${kind}_duplicate`,
        path: '$',
        message: `row ${earlier} ${says}${survivor === earlier ? '' : `; row ${survivor} is kept for both`}`,
        remedy: BUILD_REMEDIES[`${kind}_duplicate`],
      };
    },
  };
}
