import type { RowRejection } from '../rows/row.ts';

/** A row as a source gives it: raw, so it is held no longer than it is worked on. */
export interface SourceRow {
  /** Trace id, or null. */
  readonly ref: string | null;
  /** Rows of one group never stand in both splits; null: nothing is known but the prompt. */
  readonly group: string | null;
  /** ISO 8601, or null. */
  readonly at: string | null;
  /** SHA-256 of the row as it came, hex. */
  readonly sha256: string;
  /** The row, still to be validated; or why there is none. */
  readonly row: { readonly value: unknown } | { readonly rejections: readonly RowRejection[] };
}

/** What is read at once, and becomes one chunk. */
export interface SourcePage {
  readonly rows: readonly SourceRow[];
  /** Where to go on behind this page; null when it was the last one. */
  readonly next: string | null;
}

export interface Source {
  /** From a cursor that a page gave, or from the start. The same cursor gives the same pages. */
  pages(from: string | null): AsyncIterable<SourcePage>;
}
