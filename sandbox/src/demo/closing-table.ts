import Table from 'cli-table3';
import { usd } from '@ftm/report/html';
import type { DemoFindings } from '../report/report.ts';

/** What the run came to, as the last thing on the terminal. */
export function closingTable(found: DemoFindings): string {
  const table = new Table({ style: { head: [], border: [] }, wordWrap: true, colWidths: [26, 84] });
  const interval = (score: number, low: number, high: number): string =>
    `${score.toFixed(3)}  (95 % interval ${low.toFixed(3)} – ${high.toFixed(3)})`;
  table.push(
    ['rows in', found.dataset.rowsRead.toLocaleString('en-US')],
    [
      'rows rejected',
      `${found.dataset.rowsRejected}: ${found.dataset.rejectedByCode.map((each) => `${each.code} ${each.count}`).join(', ') || 'none'}`,
    ],
    [
      'values redacted',
      found.dataset.redactions.map((each) => `${each.code} ${each.count}`).join(', ') || 'none',
    ],
    [
      'rows out',
      `${found.dataset.trainRows.toLocaleString('en-US')} training, ${found.dataset.validationRows.toLocaleString('en-US')} validation`,
    ],
    [
      'tokens',
      `${found.dataset.trainTokens.toLocaleString('en-US')} an epoch, ${found.cost.trainedTokens.toLocaleString('en-US')} trained`,
    ],
    [
      'cost',
      `estimate ${usd(found.cost.lowUsdMicros)} – ${usd(found.cost.highUsdMicros)} (expected ${usd(found.cost.expectedUsdMicros)}), actual ${usd(found.cost.actualUsdMicros)}`,
    ],
    ...found.evals.map((each) => [`score, ${each.label}`, interval(each.score, each.ciLow, each.ciHigh)]),
  );
  if (found.comparison !== null)
    table.push([
      'candidate against base',
      `${found.comparison.difference >= 0 ? '+' : ''}${found.comparison.difference.toFixed(3)}, p = ${found.comparison.pValue.toPrecision(2)}, non-inferiority: ${found.comparison.verdict}`,
    ]);
  table.push(
    ['events', String(found.verification.events)],
    ['verification', found.verification.detail],
    ['time', `${found.durationS.toFixed(0)} s`],
  );
  return table.toString();
}
