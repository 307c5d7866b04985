import type { PriceRow } from '@ftm/contracts/generated/events';
import { BUILD_REMEDIES } from '@ftm/dataset/build/remedies';
import type { StatisticsFile } from '@ftm/dataset/build/statistics-file';
import { datasetReport } from '@ftm/dataset/report';
import type { DatasetReportInput } from '@ftm/dataset/report-input';
import { billingRules } from '@ftm/dataset/tokens/billing';
import type { DatasetState } from '@ftm/domain/dataset/state';
import { estimateRanges } from '@ftm/domain/fine-tune/estimate';
import { Problem } from '../http/problem.ts';
import type { Call } from '../http/route.ts';
import { openObject } from '../object-lines.ts';
import { pricesOf } from '../pricing/prices.ts';
import type { Services } from '../services.ts';
import { fresh } from '../states.ts';
import { madeOf } from './lineage.ts';

/** Base models that are tuned today; the dataset's own comes first. */
const MODELS = ['gpt-4.1-mini', 'gpt-4.1-nano', 'gpt-4.1', 'gpt-4o-mini', 'gpt-4o'];
/** Drawn of what was made of the dataset: the newest rebuilds, then other datasets, then jobs. */
const MOST_CHILDREN = 30;
/** Without calibration by what was billed. */
const TOKEN_ERROR = 0.02;

/** The dataset as a page for people. @throws Problem 409 while it is not ready, 410 when it was erased */
export async function renderDatasetReport(services: Services, call: Call, id: string): Promise<string> {
  const state = await fresh(services, call, 'dataset', id);
  if (state.status === 'erasing' || state.status === 'erased')
    throw new Problem('ERASED', 'the dataset was erased; what the log says of it stays');
  if (state.status !== 'ready' || state.result.statisticsObject === null)
    throw new Problem(
      'NO_REPORT',
      state.status === 'ready'
        ? 'the version of FTM that built the dataset made no statistics: rebuild it'
        : `the dataset is ${state.status}: there is a report when it is ready`,
    );
  const bytes = await openObject(services, call, state.result.statisticsObject);
  const statistics = JSON.parse(bytes.toString('utf8')) as StatisticsFile;
  return datasetReport(
    inputOf(id, state, statistics, await pricesOf(services, call), await madeOf(services, call, id)),
  );
}

function inputOf(
  id: string,
  state: Extract<DatasetState, { status: 'ready' }>,
  statistics: StatisticsFile,
  prices: readonly PriceRow[],
  made: Awaited<ReturnType<typeof madeOf>>,
): DatasetReportInput {
  const { request, result, override } = state;
  const { findings, model } = statistics;
  const stream = `dataset/${id}`;
  const parents = [
    ...(request.rebuildOf === null ? [] : [request.rebuildOf]),
    ...request.source.datasetIds,
  ].map((each) => `dataset/${each}`);
  const children = [
    ...[...made.rebuilds, ...made.derived].map((each) => ({ ...each, kind: 'dataset' })),
    ...made.ft_jobs.map((each) => ({ ...each, kind: 'fine-tune job' })),
  ]
    .slice(0, MOST_CHILDREN)
    .map(({ id: label, status, kind }) => ({ id: `${kind}/${label}`, label, kind, status }));
  const source = request.source.kind === 'dataset' ? [] : [request.source.kind];
  return {
    id: stream,
    name: request.name,
    status: state.status,
    builtAt: state.updatedAt,
    format: request.outputFormat,
    tokens: { model, limit: billingRules(model).limit },
    recipe: {
      source: request.source.kind,
      assistant: request.assistantId ?? 'all',
      from: request.source.from ?? 'the first',
      to: request.source.to ?? 'the last',
      duplicates: request.dedup,
      contamination: request.contamination,
      split: request.split,
      'TRiSM profile': request.sanitizerProfile,
      'TRiSM policy': result.trismPolicyVersion,
      'recipe SHA-256': request.recipeSha256,
    },
    funnel: funnelOf(state),
    statistics,
    remedies: BUILD_REMEDIES,
    duplicatePairs: findings.duplicates.map(({ row, keptRow, kind, similarity }) => ({
      kind,
      keptRow,
      leftOutRow: row,
      similarity,
    })),
    conflicts: findings.conflicts.groups.map(({ rows, answerCount }) => ({ rows, answers: answerCount })),
    contamination: findings.contamination.map(({ suite, case: caseId, row, similarity }) => ({
      suite,
      caseId,
      rows: [row],
      similarity,
      outcome: override === null ? 'dropped' : 'overridden',
    })),
    costs: estimateRanges({
      methods: [request.outputFormat === 'jsonl_preference' ? 'dpo' : 'supervised'],
      models: [...new Set([model, ...MODELS])].map((each) => ({
        model: each,
        trainingTokens: result.trainTokens,
        tokenError: TOKEN_ERROR,
      })),
      rows: result.trainRows,
      nEpochs: null,
      prices,
    }),
    hashes: {
      'rows as they came': result.inputSha256,
      'rows as they are': result.contentSha256,
      manifest: result.manifestSha256,
      'training file (encrypted)': result.trainObject.sha256,
      ...(result.validationObject === null
        ? {}
        : { 'validation file (encrypted)': result.validationObject.sha256 }),
    },
    lineage: {
      nodes: [
        ...source.map((kind) => ({ id: kind, label: kind, kind: 'source', status: 'read' })),
        ...parents.map((each) => ({ id: each, label: each.slice(8), kind: 'dataset', status: 'source' })),
        ...request.evalSuiteIds.map((each) => ({
          id: `eval-suite/${each}`,
          label: each,
          kind: 'eval suite',
          status: 'checked',
        })),
        { id: stream, label: request.name, kind: 'dataset', status: state.status },
        ...children,
      ],
      edges: [
        ...[...source, ...parents, ...request.evalSuiteIds.map((each) => `eval-suite/${each}`)].map(
          (from) => ({ from, to: stream }),
        ),
        ...children.map(({ id: to }) => ({ from: stream, to })),
      ],
    },
  };
}

/** From the rows that were read to those that were kept, a step at a time. */
function funnelOf({ result, override }: Extract<DatasetState, { status: 'ready' }>) {
  const contaminated = override === null ? result.contaminatedRows : 0;
  const { exactDuplicates, nearDuplicates, semanticDuplicates } = result;
  const kept = result.trainRows + result.validationRows;
  const notNear = kept + semanticDuplicates;
  const notExact = notNear + nearDuplicates;
  const notInSuites = notExact + exactDuplicates;
  const sampled = result.rowsRejected + kept;
  return [
    { step: 'read', rows: result.rowsRead },
    ...(sampled === result.rowsRead ? [] : [{ step: 'in the sample', rows: sampled }]),
    { step: 'valid and sanitised', rows: notInSuites + contaminated },
    { step: 'not in eval suites', rows: notInSuites },
    { step: 'not exact duplicates', rows: notExact },
    { step: 'not near duplicates', rows: notNear },
    { step: 'kept', rows: kept },
  ];
}
