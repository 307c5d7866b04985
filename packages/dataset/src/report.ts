import { bars, histogram } from '@ftm/report/bars';
import {
  columns,
  count,
  escape,
  facts,
  none,
  notice,
  page,
  section,
  table,
  tiles,
  usd,
} from '@ftm/report/html';
import { lineageGraph } from '@ftm/report/lineage-graph';
import type { DatasetReportInput } from './report-input.ts';
import { datasetWarnings } from './report-warnings.ts';
import { totalOf, type Counts } from './statistics/counts.ts';
import { binsOf, mean, quantile, type Histogram } from './statistics/histogram.ts';
import { wholeOf, type DatasetStatistics, type SplitStatistics } from './statistics/statistics.ts';
import { differentTexts, mostFrequent } from './statistics/tally.ts';

const MOST_ROWS = 25;
const MOST_LABELS = 25;

/**
 * The dataset as one page for people: warnings first, then what it is, how its rows came to be, and what training on
 * it would cost.
 */
export function datasetReport(input: DatasetReportInput): string {
  const whole = wholeOf(input.statistics);
  return page(
    `Dataset ${input.name}`,
    `<h1>Dataset ${escape(input.name)}</h1>`,
    `<p class="lead"><code>${escape(input.id)}</code> · ${escape(input.format)} · ${escape(input.status)} · built ${escape(input.builtAt)}. This page names rows by their numbers and shows none of their content.</p>`,
    overview(input, whole),
    warnings(input),
    section('Recipe', facts(input.recipe)),
    section('From rows read to rows kept', funnel(input)),
    section('Rejected rows', rejections(input)),
    section(
      'Redactions',
      counted('Replaced before anything was stored, by type', input.statistics.redactions),
    ),
    section('Duplicates', ...duplicates(input)),
    section('Conflicts', ...conflicts(input)),
    section('Contamination', ...contamination(input)),
    section('Shape of the rows', ...shape(input, whole)),
    section('Labels', ...labels(input, whole)),
    section('Split', split(input.statistics)),
    section('Tokens and cost', ...costs(input, whole)),
    section('Lineage and hashes', lineage(input), facts(input.hashes)),
  );
}

function overview({ statistics, costs: rows }: DatasetReportInput, whole: SplitStatistics): string {
  const [first] = rows.flatMap(({ estimate, model }) => (estimate === null ? [] : [{ ...estimate, model }]));
  return tiles([
    { name: 'Rows kept', value: count(whole.rows), note: `of ${count(statistics.rowsRead)} read` },
    {
      name: 'Billable tokens',
      value: count(whole.billableTokens),
      note: 'all splits, one epoch',
    },
    {
      name: 'Redactions',
      value: count(totalOf(statistics.redactions)),
      note: `${statistics.redactions.length} types`,
    },
    {
      name: 'Expected cost',
      value: first === undefined ? '–' : usd(first.expectedUsdMicros),
      note:
        first === undefined
          ? 'no price known'
          : `${usd(first.lowUsdMicros)} – ${usd(first.highUsdMicros)} on ${first.model}`,
    },
  ]);
}

function warnings(input: DatasetReportInput): string {
  const found = datasetWarnings(input);
  return section(
    'Warnings',
    ...(found.length === 0
      ? [none('Nothing to warn of.')]
      : found.map(({ severity, text }) => notice(severity, text))),
  );
}

const share = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;

function funnel({ funnel: steps }: DatasetReportInput): string {
  const read = steps[0]?.rows ?? 0;
  return columns(
    bars({
      title: 'Rows after each step',
      total: read,
      rows: steps.map(({ step, rows }) => ({ label: step, value: rows })),
    }),
    table(
      ['step', 'rows', 'left out', 'of read'],
      steps.map(({ step, rows }, at) => [
        step,
        count(rows),
        count((steps[at - 1]?.rows ?? rows) - rows),
        share(rows, read),
      ]),
    ),
  );
}

function rejections({ statistics, remedies }: DatasetReportInput): string {
  return table(
    ['cause', 'rows', 'of read', 'remedy'],
    byCount(statistics.rejections).map(([code, rows]) => [
      code,
      count(rows),
      share(rows, statistics.rowsRead),
      remedies[code] ?? '',
    ]),
  );
}

const byCount = (counts: Counts): Counts => counts.toSorted(([, a], [, b]) => b - a);

const counted = (title: string, counts: Counts): string =>
  bars({ title, rows: byCount(counts).map(([label, value]) => ({ label, value })) });

function duplicates({ statistics, duplicatePairs }: DatasetReportInput): string[] {
  return [
    counted('Rows left out as duplicates, by kind', statistics.duplicates),
    table(
      ['kind', 'row kept', 'row left out', 'similarity'],
      duplicatePairs
        .slice(0, MOST_ROWS)
        .map(({ kind, keptRow, leftOutRow, similarity }) => [
          kind,
          String(keptRow),
          String(leftOutRow),
          similarity.toFixed(3),
        ]),
    ),
    more(duplicatePairs.length, 'pairs'),
  ];
}

const rowNumbers = (rows: readonly number[]): string =>
  rows.length > 12 ? `${rows.slice(0, 12).join(', ')} and ${rows.length - 12} more` : rows.join(', ');

const more = (total: number, what: string): string =>
  total > MOST_ROWS ? none(`The first ${MOST_ROWS} of ${count(total)} ${what}.`) : '';

const conflicts = ({ conflicts: found }: DatasetReportInput): string[] => [
  '<p>Rows with the same prompt and different answers teach the model to guess.</p>',
  table(
    ['rows', 'different answers'],
    found.slice(0, MOST_ROWS).map(({ rows, answers }) => [rowNumbers(rows), answers]),
  ),
  more(found.length, 'conflicts'),
];

const contamination = ({ contamination: found }: DatasetReportInput): string[] => [
  '<p>Rows that are near-duplicates of cases of an eval suite: a score on those would measure memory.</p>',
  table(
    ['eval suite', 'case', 'rows', 'similarity', 'outcome'],
    found
      .slice(0, MOST_ROWS)
      .map((each) => [
        each.suite,
        each.caseId,
        rowNumbers(each.rows),
        each.similarity.toFixed(3),
        each.outcome,
      ]),
  ),
  more(found.length, 'findings'),
];

function shape({ tokens }: DatasetReportInput, whole: SplitStatistics): string[] {
  return [
    columns(
      histogram({
        title: 'Tokens of a row',
        xLabel: 'tokens',
        yLabel: 'rows',
        bins: binsOf(whole.tokens),
        ...(tokens.limit === null ? {} : { limit: { at: tokens.limit, name: 'limit' } }),
      }),
      histogram({
        title: 'Messages of a row',
        xLabel: 'messages',
        yLabel: 'rows',
        bins: binsOf(whole.turns),
      }),
    ),
    table(
      ['', 'count', 'smallest', 'median', 'mean', '90 %', '99 %', 'largest'],
      [
        summary('tokens of a row', whole.tokens),
        summary('messages of a row', whole.turns),
        ...whole.messageLengths.map(([role, lengths]) =>
          summary(`characters of a message: ${role}`, lengths),
        ),
      ],
    ),
    columns(
      counted('Letters by script', whole.scripts),
      facts({
        'Rows with tools': count(whole.rowsWithTools),
        'Tool calls': count(whole.toolCalls),
        'Functions called': count(differentTexts(whole.tools)),
      }),
    ),
  ];
}

const summary = (name: string, values: Histogram): string[] => {
  const at = (part: number): string => count(quantile(values, part) ?? 0);
  return [
    name,
    count(values.count),
    at(0),
    at(0.5),
    (mean(values) ?? 0).toFixed(1),
    at(0.9),
    at(0.99),
    at(1),
  ];
};

function labels({ labelNames = {} }: DatasetReportInput, { labels: tally }: SplitStatistics): string[] {
  const different = differentTexts(tally);
  const said = `${tally.complete ? '' : 'about '}${count(different)} different last answers in ${count(tally.total)} rows`;
  return [
    `<p>${escape(said)}. ${
      tally.complete
        ? 'An answer is known by the start of its SHA-256.'
        : 'These are too many to count each: the bars show a random sample of them, each with its exact count.'
    }</p>`,
    bars({
      title: `Most frequent answers${tally.complete ? '' : ' of the sample'}`,
      total: tally.total,
      rows: mostFrequent(tally, MOST_LABELS).map(([key, value]) => ({
        label: labelNames[key] ?? key,
        value,
      })),
    }),
  ];
}

function split({ splits }: DatasetStatistics): string {
  const rows = splits.reduce((sum, [, each]) => sum + each.rows, 0);
  return table(
    ['split', 'rows', 'of rows', 'billable tokens', 'mean tokens', 'mean messages', 'different answers'],
    splits.map(([name, each]) => [
      name,
      count(each.rows),
      share(each.rows, rows),
      count(each.billableTokens),
      (mean(each.tokens) ?? 0).toFixed(1),
      (mean(each.turns) ?? 0).toFixed(1),
      count(differentTexts(each.labels)),
    ]),
  );
}

function costs({ costs: rows, tokens }: DatasetReportInput, whole: SplitStatistics): string[] {
  const limit = tokens.limit === null ? 'no known limit' : `${count(tokens.limit)} tokens a row`;
  return [
    facts({
      'Counted for': tokens.model,
      'Limit of the provider': limit,
      'Rows that would be cut': count(whole.cutRows),
      'Tokens that would be cut off': count(whole.tokens.sum - whole.billableTokens),
      'Images of assumed size': count(whole.assumedImages),
    }),
    table(
      ['method', 'model', 'tokens an epoch', 'epochs', 'low', 'expected', 'high', 'price from'],
      rows.map(({ method, model, estimate }) =>
        estimate === null
          ? [method, model, '', '', '', '', '', 'no price is known']
          : [
              method,
              model,
              count(estimate.trainingTokens),
              estimate.epochsLow === estimate.epochsHigh
                ? String(estimate.epochsExpected)
                : `${estimate.epochsLow} – ${estimate.epochsHigh}`,
              usd(estimate.lowUsdMicros),
              usd(estimate.expectedUsdMicros),
              usd(estimate.highUsdMicros),
              estimate.priceSource,
            ],
      ),
    ),
    none('Training rows only: validation tokens are not billed.'),
  ];
}

const lineage = ({ lineage: { nodes, edges }, id }: DatasetReportInput): string =>
  lineageGraph({ title: 'What the dataset was made of, and what was made of it', nodes, edges, focus: id });
