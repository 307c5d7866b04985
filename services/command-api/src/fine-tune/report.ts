import type { RecordedEvent } from '@ftm/contracts/envelope';
import { billedTokens } from '@ftm/domain/fine-tune/cost';
import {
  columns,
  count,
  escape,
  facts,
  none,
  page,
  section,
  table,
  tiles,
  timeline,
  usd,
} from '@ftm/report/html';
import { lineageGraph } from '@ftm/report/lineage-graph';
import { lineChart } from '@ftm/report/plots';
import type { CurvePoint, JobReportInput } from './report-input.ts';
import { jobWarnings } from './report-warnings.ts';

/** A job as one page for people: what to worry about first, then how it learned, what was picked and why, what it cost, who let it, and what came of it. */
export function jobReport(input: JobReportInput): string {
  const { id, state } = input;
  const { request, labels } = state;
  const name = labels?.name ?? 'Fine-tune job';
  return page(
    `${name} ${id}`,
    `<h1>${escape(name)}</h1>`,
    `<p class="lead"><code>${escape(id)}</code> · ${escape(request.method)} on ${escape(request.baseModel)} · project ${escape(request.projectId)} · asked for ${escape(state.createdAt)} by ${escape(state.createdBy)}</p>`,
    overview(input),
    ...jobWarnings(input),
    section('Loss', loss(input)),
    section('Checkpoints', ...checkpoints(input)),
    section('Cost', ...cost(input)),
    section('Hyperparameters', hyperparameters(input)),
    section('Gates', gates(input)),
    section('Lineage', lineage(input), facts(hashes(input))),
    section('Timeline', timeline(input.events.map(entry))),
  );
}

function overview({ state, model }: JobReportInput): string {
  const { estimate } = state;
  const result = state.status === 'completed' ? state.result : null;
  const known = model.state.status === 'absent' ? null : model.state;
  return tiles([
    {
      name: 'Status',
      value: state.status,
      note: 'result' in state || 'failure' in state ? '' : (state.progress?.providerStatus ?? ''),
    },
    {
      name: 'Trained tokens',
      value: result === null || result.tokensUnknown ? '–' : count(result.trainedTokens),
      note: `${count(estimate.trainingTokens)} in the file`,
    },
    {
      name: 'Cost',
      value: state.cost === null ? '–' : usd(state.cost.actualUsdMicros),
      note: `estimated ${usd(estimate.lowUsdMicros)} to ${usd(estimate.highUsdMicros)}`,
    },
    { name: 'Took', value: took(state), note: 'from the request to its last event' },
    {
      name: 'Model version',
      value: known?.status ?? 'none',
      note: known === null ? 'nothing is registered' : model.id,
    },
  ]);
}

function took({ createdAt, updatedAt }: JobReportInput['state']): string {
  const seconds = Math.max(0, Math.round((Date.parse(updatedAt) - Date.parse(createdAt)) / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200
    ? `${Math.round(seconds / 60)} min`
    : `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

function loss({ curve }: JobReportInput): string {
  const series = (name: string, of: (point: CurvePoint) => number | null) => ({
    name,
    points: curve.flatMap((point) => {
      const y = of(point);
      return y === null ? [] : [{ x: point.step, y }];
    }),
  });
  return lineChart({
    title: 'Loss by step, as the provider told it',
    xLabel: 'step',
    yLabel: 'loss',
    series: [
      series('training', ({ trainLoss }) => trainLoss),
      series('validation', ({ validLoss }) => validLoss),
    ],
  });
}

const figure = (value: number | null): string => (value === null ? '–' : value.toFixed(4));

function checkpoints({ state }: JobReportInput): string[] {
  if (state.status !== 'completed') return [none('None: the provider lists them when a job has succeeded.')];
  const { checkpoints: kept, selectedCheckpoint: chosen, providerModelId } = state.result;
  const why =
    chosen === null
      ? `<p>The provider kept none; the model is <code>${escape(providerModelId)}</code>.</p>`
      : `<p><strong>Step ${chosen.step}</strong> was picked by the rule <code>${escape(chosen.rule)}</code>: ${escape(chosen.reason)}.</p>`;
  return [
    why,
    table(
      ['step', 'training loss', 'validation loss', 'model', ''],
      kept
        .toSorted((a, b) => a.step - b.step)
        .map((each) => [
          each.step,
          figure(each.trainLoss),
          figure(each.validLoss),
          each.providerModelId,
          each.id === chosen?.checkpointId ? 'picked' : '',
        ]),
    ),
  ];
}

function cost({ state }: JobReportInput): string[] {
  const { estimate, request } = state;
  const of = (name: string, epochs: number, micros: number) => [name, epochs, usd(micros)];
  return [
    columns(
      table(
        ['', 'epochs', 'cost'],
        [
          of('low', estimate.epochsLow, estimate.lowUsdMicros),
          of('expected', estimate.epochsExpected, estimate.expectedUsdMicros),
          of('high', estimate.epochsHigh, estimate.highUsdMicros),
        ],
      ),
      facts({
        Actual: actual(state),
        'Against what was expected':
          state.cost === null ? null : variance(state.cost.actualUsdMicros, estimate.expectedUsdMicros),
        'Price per million tokens': usd(estimate.priceUsdMicrosPerMillion),
        'Price from': estimate.priceSource,
        'Tokens corrected by what was billed of': `${estimate.calibrationJobs} jobs`,
        'Error of the tokens': `± ${(estimate.tokenError * 100).toFixed(1)} %`,
        'Approval needed above': usd(request.costThresholdUsdMicros),
        Approval: state.approval === null ? 'not approved' : (state.approval.approvalId ?? 'not needed'),
      }),
    ),
  ];
}

function actual(state: JobReportInput['state']): string {
  if (state.cost !== null) return usd(state.cost.actualUsdMicros);
  if (state.status === 'blocked') return usd(0);
  if (!('costUnknown' in state)) return 'not recorded yet';
  if (state.costUnknown) return 'not known: the provider does not say what it bills';
  return billedTokens(state) === null ? usd(0) : 'not recorded yet';
}

function variance(actual: number, expected: number): string {
  if (expected === 0) return usd(actual);
  const percent = Math.round((actual / expected - 1) * 100);
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent)} %`;
}

function hyperparameters({ state }: JobReportInput): string {
  const asked = state.request.hyperparameters;
  const resolved = state.status === 'completed' ? state.result.hyperparameters : null;
  const row = (name: string, of: keyof typeof asked) => [
    name,
    asked[of] ?? 'auto',
    resolved === null ? '–' : (resolved[of] ?? '–'),
  ];
  return table(
    ['', 'asked for', 'as the provider resolved it'],
    [
      row('epochs', 'nEpochs'),
      row('batch size', 'batchSize'),
      row('learning rate ×', 'learningRateMultiplier'),
      ...(state.request.method === 'dpo' ? [row('beta', 'beta')] : []),
      ['seed', state.request.seed ?? 'none given', '–'],
    ],
  );
}

const gates = ({ state }: JobReportInput): string =>
  table(
    ['gate', 'answer', 'decision', 'policy', 'reasons'],
    state.gates.map((each) => [
      each.gate,
      each.decision,
      each.decisionId,
      each.policyVersion,
      each.reasons.map(({ message }) => message).join('; '),
    ]),
  );

function lineage({ id, state, dataset, model }: JobReportInput): string {
  const datasetNode = `dataset/${state.request.datasetId}`;
  const jobNode = `fine-tune/${id}`;
  const modelNode = `model-version/${model.id}`;
  const known = model.state.status === 'absent' ? null : model.state;
  const evals = known?.evaluations.slice(-8) ?? [];
  return lineageGraph({
    title: 'What it was made of, and what came of it',
    focus: jobNode,
    nodes: [
      {
        id: datasetNode,
        label: dataset.status === 'absent' ? state.request.datasetId : dataset.request.name,
        kind: 'dataset',
        status: dataset.status,
      },
      { id: jobNode, label: id, kind: 'fine-tune job', status: state.status },
      ...(known === null
        ? []
        : [
            {
              id: modelNode,
              label: known.registration.providerModelId,
              kind: 'model version',
              status: known.status,
            },
          ]),
      ...evals.map((each) => ({
        id: `eval-run/${each.evalRunId}`,
        label: each.evalRunId,
        kind: 'eval run',
        status: `score ${each.score.toFixed(3)}`,
      })),
    ],
    edges: [
      { from: datasetNode, to: jobNode },
      { from: jobNode, to: modelNode },
      ...evals.map((each) => ({ from: modelNode, to: `eval-run/${each.evalRunId}` })),
    ],
  });
}

const hashes = ({ state, dataset }: JobReportInput): Readonly<Record<string, unknown>> => ({
  Dataset: state.request.datasetId,
  'Dataset content SHA-256': 'result' in dataset ? dataset.result?.contentSha256 : null,
  'Training object SHA-256 (encrypted)': state.request.trainObject.sha256,
  'Request SHA-256': state.intent?.requestSha256 ?? 'not sent',
  'Job at the provider': state.submitted?.providerJobId ?? 'none',
  'Training files at the provider': state.filesDeleted === null ? 'not deleted' : 'deleted',
});

function entry({ envelope, event }: RecordedEvent): { at: string; what: string; note: string } {
  return {
    at: envelope.time,
    what: event.type.replace(/^FineTune/, ''),
    note: [noteOf(event), envelope.actor].filter((each) => each !== '').join(' · '),
  };
}

function noteOf(event: RecordedEvent['event']): string {
  switch (event.type) {
    case 'FineTuneProgressed': {
      const { providerStatus, step, totalSteps, trainLoss } = event.data;
      return step === null
        ? providerStatus
        : `${providerStatus}, step ${step} of ${totalSteps ?? '?'}, training loss ${figure(trainLoss)}`;
    }
    case 'GateAnswered':
      return `${event.data.gate}: ${event.data.decision}`;
    case 'CommandRefused':
      return `${event.data.commandType}: ${event.data.message}`;
    case 'FineTuneSubmitIntended':
      return `attempt ${event.data.attempt}`;
    case 'FineTuneSubmitted':
      return `${event.data.providerJobId}${event.data.adopted ? ', adopted' : ''}`;
    case 'FineTuneDeferred':
    case 'FineTuneFailed':
      return event.data.message;
    case 'FineTuneCancelRequested':
    case 'FineTuneCanceled':
    case 'FineTunePauseRequested':
    case 'FineTuneResumeRequested':
      return event.data.reason;
    case 'FineTuneSucceeded':
      return event.data.providerModelId;
    case 'FineTuneCostRecorded':
      return usd(event.data.actualUsdMicros);
    case 'FineTuneProviderFilesDeleted':
      return `${event.data.fileIds.length} files`;
    default:
      return '';
  }
}
