import {
  datasetFindings,
  datasetWarnings,
  type DatasetFinding,
  type DatasetWarning,
} from './dataset-rules.ts';
import { formatUnder } from './detect-format.ts';
import { createLineSplitter, type Line } from './lines.ts';
import { readRow } from './read-row.ts';
import { createRejections } from './rejections.ts';
import type { CheckedRow, RowFormat, RowRejection } from './row.ts';
import type { RowRules } from './rules.ts';
import { isObject } from './shape.ts';
import { validateRow } from './validate-row.ts';

/** A line that is not blank. `row` is there where `rejections` is empty. */
export interface StreamedRow {
  /** From 1. */
  readonly line: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly row: CheckedRow | undefined;
  readonly rejections: readonly RowRejection[];
}

export interface CauseCount {
  readonly code: string;
  /** A row may have a cause more than once. */
  readonly count: number;
  readonly rows: number;
  readonly remedy: string;
}

export interface StreamSummary {
  /** Nothing is wrong with any row, nor with the file as a whole. */
  readonly valid: boolean;
  readonly lines: number;
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly rowsWithImages: number;
  readonly bytes: number;
  /** The most frequent first. */
  readonly causes: readonly CauseCount[];
  readonly findings: readonly DatasetFinding[];
  readonly warnings: readonly DatasetWarning[];
}

/**
 * Rows of a JSONL stream, in order, with bounded memory. Never throws for what the stream has in it, only where the
 * stream itself fails. `summary` is of what was read so far.
 */
export function validateStream(
  source: AsyncIterable<Uint8Array>,
  rules: RowRules,
): { readonly rows: AsyncIterable<StreamedRow>; readonly summary: () => StreamSummary } {
  const tally = createTally(rules);
  const splitter = createLineSplitter(rules.maxLineBytes);

  function check(line: Line): StreamedRow | undefined {
    const blank = isBlankLine(line);
    tally.line(line, blank);
    if (blank) return undefined;
    const { value, row, rejections, warnings, images } = validateLine(line, rules);
    tally.row(value, rejections, warnings, images);
    const { number, offsetBytes, lengthBytes } = line;
    return { line: number, offsetBytes, lengthBytes, row, rejections };
  }

  async function* rows(): AsyncGenerator<StreamedRow, void, undefined> {
    for await (const chunk of source) {
      tally.bytes(chunk.length);
      for (const line of splitter.push(chunk)) {
        const row = check(line);
        if (row !== undefined) yield row;
      }
    }
    for (const line of splitter.end()) {
      const row = check(line);
      if (row !== undefined) yield row;
    }
  }
  return { rows: rows(), summary: tally.summary };
}

/** All that can be said of one line by itself. */
function validateLine({ bytes, lengthBytes }: Line, rules: RowRules) {
  if (bytes === undefined) {
    const { found, add } = createRejections(1);
    add('line_too_long', '$', `the line has ${lengthBytes} bytes, allowed: ${rules.maxLineBytes}`);
    return { value: undefined, row: undefined, rejections: found, warnings: [], images: 0 };
  }
  const { value, rejections } = readRow(bytes, rules);
  if (rejections.length > 0) return { value, row: undefined, rejections, warnings: [], images: 0 };
  return { value, ...validateRow(value, rules) };
}

const SPACE = 0x20;
const isBlankLine = ({ bytes }: Line): boolean => bytes !== undefined && !bytes.some(isMark);
const isMark = (byte: number): boolean => byte !== SPACE && byte !== 0x09 && byte !== 0x0d;

function createTally({ format: declared, provider }: RowRules) {
  let bytes = 0;
  let lines = 0;
  let rows = 0;
  let rejected = 0;
  let rowsWithImages = 0;
  const rowsByFormat: Partial<Record<RowFormat, number>> = {};
  const warnings: Partial<Record<DatasetWarning['code'], number>> = {};
  const causes = new Map<string, { count: number; rows: number; remedy: string }>();
  const warn = (code: DatasetWarning['code']): void => void (warnings[code] = (warnings[code] ?? 0) + 1);

  function countCauses(rejections: readonly RowRejection[]): void {
    const inRow = new Set<string>();
    for (const { code, remedy } of rejections) {
      const cause = causes.get(code) ?? { count: 0, rows: 0, remedy };
      cause.count += 1;
      if (!inRow.has(code)) cause.rows += 1;
      inRow.add(code);
      causes.set(code, cause);
    }
  }

  return {
    bytes(read: number): void {
      bytes += read;
    },
    line(line: Line, blank: boolean): void {
      lines += 1;
      // Azure's guide asks for one.
      if (line.byteOrderMark && provider !== 'azure') warn('byte_order_mark');
      if (line.carriageReturn) warn('carriage_return');
      if (blank) warn('blank_line');
    },
    row(
      value: unknown,
      rejections: readonly RowRejection[],
      warned: readonly DatasetWarning['code'][],
      images: number,
    ): void {
      rows += 1;
      if (images > 0) rowsWithImages += 1;
      const format = isObject(value) ? formatUnder(declared, value) : undefined;
      if (format !== undefined) rowsByFormat[format] = (rowsByFormat[format] ?? 0) + 1;
      warned.forEach(warn);
      if (rejections.length === 0) return;
      rejected += 1;
      countCauses(rejections);
    },
    summary(): StreamSummary {
      const accepted = rows - rejected;
      const findings = datasetFindings({ accepted, rowsWithImages, rowsByFormat });
      return {
        valid: rejected === 0 && findings.length === 0,
        lines,
        rows,
        accepted,
        rejected,
        rowsWithImages,
        bytes,
        causes: [...causes].map(([code, cause]) => ({ code, ...cause })).sort((a, b) => b.count - a.count),
        findings,
        warnings: datasetWarnings(warnings),
      };
    },
  };
}
