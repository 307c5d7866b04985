import { createColumn } from '../dedup/column.ts';
import { EMPTY_STATISTICS, mergeStatistics, type DatasetStatistics } from '../statistics/statistics.ts';
import type { RowRejection } from '../rows/row.ts';
import type { AnalysedChunk } from './analyse-rows.ts';
import type { Fate } from './decide-rows.ts';
import { LEFT_OUT, TRAIN, VALIDATION, type ChunkOutcome } from './write-rows.ts';

/** What was counted of a dataset before any of it is written. */
export interface Total {
  readonly rejectedByCode: ReadonlyMap<string, number>;
  readonly rejectedRows: number;
  readonly redactions: ReadonlyMap<string, number>;
  readonly scanIds: readonly string[];
  readonly policyVersions: readonly string[];
}

/** Counts over chunks in source order, and then over what became of their rows. Holds three numbers a row. */
export function createTally() {
  const tokens = createColumn();
  const billable = createColumn();
  const assumedImages = createColumn();
  const rowsOfChunks: number[] = [];
  const rejectedByCode = new Map<string, number>();
  const redactions = new Map<string, number>();
  const policyVersions = new Set<string>();
  const scanIds: string[] = [];
  let rejectedRows = 0;
  const count = (counts: Map<string, number>, code: string, by = 1): void =>
    void counts.set(code, (counts.get(code) ?? 0) + by);

  return {
    add({ ingested, rows }: AnalysedChunk): void {
      for (const [code, n] of Object.entries(ingested.rejectedByCode)) count(rejectedByCode, code, n);
      for (const [type, n] of Object.entries(ingested.redactions)) count(redactions, type, n);
      rejectedRows += ingested.rejectedRows;
      scanIds.push(...ingested.scanIds);
      if (ingested.policyVersion !== null) policyVersions.add(ingested.policyVersion);
      rowsOfChunks.push(rows.length);
      for (const each of rows) {
        const counted = 'broken' in each ? null : each.tokens;
        tokens.push(counted?.tokens ?? 0);
        billable.push(counted?.billable ?? 0);
        assumedImages.push(counted?.assumedImages ?? 0);
      }
    },
    total(fates: Iterable<Fate>): Total {
      const codes = new Map(rejectedByCode);
      let rejected = rejectedRows;
      for (const fate of fates) {
        if (typeof fate === 'string') continue;
        rejected += 1;
        for (const { code } of fate.rejected) count(codes, code);
      }
      return {
        rejectedByCode: codes,
        rejectedRows: rejected,
        redactions,
        scanIds,
        policyVersions: [...policyVersions].sort(),
      };
    },
    /** What became of the rows, chunk by chunk: what files and statistics are made from. */
    *outcomes(fates: Iterator<Fate, undefined>): Generator<ChunkOutcome, undefined> {
      let index = 0;
      for (const rows of rowsOfChunks) {
        const why = new Map<number, readonly RowRejection[]>();
        const outcome: ChunkOutcome = {
          sides: new Uint8Array(rows),
          tokens: new Uint32Array(rows),
          billable: new Uint32Array(rows),
          assumedImages: new Uint32Array(rows),
          why,
        };
        for (let at = 0; at < rows; at += 1) {
          const fate = fates.next().value;
          if (typeof fate === 'object') why.set(at, fate.rejected);
          outcome.sides[at] = fate === 'train' ? TRAIN : fate === 'validation' ? VALIDATION : LEFT_OUT;
          outcome.tokens[at] = tokens.get(index);
          outcome.billable[at] = billable.get(index);
          outcome.assumedImages[at] = assumedImages.get(index);
          index += 1;
        }
        yield outcome;
      }
    },
  };
}

/** Statistics of all parts. */
export const mergeAll = (parts: readonly DatasetStatistics[]): DatasetStatistics =>
  parts.reduce(mergeStatistics, EMPTY_STATISTICS);
