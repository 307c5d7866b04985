import { canonicalJson } from '@ftm/contracts/canonical-json';
import type { Chunk, RejectedRow } from '../ingest/chunk.ts';
import type { RowRejection } from '../rows/row.ts';
import { createStatistics, type DatasetStatistics } from '../statistics/statistics.ts';

export const LEFT_OUT = 0;
export const TRAIN = 1;
export const VALIDATION = 2;

/** What became of the rows of one chunk; one number for each of its rows. */
export interface ChunkOutcome {
  readonly sides: Uint8Array;
  readonly tokens: Uint32Array;
  readonly billable: Uint32Array;
  readonly assumedImages: Uint32Array;
  /** Of the rows that are left out, by their place in the chunk. */
  readonly why: ReadonlyMap<number, readonly RowRejection[]>;
}

export const DATASET_FILES = ['train', 'validation', 'rejections'] as const;

/** What a chunk adds to each file of the dataset: whole lines. */
export type ChunkLines = Readonly<Record<(typeof DATASET_FILES)[number], Uint8Array>>;

export interface RowWriter {
  write(chunk: Chunk, outcome: ChunkOutcome): ChunkLines;
  /** Of all rows that were written, until then. */
  statistics(): DatasetStatistics;
}

/**
 * Lines of the rows that are kept and of why the others are not, and the statistics of what is kept, in one look at
 * each row.
 */
export function createRowWriter(): RowWriter {
  const statistics = createStatistics();
  return {
    write(chunk, outcome) {
      const lines = { train: '', validation: '' };
      const rejected: RejectedRow[] = [...chunk.rejected];
      chunk.rows.forEach(({ number, ref, row }, at) => {
        const side = outcome.sides[at];
        if (side === LEFT_OUT) {
          for (const why of outcome.why.get(at) ?? []) rejected.push({ row: number, trace_id: ref, ...why });
          return;
        }
        const name = side === TRAIN ? 'train' : 'validation';
        lines[name] += `${JSON.stringify(row)}\n`;
        const tokens = outcome.tokens[at] ?? 0;
        const billable = outcome.billable[at] ?? 0;
        statistics.kept(name, row, {
          tokens,
          billable,
          cut: billable < tokens,
          messages: 0,
          assumedImages: outcome.assumedImages[at] ?? 0,
        });
      });
      rejected.sort((a, b) => a.row - b.row);
      return {
        train: Buffer.from(lines.train),
        validation: Buffer.from(lines.validation),
        rejections: Buffer.from(rejected.map((each) => `${canonicalJson(each)}\n`).join('')),
      };
    },
    statistics: () => statistics.build(),
  };
}
