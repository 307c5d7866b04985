import type { LineageEdge, LineageNode } from '@ftm/report/lineage-graph';
import type { DatasetStatistics } from './statistics/statistics.ts';

/** What a report is made of. Rows are named by their numbers; nothing that a row says is among it. */
export interface DatasetReportInput {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** ISO time. */
  readonly builtAt: string;
  readonly format: string;
  /** Model that tokens were counted for, with the tokens beyond which the provider cuts a row. */
  readonly tokens: { readonly model: string; readonly limit: number | null };
  /** What it was made by: source, filters, policy, seed, versions; names and values. */
  readonly recipe: Readonly<Record<string, unknown>>;
  /** Rows after each step, in order, from those that were read to those that were kept. */
  readonly funnel: readonly { readonly step: string; readonly rows: number }[];
  readonly statistics: DatasetStatistics;
  /** What to do about a rejection, by code. */
  readonly remedies: Readonly<Record<string, string>>;
  readonly duplicatePairs: readonly DuplicatePair[];
  /** Rows with the same prompt and different answers. */
  readonly conflicts: readonly { readonly rows: readonly number[]; readonly answers: number }[];
  readonly contamination: readonly ContaminationFinding[];
  readonly costs: readonly CostRow[];
  /** SHA-256 by what it is of. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly lineage: { readonly nodes: readonly LineageNode[]; readonly edges: readonly LineageEdge[] };
  /** Names of labels that the recipe lists, by `tallyKey`; labels without a name are shown by their key. */
  readonly labelNames?: Readonly<Record<string, string>>;
}

export interface DuplicatePair {
  readonly kind: 'exact' | 'near' | 'semantic';
  readonly keptRow: number;
  readonly leftOutRow: number;
  /** From 0 to 1. */
  readonly similarity: number;
}

export interface ContaminationFinding {
  readonly suite: string;
  readonly caseId: string;
  readonly rows: readonly number[];
  readonly similarity: number;
  /** What was done, as `blocked`, `dropped` or `overridden`. */
  readonly outcome: string;
}

/** Money in millionths of a US dollar. */
export interface CostRow {
  readonly method: string;
  readonly model: string;
  readonly estimate: {
    readonly lowUsdMicros: number;
    readonly expectedUsdMicros: number;
    readonly highUsdMicros: number;
    readonly epochsLow: number;
    readonly epochsExpected: number;
    readonly epochsHigh: number;
    readonly trainingTokens: number;
    readonly priceSource: string;
  } | null;
}
