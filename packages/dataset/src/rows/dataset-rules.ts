import { MIN_TRAINING_ROWS } from '@ftm/contracts/provider-limits';
import type { RowWarningCode } from './rules.ts';
import type { RowFormat } from './row.ts';

/** What is wrong with a file as a whole. */
export interface DatasetFinding {
  readonly code: 'too_few_rows' | 'too_many_image_rows' | 'mixed_formats';
  readonly message: string;
  readonly remedy: string;
}

/** What was put right while reading, or is odd and allowed. */
export interface DatasetWarning {
  readonly code: RowWarningCode | 'byte_order_mark' | 'carriage_return' | 'blank_line';
  /** Lines that it is true of. */
  readonly count: number;
  readonly message: string;
}

/** What the rules for a file look at. */
export interface DatasetCounts {
  /** Rows that passed their own rules. */
  readonly accepted: number;
  readonly rowsWithImages: number;
  /** By what their keys say, accepted or not. */
  readonly rowsByFormat: Readonly<Partial<Record<RowFormat, number>>>;
}

const MAX_ROWS_WITH_IMAGES = 50_000;

export function datasetFindings(counts: DatasetCounts): DatasetFinding[] {
  const findings: DatasetFinding[] = [];
  if (counts.accepted < MIN_TRAINING_ROWS)
    findings.push({
      code: 'too_few_rows',
      message: `${counts.accepted} rows can be used, at least ${MIN_TRAINING_ROWS} are needed`,
      remedy: 'add examples; from 50 on a model learns something as a rule',
    });
  if (counts.rowsWithImages > MAX_ROWS_WITH_IMAGES)
    findings.push({
      code: 'too_many_image_rows',
      message: `${counts.rowsWithImages} rows have images, allowed: ${MAX_ROWS_WITH_IMAGES}`,
      remedy: 'take a sample of the rows with images',
    });
  const formats = Object.entries(counts.rowsByFormat).filter(([, rows]) => rows > 0);
  if (formats.length > 1)
    findings.push({
      code: 'mixed_formats',
      message: `rows of several formats: ${formats.map(([format, rows]) => `${format} ${rows}`).join(', ')}`,
      remedy: 'write one file for each format',
    });
  return findings;
}

const WARNINGS: Readonly<Record<DatasetWarning['code'], string>> = {
  byte_order_mark: 'begin with a byte order mark: it is left out, the provider does not take it',
  carriage_return: 'end with CR LF: read as LF',
  blank_line: 'are blank: they are left out, the provider does not take them',
  last_message_not_assistant:
    'end with another message than the assistant’s: nothing is learned from what follows the last answer',
};

export function datasetWarnings(
  counts: Readonly<Partial<Record<DatasetWarning['code'], number>>>,
): DatasetWarning[] {
  return (Object.keys(WARNINGS) as DatasetWarning['code'][]).flatMap((code) => {
    const count = counts[code] ?? 0;
    return count === 0 ? [] : [{ code, count, message: `${count} lines ${WARNINGS[code]}` }];
  });
}
