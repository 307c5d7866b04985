import type { EventData, EventName, FtmEvent } from '@ftm/contracts/generated/events';
import { derivedUuid, digest, type Aggregate } from '@ftm/contracts/ids';
import { fold } from '@ftm/domain/aggregates';
import { render, type Rendered } from '../views/render.ts';

/**
 * What the examples of the document are made of: one project’s way from its traces to a model that is live, event by event, shown by the very views that serve answers. A
 * field that answers get, the examples get, too.
 */
const TENANT = 'acme';
export const PROJECT = 'support';
const BASE = 'gpt-4.1-nano-2025-04-14';
const TUNED = 'ft:gpt-4.1-nano-2025-04-14:acme:support:9xYk2Qa';

export const exampleId = (name: string): string => derivedUuid('ftm.example', name);
export const exampleHash = (name: string): string => digest('ftm.example', name);
const object = (path: string, bytes: number) => ({
  uri: `s3://ftm/${path}`,
  sha256: exampleHash(path),
  bytes,
});
const at = (minutes: number): string => new Date(Date.UTC(2026, 2, 2, 9, minutes)).toISOString();

export const IDS = {
  dataset: exampleId('dataset'),
  suite: exampleId('suite'),
  baseRun: exampleId('base run'),
  run: exampleId('run'),
  job: exampleId('job'),
  model: exampleId('model'),
  promotion: exampleId('promotion'),
  pointer: exampleId('pointer'),
  reEval: exampleId('re-eval'),
  upload: exampleId('upload'),
  assistant: exampleId('assistant'),
} as const;

interface Told {
  readonly type: EventName;
  readonly data: unknown;
}
const told = <N extends EventName>(type: N, data: EventData<N>): Told => ({ type, data });
const allowed = (gate: string): Told =>
  told('GateAnswered', {
    gate,
    decision: 'allow',
    decisionId: exampleId(`decision ${gate}`),
    reasons: [],
    policyVersion: '2026-02',
  });

const named = (name: string): Told => told('LabelsSet', { name, description: null, metadata: [] });

/** A resource as it is shown after these events, one a minute. */
function shown<A extends Aggregate>(
  aggregate: A,
  id: string,
  from: number,
  events: readonly Told[],
): Rendered<A> {
  const state = fold(
    aggregate,
    events.map(({ type, data }, index) => ({
      event: { type, data } as FtmEvent,
      meta: { time: at(from + index), actor: 'user:ada', version: index + 1, seq: from + index + 1 },
    })),
  );
  const resource = render(aggregate, TENANT, id, state);
  if (resource === undefined) throw new Error(`there is no ${aggregate} in the story`);
  return resource;
}

const train = object(`datasets/acme/support/${IDS.dataset}/train.jsonl`, 412_988);
const validation = object(`datasets/acme/support/${IDS.dataset}/validation.jsonl`, 46_120);
const estimate = {
  lowUsdMicros: 214_000,
  expectedUsdMicros: 642_000,
  highUsdMicros: 856_000,
  trainingTokens: 142_667,
  epochsLow: 1,
  epochsExpected: 3,
  epochsHigh: 4,
  priceUsdMicrosPerMillion: 1_500_000,
  priceSource: 'price list of the provider, 2026-02-01',
  tokenError: 0.02,
  calibrationJobs: 4,
};
const hyperparameters = { nEpochs: 3, batchSize: 1, learningRateMultiplier: 2, beta: null };
const choice = {
  checkpointId: 'ftckpt_3',
  providerModelId: TUNED,
  step: 1350,
  rule: 'best_validation_loss',
  reason: 'validation loss 0.412 at step 1350 is the lowest of 3',
};
const target = { type: 'assistant' as const, value: IDS.assistant };
const cases = object('evals/acme/support/suites/cases', 38_211);
const results = object(`evals/acme/support/${IDS.run}/results.jsonl`, 71_803);
const evaluation = {
  evalRunId: IDS.run,
  suiteId: IDS.suite,
  suiteVersion: 1,
  score: 0.87,
  ciLow: 0.83,
  ciHigh: 0.91,
  baselineRunId: IDS.baseRun,
  verdict: 'pass' as const,
  resultsSha256: results.sha256,
};

export const dataset = shown('dataset', IDS.dataset, 0, [
  told('DatasetRequested', {
    projectId: PROJECT,
    assistantId: IDS.assistant,
    name: 'resolved-february',
    source: {
      kind: 'orchestrator_traces',
      from: '2026-02-01T00:00:00Z',
      to: '2026-03-01T00:00:00Z',
      outcome: 'resolved',
      tags: ['billing'],
      limit: null,
      datasetId: null,
      datasetIds: [],
      sampleFraction: null,
      uploadId: null,
      uploadObject: null,
    },
    outputFormat: 'jsonl_chat',
    dedup: { exact: true, near: true, nearThreshold: 0.8, semanticThreshold: null, semanticEmbedder: null },
    split: { validationFraction: 0.1, by: 'random', seed: 0 },
    evalSuiteIds: [IDS.suite],
    sanitizerProfile: 'default',
    recipeSha256: exampleHash('recipe'),
    rebuildOf: null,
    contamination: { policy: 'block', threshold: 0.8 },
    images: 'refused',
    targetModel: BASE,
  }),
  allowed('dataset.create'),
  told('LabelsSet', {
    name: null,
    description: 'What was resolved in February, for the answers about invoices.',
    metadata: [{ key: 'team', value: 'billing' }],
  }),
  told('DatasetSanitizationStarted', { attempt: 1, profile: 'default' }),
  told('DatasetSanitized', {
    trainObject: train,
    validationObject: validation,
    manifestObject: object(`datasets/acme/support/${IDS.dataset}/manifest.json`, 5_310),
    rejectionsObject: object(`datasets/acme/support/${IDS.dataset}/rejections.jsonl`, 2_204),
    contentSha256: exampleHash('content'),
    rowsRead: 540,
    rowsRejected: 12,
    rejectedByCode: [{ code: 'example_missing_assistant_message', count: 12 }],
    trainRows: 450,
    validationRows: 50,
    redactions: [{ code: 'EMAIL', count: 31 }],
    trainTokens: estimate.trainingTokens,
    validationTokens: 15_880,
    trismPolicyVersion: '2026-02',
    trismScanIds: [exampleId('scan')],
    dataKeyId: exampleId('data key'),
    manifestSha256: exampleHash('manifest'),
    inputSha256: exampleHash('input'),
    statisticsObject: object(`datasets/acme/support/${IDS.dataset}/statistics.json`, 9_114),
    exactDuplicates: 21,
    nearDuplicates: 7,
    semanticDuplicates: 0,
    conflicts: 2,
    contaminatedRows: 0,
    truncatedRows: 0,
    trismScans: 3,
  }),
]);

export const suite = shown('eval-suite', IDS.suite, 10, [
  told('EvalSuiteCreated', { projectId: PROJECT, name: 'support-answers' }),
  allowed('eval.suite.create'),
  told('EvalSuiteVersionPublished', {
    suiteVersion: 1,
    casesObject: cases,
    caseCount: 200,
    graders: [{ name: 'exact', kind: 'string_check', configJson: '{"operation":"ilike"}' }],
    policyProfile: 'default',
  }),
]);

export const run = shown('eval-run', IDS.run, 20, [
  told('EvalRunRequested', {
    projectId: PROJECT,
    suiteId: IDS.suite,
    suiteVersion: 1,
    casesObject: cases,
    modelRef: { type: 'ft_model_version', value: IDS.model },
    providerModelId: TUNED,
    baselineRunId: IDS.baseRun,
    nonInferiorityMargin: 0.02,
    maxCases: null,
    costCapUsdMicros: 2_000_000,
  }),
  allowed('eval.run.create'),
  told('EvalRunStarted', { attempt: 1, caseCount: 200 }),
  told('EvalRunCompleted', {
    resultsObject: results,
    caseCount: 200,
    errorCount: 0,
    score: 0.87,
    ciLow: 0.83,
    ciHigh: 0.91,
    scores: [{ grader: 'exact', score: 0.87, ciLow: 0.83, ciHigh: 0.91, n: 200 }],
    comparison: {
      baselineRunId: IDS.baseRun,
      baselineScore: 0.79,
      difference: 0.08,
      ciLow: 0.03,
      ciHigh: 0.13,
      pValue: 0.002,
      test: 'paired_permutation',
      pairs: 200,
      minimumDetectableEffect: 0.07,
      verdict: 'pass',
    },
    trismMeanRisk: 0.01,
    trismFlagged: 0,
    inputTokens: 48_200,
    outputTokens: 9_310,
    costUsdMicros: 8_544,
    usageId: exampleId('usage of the run'),
  }),
]);

export const job = shown('fine-tune', IDS.job, 30, [
  told('FineTuneRequested', {
    projectId: PROJECT,
    method: 'supervised',
    baseModel: BASE,
    datasetId: IDS.dataset,
    trainObject: train,
    validationObject: validation,
    hyperparameters: { nEpochs: 3, batchSize: null, learningRateMultiplier: null, beta: null },
    suffix: 'support',
    seed: 7,
    estimate,
    costThresholdUsdMicros: 50_000_000,
    ambiguityPolicy: 'operator',
    validationDatasetId: null,
    contaminationApprovedBy: null,
    budgetMonth: '2026-03',
  }),
  allowed('ft.job.create'),
  named('invoices, February'),
  told('FineTuneCostApproved', { approvalId: null, amountUsdMicros: 856_000, expiresAt: null }),
  told('FineTuneSubmitIntended', {
    attempt: 1,
    requestSha256: exampleHash('request'),
    trainingFileId: 'file-Train1',
    validationFileId: 'file-Valid1',
  }),
  told('FineTuneSubmitted', { attempt: 1, providerJobId: 'ftjob-4fQ9', adopted: false }),
  told('FineTuneProgressed', {
    providerStatus: 'running',
    step: 900,
    totalSteps: 1350,
    trainLoss: 0.51,
    validLoss: 0.55,
    estimatedFinish: at(50),
    mirrorObject: null,
  }),
  told('FineTuneSucceeded', {
    providerModelId: TUNED,
    trainedTokens: 428_001,
    tokensUnknown: false,
    hyperparameters,
    curveObject: object(`ft_jobs/acme/support/${IDS.job}/curve.json`, 4_410),
    checkpoints: [{ id: 'ftckpt_3', step: 1350, providerModelId: TUNED, trainLoss: 0.44, validLoss: 0.412 }],
    selectedCheckpoint: choice,
  }),
  told('FineTuneCostRecorded', {
    trainedTokens: 428_001,
    actualUsdMicros: 642_002,
    estimatedUsdMicros: 642_000,
    usageId: exampleId('usage of the job'),
  }),
]);

export const model = shown('model-version', IDS.model, 40, [
  told('ModelVersionRegistered', {
    projectId: PROJECT,
    origin: 'ft_job',
    ftJobId: IDS.job,
    datasetId: IDS.dataset,
    baseModel: BASE,
    providerModelId: TUNED,
    selection: choice,
  }),
  allowed('model.register'),
  named('invoices, February'),
  told('ModelVersionEvaluated', evaluation),
  told('ModelVersionPromoted', { promotionId: IDS.promotion, target }),
]);

export const promotion = shown('promotion', IDS.promotion, 50, [
  told('PromotionRequested', {
    projectId: PROJECT,
    modelVersionId: IDS.model,
    target,
    minEvalScore: 0.8,
    notes: 'Answers about invoices are shorter and more often right.',
    evidence: evaluation,
  }),
  allowed('model.promote'),
]);

export const pointer = shown('production-pointer', IDS.pointer, 60, [
  told('PointerMoved', {
    projectId: PROJECT,
    target,
    modelVersionId: IDS.model,
    providerModelId: TUNED,
    previousModelVersionId: null,
    promotionId: IDS.promotion,
  }),
]);

export const reEval = shown('re-eval', IDS.reEval, 70, [
  told('ReEvalScheduled', {
    projectId: PROJECT,
    suiteId: IDS.suite,
    target,
    cron: '0 3 * * 1',
    timeZone: 'Europe/Berlin',
    policy: { margin: 0.02, alpha: 0.05, autoRollback: false },
  }),
  allowed('monitoring.schedule'),
]);

export const tenant = shown('tenant', exampleId('tenant'), 80, [
  told('TenantErasureRequested', { reason: 'end of the contract' }),
]);

const priceRow = {
  model: 'gpt-4.1-nano',
  kind: 'training' as const,
  usdMicrosPerMillion: 1_500_000,
  effectiveFrom: '2026-02-01',
  source: 'price list of the provider, 2026-02-01',
  note: null,
};
export const priceBook = shown('pricing', exampleId('pricing'), 90, [
  told('PriceBookRevised', { rows: [priceRow] }),
]);
export const budget = shown('budget', exampleId('budget'), 91, [
  told('BudgetSet', { projectId: PROJECT, monthlyUsdMicros: 200_000_000, reason: 'plan of the quarter' }),
]);
export const budgetMonth = shown('budget-month', exampleId('budget month'), 92, [
  told('BudgetHoldPlaced', {
    projectId: PROJECT,
    ftJobId: IDS.job,
    month: '2026-03',
    amountUsdMicros: 856_000,
  }),
]);
