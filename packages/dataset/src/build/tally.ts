import { createColumn } from '../dedup/column.ts';
import type { AnalysedChunk } from './analyse-rows.ts';
import type { Fate } from './decide-rows.ts';

interface Side {
  readonly rows: number;
  readonly tokens: number;
}

/** What a dataset comes to, before any of it is written. */
export interface Total {
  readonly train: Side;
  readonly validation: Side;
  readonly rejectedByCode: ReadonlyMap<string, number>;
  readonly rejectedRows: number;
  readonly redactions: ReadonlyMap<string, number>;
  /** Rows that are kept and that the provider would cut. */
  readonly truncatedRows: number;
  readonly scanIds: readonly string[];
  readonly policyVersions: readonly string[];
}

/** Counts over chunks in source order, and then over what became of their rows. */
export function createTally() {
  const billable = createColumn();
  const cut = createColumn();
  const rejectedByCode = new Map<string, number>();
  const redactions = new Map<string, number>();
  const policyVersions = new Set<string>();
  const scanIds: string[] = [];
  let rejectedRows = 0;
  const count = (counts: Map<string, number>, code: string, by = 1): void =>
    void counts.set(code, (counts.get(code) ?? 0) + by);

  return {
    add({ ingested, rejected, facts }: AnalysedChunk): void {
      for (const [code, n] of Object.entries(ingested.rejectedByCode)) count(rejectedByCode, code, n);
      for (const [type, n] of Object.entries(ingested.redactions)) count(redactions, type, n);
      for (const { code } of rejected) count(rejectedByCode, code);
      rejectedRows += ingested.rejectedRows + new Set(rejected.map(({ row }) => row)).size;
      scanIds.push(...ingested.scanIds);
      if (ingested.policyVersion !== null) policyVersions.add(ingested.policyVersion);
      for (const each of facts) {
        billable.push(each.billable);
        cut.push(each.billable < each.tokens ? 1 : 0);
      }
    },
    total(fates: Iterable<Fate>): Total {
      const codes = new Map(rejectedByCode);
      const sides = { train: { rows: 0, tokens: 0 }, validation: { rows: 0, tokens: 0 } };
      let rejected = rejectedRows;
      let truncatedRows = 0;
      let index = 0;
      for (const fate of fates) {
        if (typeof fate === 'string') {
          sides[fate].rows += 1;
          sides[fate].tokens += billable.get(index);
          truncatedRows += cut.get(index);
        } else {
          rejected += 1;
          count(codes, fate.rejected.code);
        }
        index += 1;
      }
      return {
        ...sides,
        rejectedByCode: codes,
        rejectedRows: rejected,
        redactions,
        truncatedRows,
        scanIds,
        policyVersions: [...policyVersions].sort(),
      };
    },
  };
}
