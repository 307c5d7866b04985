import type { Chunk } from '../ingest/chunk.ts';
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
}

/** Statistics of the rows of a chunk that are kept, and of why the others are not. */
export function summarise(chunk: Chunk, outcome: ChunkOutcome): DatasetStatistics {
  const statistics = createStatistics();
  chunk.rows.forEach(({ row }, at) => {
    const side = outcome.sides[at];
    if (side === LEFT_OUT) return;
    const tokens = outcome.tokens[at] ?? 0;
    const billable = outcome.billable[at] ?? 0;
    statistics.kept(side === TRAIN ? 'train' : 'validation', row, {
      tokens,
      billable,
      cut: billable < tokens,
      messages: 0,
      assumedImages: outcome.assumedImages[at] ?? 0,
    });
  });
  return statistics.build();
}
