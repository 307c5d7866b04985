import type { RowRejection, TrainingRow } from '../rows/row.ts';

/** A row that TRiSM has seen. */
export interface SanitisedRow {
  /** Position in the source, from 1. */
  readonly number: number;
  readonly ref: string | null;
  readonly group: string | null;
  readonly at: string | null;
  readonly row: TrainingRow;
}

export interface RejectedRow extends RowRejection {
  readonly row: number;
  readonly trace_id: string | null;
}

/** What one page of a source has become. Everything later is made of chunks, and never of the source. */
export interface Chunk {
  /** Cursor behind the page; null when it was the last. */
  readonly next: string | null;
  /** Rows read until the end of this chunk. */
  readonly rowsRead: number;
  /** Over the rows of this chunk and all before, as they came. */
  readonly inputSha256: string;
  readonly rows: readonly SanitisedRow[];
  readonly rejected: readonly RejectedRow[];
  /** Type → how often it was replaced. */
  readonly redactions: Readonly<Record<string, number>>;
  readonly scanIds: readonly string[];
  readonly policyVersion: string | null;
  /** TRiSM refused rows altogether. */
  readonly blocked: boolean;
}

export const encodeChunk = (chunk: Chunk): Buffer => Buffer.from(JSON.stringify(chunk));
export const decodeChunk = (bytes: Buffer): Chunk => JSON.parse(bytes.toString('utf8')) as Chunk;
