/** What can be wrong with a log. */
export type FindingCode =
  /** No tenant, or headers that are no envelope. */
  | 'MALFORMED'
  /** The hash is not that of the envelope and value: a byte was changed. */
  | 'CONTENT_CHANGED'
  /** It does not point back to the event before it. */
  | 'CHAIN_BROKEN'
  /** Events between the last one and this one are not there. */
  | 'MISSING'
  /** This very event was there before. */
  | 'DUPLICATED'
  /** Another event with a sequence number that was there before, or one that comes late. */
  | 'OUT_OF_PLACE'
  | 'VERSION_WRONG'
  | 'TIME_WENT_BACK'
  | 'WRONG_PARTITION'
  /** The value names a schema that is not one of its type. */
  | 'SCHEMA_CHANGED'
  /** No trusted key has signed a checkpoint, or it is malformed. */
  | 'CHECKPOINT_INVALID'
  /** A checkpoint is smaller than one that was published before it. */
  | 'CHECKPOINT_WENT_BACK'
  /** The tree of a checkpoint's size has another root: the history was written anew. */
  | 'HISTORY_REWRITTEN'
  /** The log ends before what was vouched for. */
  | 'TRUNCATED'
  /** Events are older than a checkpoint that covers them may take. */
  | 'CHECKPOINT_STALE';

export interface Finding {
  readonly code: FindingCode;
  /** `<partition>:<offset>`, or where else it stands. */
  readonly where: string;
  readonly tenantId: string;
  readonly seq: number | null;
  readonly message: string;
}

/** Where findings are put. All are counted, the first ones are kept. */
export interface Findings {
  add(finding: Finding): void;
  count(): number;
  /** In the order in which they were met. */
  readonly kept: readonly Finding[];
}

/**
 * @param keep how many are kept
 * @param from of an earlier run, which this one goes on from
 */
export function createFindings(
  keep: number,
  from: { readonly faults: number; readonly findings: readonly Finding[] } | undefined,
): Findings {
  const kept = [...(from?.findings ?? [])];
  let count = from?.faults ?? 0;
  return {
    kept,
    count: () => count,
    add(finding) {
      count += 1;
      if (kept.length < keep) kept.push(finding);
    },
  };
}
