import type { Checkpoint } from './checkpoint.ts';
import { createCompactTree, hex, leafHash } from './merkle.ts';

/** Where a tree left off: JSON, which holds no event. */
export interface CoveredTreeState {
  readonly size: number;
  readonly peaks: readonly string[];
  /** Newest size that a checkpoint vouches for, and that was found to be so. */
  readonly covered: number;
  /** Time of the first event after `covered`. */
  readonly firstUncovered: string | null;
}

export const EMPTY_TREE: CoveredTreeState = { size: 0, peaks: [], covered: 0, firstUncovered: null };

/**
 * A tenant's tree as it grows, compared with the checkpoints that vouch for it.
 * @param expected checkpoints of more events than the tree has, ascending
 */
export function createCoveredTree<C extends Checkpoint>(from: CoveredTreeState, expected: readonly C[]) {
  const tree = createCompactTree(from);
  let due = [...expected];
  let { covered, firstUncovered } = from;
  return {
    get size() {
      return tree.size;
    },
    /** Other checkpoints have become known. */
    expect(others: readonly C[]): void {
      due = [...others];
    },
    /** @returns the checkpoints of the size that it has now and of another root */
    append(hash: string, time: string): C[] {
      tree.append(leafHash(Buffer.from(hash, 'hex')));
      firstUncovered ??= time;
      const refuted: C[] = [];
      for (let next = due[0]; next !== undefined && next.size <= tree.size; next = due[0]) {
        due.shift();
        if (next.size < tree.size) continue;
        if (hex(tree.root()) === next.root) {
          covered = next.size;
          firstUncovered = null;
        } else refuted.push(next);
      }
      return refuted;
    },
    /** The largest checkpoint that it has not come to. */
    unmet: (): C | undefined => due.at(-1),
    root: (): string => hex(tree.root()),
    state: (): CoveredTreeState => ({ size: tree.size, peaks: tree.peaks(), covered, firstUncovered }),
  };
}
