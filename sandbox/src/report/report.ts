import { columns, count, escape, page, section, table, tiles, usd } from '@ftm/report/html';
import { bars } from '@ftm/report/bars';
import { intervalPlot, lineChart } from '@ftm/report/plots';

/** What the demo found, as the report and the closing table show it. Money in millionths of a US dollar. */
export interface DemoFindings {
  readonly title: string;
  readonly finishedAt: string;
  readonly durationS: number;
  readonly dataset: {
    readonly id: string;
    readonly rowsRead: number;
    readonly rowsRejected: number;
    readonly rejectedByCode: readonly CodeCount[];
    readonly redactions: readonly CodeCount[];
    readonly trainRows: number;
    readonly validationRows: number;
    readonly trainTokens: number;
  };
  readonly cost: {
    readonly lowUsdMicros: number;
    readonly expectedUsdMicros: number;
    readonly highUsdMicros: number;
    readonly actualUsdMicros: number;
    readonly trainedTokens: number;
  };
  readonly lossCurve: readonly {
    readonly step: number;
    readonly trainLoss: number | null;
    readonly validLoss: number | null;
  }[];
  readonly evals: readonly {
    readonly label: string;
    readonly model: string;
    readonly score: number;
    readonly ciLow: number;
    readonly ciHigh: number;
    readonly cases: number;
  }[];
  readonly comparison: {
    readonly difference: number;
    readonly ciLow: number;
    readonly ciHigh: number;
    readonly pValue: number;
    readonly test: string;
    readonly verdict: string;
  } | null;
  readonly decisions: readonly {
    readonly what: string;
    readonly outcome: string;
    readonly who: string;
    readonly why: string;
  }[];
  readonly timeline: readonly {
    readonly seq: number;
    readonly time: string;
    readonly type: string;
    readonly stream: string;
    readonly actor: string;
  }[];
  readonly verification: { readonly events: number; readonly ok: boolean; readonly detail: string };
  readonly reconstruction: { readonly at: string; readonly live: string; readonly now: string };
}

interface CodeCount {
  readonly code: string;
  readonly count: number;
}

/** One page that opens offline: what went in, what came out, what it cost, who decided, and the events that prove it. */
export function renderReport(found: DemoFindings): string {
  const { dataset, cost, comparison } = found;
  return page(
    found.title,
    `<h1>${escape(found.title)}</h1>`,
    `<p class="lead">Finished ${escape(found.finishedAt)} after ${found.durationS.toFixed(0)} s. Provider and Orchestrator are simulators: the provider really trains a small model on the uploaded rows.</p>`,
    tiles([
      { name: 'Candidate', value: found.evals[1]?.score.toFixed(3) ?? '–', note: 'mean score' },
      { name: 'Base', value: found.evals[0]?.score.toFixed(3) ?? '–', note: 'mean score' },
      {
        name: 'Cost',
        value: usd(cost.actualUsdMicros),
        note: `estimated ${usd(cost.lowUsdMicros)} – ${usd(cost.highUsdMicros)}`,
      },
      {
        name: 'Log',
        value: `${count(found.verification.events)} events`,
        note: found.verification.ok ? 'hash chain verified' : 'VERIFICATION FAILED',
      },
    ]),
    section(
      'Dataset',
      table(
        ['rows read', 'rejected', 'training', 'validation', 'training tokens'],
        [
          [
            dataset.rowsRead,
            dataset.rowsRejected,
            dataset.trainRows,
            dataset.validationRows,
            dataset.trainTokens,
          ].map(count),
        ],
      ),
      columns(
        bars({ title: 'Rejected, by cause', rows: dataset.rejectedByCode.map(counted) }),
        bars({ title: 'Redacted, by type', rows: dataset.redactions.map(counted) }),
      ),
    ),
    section(
      'Training',
      lineChart({
        title: 'Loss by training step',
        xLabel: 'step',
        yLabel: 'loss',
        series: [line('training loss', found, 'trainLoss'), line('validation loss', found, 'validLoss')],
      }),
    ),
    section(
      'Evaluation',
      intervalPlot({
        title: 'Score with 95 % confidence interval',
        rows: found.evals.map((each) => ({
          label: each.label,
          value: each.score,
          low: each.ciLow,
          high: each.ciHigh,
        })),
      }),
      table(
        ['run', 'model', 'cases', 'score', '95 % interval'],
        found.evals.map((each) => [
          each.label,
          each.model,
          count(each.cases),
          each.score.toFixed(3),
          `${each.ciLow.toFixed(3)} – ${each.ciHigh.toFixed(3)}`,
        ]),
      ),
      comparison === null
        ? ''
        : `<p>Candidate against base, paired over the same cases: difference ${signed(comparison.difference)}, 95 % interval ${signed(comparison.ciLow)} to ${signed(comparison.ciHigh)}, p = ${comparison.pValue.toPrecision(2)} (${escape(comparison.test)}). Non-inferiority: <strong>${escape(comparison.verdict)}</strong>.</p>`,
    ),
    section(
      'Decisions',
      table(
        ['what', 'outcome', 'who', 'why'],
        found.decisions.map((each) => [each.what, each.outcome, each.who, each.why]),
      ),
    ),
    section(
      'Reconstruction',
      `<p>Live at ${escape(found.reconstruction.at)}: <code>${escape(found.reconstruction.live)}</code>. Live now: <code>${escape(found.reconstruction.now)}</code>.</p>`,
    ),
    section(
      'Events',
      `<p>${escape(found.verification.detail)}</p>`,
      table(
        ['seq', 'time', 'event', 'stream', 'actor'],
        found.timeline.map((each) => [each.seq, each.time, each.type, each.stream, each.actor]),
      ),
    ),
  );
}

const line = (
  name: string,
  found: DemoFindings,
  key: 'trainLoss' | 'validLoss',
): { name: string; points: { x: number; y: number }[] } => ({
  name,
  points: found.lossCurve.flatMap((point) => {
    const value = point[key];
    return value === null ? [] : [{ x: point.step, y: value }];
  }),
});

const signed = (value: number): string => `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(3)}`;
const counted = ({ code, count: value }: CodeCount): { label: string; value: number } => ({
  label: code,
  value,
});
