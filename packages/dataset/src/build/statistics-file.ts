import type { DatasetStatistics } from '../statistics/statistics.ts';
import type { Findings } from './decide-rows.ts';

/** `statistics.json` of a dataset: what its report is made of. Numbers, hashes and codes; no content. */
export interface StatisticsFile extends DatasetStatistics {
  /** Base model that tokens were counted for. */
  readonly model: string;
  readonly findings: Findings;
}
