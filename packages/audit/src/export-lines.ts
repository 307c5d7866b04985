/** The file of a log is JSON lines. Values are base64 of what stands in Kafka. */
export type ExportLine =
  | { readonly kind: 'ftm-export'; readonly version: number }
  | { readonly kind: 'checkpoint'; readonly where: string; readonly tenant: string; readonly note: string }
  | EventLine
  | RowLine
  | SnapshotEnd;

export interface EventLine {
  readonly kind: 'event';
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
  /**
   * Of a snapshot: it extends the chain, but the journal could not store it, so that it stands among the parked
   * records alone.
   */
  readonly parkedOnly?: true;
}

export const SIDE_TABLES = ['parked', 'void_records', 'dead_letter_actions'] as const;

/** Of a snapshot: what the projector noted beside the journal, as the database writes it. */
export interface RowLine {
  readonly kind: 'row';
  readonly table: (typeof SIDE_TABLES)[number];
  readonly row: Readonly<Record<string, unknown>>;
}

/**
 * The last line of a snapshot. Nothing in it is believed: all of it follows from the lines before, and must be equal
 * to that.
 */
export interface SnapshotEnd {
  readonly kind: 'snapshot-end';
  readonly events: number;
  /** Partition → offset at which the tail begins. */
  readonly positions: Readonly<Record<string, string>>;
  readonly tenants: readonly SnapshotTenant[];
  /** Hex, of all lines before with their line ends. */
  readonly sha256: string;
}

export interface SnapshotTenant {
  readonly tenantId: string;
  readonly seq: number;
  /** Of event `seq`, hex. */
  readonly hash: string;
  /** Of the Merkle tree of `seq` events, hex. */
  readonly root: string;
}

export const EXPORT_HEAD = { kind: 'ftm-export', version: 1 } as const;

/** @throws SyntaxError that says which line it is */
export function parseExportLine(text: string, at: number): ExportLine {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`line ${at} is no JSON`, { cause: error });
  }
  if (!isLine(line)) throw new SyntaxError(`line ${at} is no line of an export`);
  if (at === 1 && (line.kind !== 'ftm-export' || line.version !== 1))
    throw new SyntaxError('it is no export of version 1');
  return line;
}

function isLine(line: unknown): line is ExportLine {
  if (!isRecord(line) || typeof line['kind'] !== 'string') return false;
  if (line['kind'] !== 'event') return true;
  const { partition, offset, key, headers, value } = line;
  return (
    Number.isSafeInteger(partition) &&
    typeof offset === 'string' &&
    /^\d{1,19}$/.test(offset) &&
    typeof key === 'string' &&
    typeof value === 'string' &&
    isRecord(headers) &&
    Object.values(headers).every((each) => typeof each === 'string')
  );
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
