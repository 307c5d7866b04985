import { count } from '@ftm/report/html';
import type { DatasetReportInput } from './report-input.ts';
import { totalOf } from './statistics/counts.ts';
import { wholeOf, type SplitStatistics } from './statistics/statistics.ts';
import { differentTexts, mostFrequent } from './statistics/tally.ts';

export interface DatasetWarning {
  readonly severity: 'error' | 'warning';
  readonly text: string;
}

/** The provider takes no training file with fewer. */
const FEWEST_TRAINING_ROWS = 10;
const MUCH_REJECTED = 0.05;
const MUCH_THE_SAME = 0.5;
/** Answers are labels when they come again this often on average. */
const ROWS_A_LABEL = 5;

/** What a reader should know before training on it, the worst first. */
export function datasetWarnings(input: DatasetReportInput): DatasetWarning[] {
  const whole = wholeOf(input.statistics);
  return [...errors(input), ...losses(input, whole), ...doubts(input, whole)];
}

const error = (text: string): DatasetWarning => ({ severity: 'error', text });
const warning = (text: string): DatasetWarning => ({ severity: 'warning', text });
const named = ({ statistics }: DatasetReportInput, name: string): SplitStatistics | undefined =>
  statistics.splits.find(([each]) => each === name)?.[1];

function errors(input: DatasetReportInput): DatasetWarning[] {
  const found: DatasetWarning[] = [];
  const rows = named(input, 'train')?.rows ?? 0;
  if (rows < FEWEST_TRAINING_ROWS)
    found.push(
      error(`There are ${rows} training rows; the provider refuses fewer than ${FEWEST_TRAINING_ROWS}.`),
    );
  const blocked = input.contamination.filter(({ outcome }) => outcome !== 'dropped');
  if (blocked.length > 0)
    found.push(
      error(
        `${counted(blocked.length, 'case')} of eval suites can be found in the rows: scores on them would mean nothing.`,
      ),
    );
  return found;
}

function losses({ statistics }: DatasetReportInput, whole: SplitStatistics): DatasetWarning[] {
  const found: DatasetWarning[] = [];
  if (whole.cutRows > 0)
    found.push(
      warning(
        `${counted(whole.cutRows, 'row')} would be cut by the provider, ${count(whole.tokens.sum - whole.billableTokens)} tokens in all: their ends, where the answers are, would be lost. Shorten or split them.`,
      ),
    );
  const rejected = totalOf(statistics.rejections);
  if (rejected > MUCH_REJECTED * statistics.rowsRead)
    found.push(
      warning(
        `${((100 * rejected) / statistics.rowsRead).toFixed(1)} % of the rows were rejected; the causes and their remedies are below.`,
      ),
    );
  return found;
}

function doubts(input: DatasetReportInput, whole: SplitStatistics): DatasetWarning[] {
  const found: DatasetWarning[] = [];
  if (input.conflicts.length > 0)
    found.push(
      warning(
        `${counted(input.conflicts.length, 'prompt')} ${input.conflicts.length === 1 ? 'has' : 'have'} rows with different answers.`,
      ),
    );
  const [top] = mostFrequent(whole.labels, 1);
  const different = differentTexts(whole.labels);
  const share = (top?.[1] ?? 0) / Math.max(1, whole.labels.total);
  if (share > MUCH_THE_SAME && whole.labels.total > 1)
    found.push(
      warning(
        `One answer makes up ${(100 * share).toFixed(0)} % of the rows: a model that always gives it would look good.`,
      ),
    );
  if ((named(input, 'validation')?.rows ?? 0) === 0)
    found.push(warning('There are no validation rows, so over-fitting will not show while it trains.'));
  found.push(...unseenLabels(input, different));
  if (whole.assumedImages > 0)
    found.push(
      warning(
        `The size of ${counted(whole.assumedImages, 'image')} could not be read, so tokens and cost are less certain.`,
      ),
    );
  const unpriced = input.costs.filter(({ estimate }) => estimate === null).map(({ model }) => model);
  if (unpriced.length > 0)
    found.push(warning(`No training price is known for ${[...new Set(unpriced)].join(', ')}.`));
  return found;
}

/** Labels that are asked for in validation and never trained on. */
function unseenLabels(input: DatasetReportInput, different: number): DatasetWarning[] {
  const [train, validation] = [named(input, 'train')?.labels, named(input, 'validation')?.labels];
  if (train === undefined || validation === undefined || !train.complete || !validation.complete) return [];
  if (train.total < ROWS_A_LABEL * different) return [];
  const seen = new Set(train.counts.map(([key]) => key));
  const unseen = validation.counts.filter(([key]) => !seen.has(key)).length;
  return unseen === 0
    ? []
    : [
        warning(
          `${counted(unseen, 'label')} of the validation rows ${unseen === 1 ? 'has' : 'have'} no training row.`,
        ),
      ];
}

const counted = (size: number, what: string): string => `${count(size)} ${what}${size === 1 ? '' : 's'}`;
