import { digest } from '@ftm/contracts/ids';
import { BUILD_REMEDIES } from '../build/remedies.ts';
import type { RowRejection, TrainingRow } from '../rows/row.ts';
import type { Chunk, RejectedRow, SanitisedRow } from './chunk.ts';
import type { Source, SourcePage, SourceRow } from './source.ts';
import { textsOf, withTexts } from './texts.ts';

export interface SanitisedDocument {
  readonly id: string;
  readonly action: 'pass' | 'redact' | 'drop' | 'block';
  readonly texts: readonly string[];
  readonly findings: readonly { readonly type: string; readonly count: number }[];
}

export interface IngestPorts {
  /** All documents in the same order, or an error: what the sanitiser did not answer for does not go on. */
  sanitize(documents: readonly { readonly id: string; readonly texts: readonly string[] }[]): Promise<{
    readonly documents: readonly SanitisedDocument[];
    readonly scanIds: readonly string[];
    readonly policyVersion: string | null;
  }>;
  /** The chunk of that number, when an earlier life has written it. */
  load(index: number): Promise<Chunk | null>;
  /** The first write of a number wins; what stands is given back. */
  save(index: number, chunk: Chunk): Promise<Chunk>;
}

export interface IngestOptions {
  readonly source: Source;
  readonly validate: (value: unknown) => {
    readonly row: TrainingRow | undefined;
    readonly rejections: readonly RowRejection[];
  };
  /** At most so many rows of the source are taken. */
  readonly limit: number | null;
  /** More than this is refused. */
  readonly maxRows: number;
  /** A share of the rows, chosen by content and seed; null: all. */
  readonly sample: { readonly fraction: number; readonly seed: number } | null;
  /** After each chunk; throw to stop. */
  readonly onChunk?: (told: {
    readonly chunks: number;
    readonly rowsRead: number;
    readonly rowsRejected: number;
  }) => Promise<void>;
}

export interface Ingested {
  readonly chunks: number;
  readonly rowsRead: number;
  readonly inputSha256: string;
  readonly blocked: boolean;
}

/** The source has more rows than may be taken. */
export class TooManyRows extends Error {
  readonly maxRows: number;
  constructor(maxRows: number) {
    super(`the source has more than ${maxRows} rows`);
    this.name = 'TooManyRows';
    this.maxRows = maxRows;
  }
}

/** That TRiSM takes in one document. */
const MAX_TEXT_BYTES = 4 * 1024 * 1024;
const NOTHING_READ = digest('ftm.dataset-input');

/**
 * Reads a source to its end, page by page, into chunks of sanitised rows. Goes on behind the chunks that are there.
 * @throws TooManyRows, and what the ports throw
 */
export async function ingest(options: IngestOptions, ports: IngestPorts): Promise<Ingested> {
  let index = 0;
  let before: Pick<Chunk, 'rowsRead' | 'inputSha256' | 'next' | 'blocked'> = {
    rowsRead: 0,
    inputSha256: NOTHING_READ,
    next: null,
    blocked: false,
  };
  let rowsRejected = 0;
  for (let kept = await ports.load(index); kept !== null; kept = await ports.load(index)) {
    index += 1;
    before = kept;
    rowsRejected += kept.rejected.length;
  }
  const ended = (): boolean => index > 0 && (before.next === null || before.blocked);
  const told = (): Ingested => ({
    chunks: index,
    rowsRead: before.rowsRead,
    inputSha256: before.inputSha256,
    blocked: before.blocked,
  });
  if (ended()) return told();
  for await (const page of options.source.pages(before.next)) {
    const chunk = await ports.save(index, await toChunk(page, before, options, ports));
    index += 1;
    before = chunk;
    rowsRejected += chunk.rejected.length;
    await options.onChunk?.({ chunks: index, rowsRead: chunk.rowsRead, rowsRejected });
    if (ended()) break;
  }
  return told();
}

async function toChunk(
  page: SourcePage,
  before: Pick<Chunk, 'rowsRead' | 'inputSha256'>,
  options: IngestOptions,
  ports: IngestPorts,
): Promise<Chunk> {
  const { limit, maxRows, sample } = options;
  const left = limit === null ? page.rows.length : Math.max(0, limit - before.rowsRead);
  const read = page.rows.slice(0, left);
  const rowsRead = before.rowsRead + read.length;
  if (rowsRead > maxRows) throw new TooManyRows(maxRows);

  const rejected: RejectedRow[] = [];
  const candidates: SanitisedRow[] = [];
  let inputSha256 = before.inputSha256;
  read.forEach((each, at) => {
    inputSha256 = digest(inputSha256, each.sha256);
    if (sample !== null && !isSampled(each.sha256, sample)) return;
    const number = before.rowsRead + at + 1;
    const { row, rejections } =
      'value' in each.row
        ? options.validate(each.row.value)
        : { row: undefined, rejections: each.row.rejections };
    if (row === undefined) rejected.push(...rejections.map((why) => reject(number, each, why)));
    else candidates.push({ number, ref: each.ref, group: each.group, at: each.at, row });
  });

  const fitting = candidates.filter((each) => fits(each, rejected));
  const clean = await sanitize(fitting, ports);
  return {
    next: limit !== null && rowsRead >= limit ? null : page.next,
    rowsRead,
    inputSha256,
    ...clean,
    rejected: [...rejected, ...clean.rejected].sort((a, b) => a.row - b.row),
  };
}

/** What TRiSM would refuse whole keeps no other row from it. */
function fits(candidate: SanitisedRow, rejected: RejectedRow[]): boolean {
  const bytes = textsOf(candidate.row).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes <= MAX_TEXT_BYTES) return true;
  rejected.push(
    reject(candidate.number, candidate, {
      code: 'too_large_to_sanitise',
      path: '$',
      message: `the row has ${bytes} bytes of text, allowed: ${MAX_TEXT_BYTES}`,
      remedy: BUILD_REMEDIES.too_large_to_sanitise,
    }),
  );
  return false;
}

type Clean = Pick<Chunk, 'rows' | 'rejected' | 'redactions' | 'scanIds' | 'policyVersion' | 'blocked'>;

async function sanitize(candidates: readonly SanitisedRow[], ports: IngestPorts): Promise<Clean> {
  const rows: SanitisedRow[] = [];
  const rejected: RejectedRow[] = [];
  const counts = new Map<string, number>();
  let blocked = false;
  if (candidates.length === 0)
    return { rows, rejected, redactions: {}, scanIds: [], policyVersion: null, blocked };
  const documents = candidates.map((each) => ({ id: String(each.number), texts: textsOf(each.row) }));
  const answer = await ports.sanitize(documents);
  for (const [at, candidate] of candidates.entries()) {
    const document = answer.documents[at];
    if (document?.id !== String(candidate.number))
      throw new Error('the sanitiser did not answer for every row');
    for (const { type, count } of document.findings) counts.set(type, (counts.get(type) ?? 0) + count);
    if (document.action === 'block') blocked = true;
    else if (document.action === 'drop')
      rejected.push(
        reject(candidate.number, candidate, {
          code: 'trism_dropped',
          path: '$',
          message: `TRiSM found ${document.findings.map(({ type }) => type).join(', ')}`,
          remedy: BUILD_REMEDIES.trism_dropped,
        }),
      );
    else rows.push({ ...candidate, row: withTexts(candidate.row, document.texts) });
  }
  return {
    rows: blocked ? [] : rows,
    rejected,
    redactions: Object.fromEntries([...counts].sort()),
    scanIds: answer.scanIds,
    policyVersion: answer.policyVersion,
    blocked,
  };
}

const reject = (row: number, { ref }: Pick<SourceRow, 'ref'>, why: RowRejection): RejectedRow => ({
  row,
  trace_id: ref,
  ...why,
});

function isSampled(sha256: string, { fraction, seed }: { fraction: number; seed: number }): boolean {
  return share(digest('ftm.sample', String(seed), sha256)) < fraction;
}

/** A number in [0, 1) from a digest. */
export const share = (hex: string): number => parseInt(hex.slice(0, 12), 16) / 2 ** 48;
