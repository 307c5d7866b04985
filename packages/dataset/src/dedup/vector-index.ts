import { createSpool } from './spool.ts';

/** Vectors that are compared at once. */
const BLOCK_BYTES = 1_048_576;

export interface Neighbour {
  readonly id: number;
  /** Cosine. */
  readonly similarity: number;
}

/** Where vectors of length 1 are kept and looked up. */
export interface VectorIndex {
  add(id: number, vector: Float32Array): Promise<void>;
  /**
   * For each vector the most similar one that was added, the earlier one of equals; null where none has at least
   * `minSimilarity`.
   */
  nearest(vectors: readonly Float32Array[], minSimilarity: number): Promise<(Neighbour | null)[]>;
  close(): Promise<void>;
}

/** Exact search in process, through a megabyte of vectors at a time: they are spooled to `dir`. */
export function createExactVectorIndex(options: {
  readonly dims: number;
  readonly dir?: string;
}): VectorIndex {
  const { dims, dir } = options;
  const ids = createSpool(dir);
  const vectors = createSpool(dir);
  const perBlock = Math.max(1, Math.floor(BLOCK_BYTES / (dims * 4)));
  return {
    async add(id, vector) {
      ids.push(id);
      vectors.append(new Uint32Array(checked(vector, dims).slice().buffer));
    },
    async nearest(asked, minSimilarity) {
      const best = asked.map((vector): Neighbour | null => (checked(vector, dims), null));
      for (let from = 0; from < ids.length; from += perBlock) {
        const count = Math.min(perBlock, ids.length - from);
        const blockIds = new Uint32Array(count);
        ids.read(from, blockIds);
        const words = new Uint32Array(count * dims);
        vectors.read(from * dims, words);
        const block = new Float32Array(words.buffer);
        asked.forEach((vector, which) => {
          let least = best[which]?.similarity ?? minSimilarity;
          for (let at = 0; at < count; at += 1) {
            const similarity = cosine(vector, block, at * dims);
            if (similarity > least || (similarity === least && best[which] === null)) {
              best[which] = { id: blockIds[at] ?? 0, similarity };
              least = similarity;
            }
          }
        });
      }
      return best;
    },
    async close() {
      ids.close();
      vectors.close();
    },
  };
}

/** Of vectors of length 1. */
export function cosine(a: Float32Array, b: Float32Array, from = 0): number {
  let sum0 = 0;
  let sum1 = 0;
  let at = 0;
  for (; at + 1 < a.length; at += 2) {
    sum0 += (a[at] ?? 0) * (b[from + at] ?? 0);
    sum1 += (a[at + 1] ?? 0) * (b[from + at + 1] ?? 0);
  }
  if (at < a.length) sum0 += (a[at] ?? 0) * (b[from + at] ?? 0);
  // Rounding takes the product of a vector with itself above 1.
  return Math.min(1, sum0 + sum1);
}

/** @throws RangeError for a vector of other dimensions */
export function checked(vector: Float32Array, dims: number): Float32Array {
  if (vector.length !== dims)
    throw new RangeError(`a vector has ${dims} dimensions here, not ${vector.length}`);
  return vector;
}
