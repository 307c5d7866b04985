/** Why a row is left out. Numbers are those that the caller gave the rows. */
export interface DuplicateDecision {
  readonly row: number;
  /** The earlier row that stays in the place of this one. */
  readonly keptRow: number;
  readonly kind: 'exact' | 'near' | 'semantic';
  /**
   * 1 for exact duplicates; Jaccard similarity of word 3-shingles for near ones; cosine of the embeddings for
   * semantic ones.
   */
  readonly similarity: number;
}
