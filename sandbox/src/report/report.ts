import { escapeHtml, intervalChart, lineChart } from './charts.ts';

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

export const usd = (micros: number): string =>
  `$${(micros / 1e6).toFixed(micros !== 0 && Math.abs(micros) < 10_000 ? 4 : 2)}`;

/** One page that opens offline: what went in, what came out, what it cost, who decided, and the events that prove it. */
export function renderReport(found: DemoFindings): string {
  const { dataset, cost } = found;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(found.title)}</title><style>${STYLE}</style></head><body><main>
<h1>${escapeHtml(found.title)}</h1>
<p class="lead">Finished ${escapeHtml(found.finishedAt)} after ${found.durationS.toFixed(0)} s. Provider and Orchestrator are simulators: the provider really trains a small model on the uploaded rows.</p>
<section class="tiles">
${tile('Candidate', found.evals[1] === undefined ? '–' : found.evals[1].score.toFixed(3), 'mean score')}
${tile('Base', found.evals[0] === undefined ? '–' : found.evals[0].score.toFixed(3), 'mean score')}
${tile('Cost', usd(cost.actualUsdMicros), `estimated ${usd(cost.lowUsdMicros)} – ${usd(cost.highUsdMicros)}`)}
${tile('Log', `${found.verification.events} events`, found.verification.ok ? 'hash chain verified' : 'VERIFICATION FAILED')}
</section>
<h2>Dataset</h2>
${table(['rows read', 'rejected', 'training', 'validation', 'training tokens'], [[dataset.rowsRead, dataset.rowsRejected, dataset.trainRows, dataset.validationRows, dataset.trainTokens].map((each) => each.toLocaleString('en-US'))])}
<div class="columns"><div><h3>Rejected, by cause</h3>${counts(dataset.rejectedByCode)}</div><div><h3>Redacted, by type</h3>${counts(dataset.redactions)}</div></div>
<h2>Training</h2>
${lineChart({ title: 'Loss by training step', xLabel: 'step', yLabel: 'loss', series: [line('training loss', found, 'trainLoss'), line('validation loss', found, 'validLoss')] })}
<h2>Evaluation</h2>
${intervalChart({ title: 'Score with 95 % confidence interval', rows: found.evals.map((each) => ({ label: each.label, value: each.score, low: each.ciLow, high: each.ciHigh })) })}
${table(
  ['run', 'model', 'cases', 'score', '95 % interval'],
  found.evals.map((each) => [
    each.label,
    each.model,
    String(each.cases),
    each.score.toFixed(3),
    `${each.ciLow.toFixed(3)} – ${each.ciHigh.toFixed(3)}`,
  ]),
)}
${found.comparison === null ? '' : `<p>Candidate against base, paired over the same cases: difference ${signed(found.comparison.difference)}, 95 % interval ${signed(found.comparison.ciLow)} to ${signed(found.comparison.ciHigh)}, p = ${found.comparison.pValue.toPrecision(2)} (${escapeHtml(found.comparison.test)}). Non-inferiority: <strong>${escapeHtml(found.comparison.verdict)}</strong>.</p>`}
<h2>Decisions</h2>
${table(
  ['what', 'outcome', 'who', 'why'],
  found.decisions.map((each) => [each.what, each.outcome, each.who, each.why]),
)}
<h2>Reconstruction</h2>
<p>Live at ${escapeHtml(found.reconstruction.at)}: <code>${escapeHtml(found.reconstruction.live)}</code>. Live now: <code>${escapeHtml(found.reconstruction.now)}</code>.</p>
<h2>Events</h2>
<p>${escapeHtml(found.verification.detail)}</p>
${table(
  ['seq', 'time', 'event', 'stream', 'actor'],
  found.timeline.map((each) => [String(each.seq), each.time, each.type, each.stream, each.actor]),
)}
</main></body></html>
`;
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

const tile = (name: string, value: string, note: string): string =>
  `<div><span>${escapeHtml(name)}</span><strong>${escapeHtml(value)}</strong><small>${escapeHtml(note)}</small></div>`;
const signed = (value: number): string => `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(3)}`;
const counts = (rows: readonly CodeCount[]): string =>
  rows.length === 0
    ? '<p class="empty">none</p>'
    : table(
        ['', 'count'],
        rows.map((row) => [row.code, String(row.count)]),
      );

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]): string =>
    row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('');
  return `<div class="scroll"><table><thead><tr>${cells('th', head)}</tr></thead><tbody>${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('')}</tbody></table></div>`;
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--line:#d9dfe7;--paper:#fff;--tile:#f4f6f9;--one:#1f6feb;--two:#d9622b;--three:#2d8a4e}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf2;--soft:#9aa6b5;--line:#323b47;--paper:#12171e;--tile:#1b222c;--one:#6ea8fe;--two:#f0955f;--three:#62c088}}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,sans-serif}main{max-width:960px;margin:0 auto;padding:32px 20px 80px}
h1{font-size:26px;margin:0 0 4px}h2{font-size:19px;margin:36px 0 8px;border-bottom:1px solid var(--line);padding-bottom:4px}h3{font-size:15px;margin:16px 0 4px}.lead,.empty,small{color:var(--soft)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:12px;margin-top:20px}.tiles div{background:var(--tile);border-radius:8px;padding:12px 16px;display:flex;flex-direction:column}.tiles strong{font-size:22px}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(280px,1fr));gap:24px}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13.5px}th,td{text-align:left;padding:5px 10px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}th{color:var(--soft);font-weight:600}
figure{margin:12px 0}figcaption{font-weight:600;margin-bottom:4px}svg{width:100%;height:auto;font:11.5px system-ui,sans-serif;fill:var(--ink)}.grid{stroke:var(--line)}code{font-size:13px}
@media print{body{font-size:11px}}
`;
