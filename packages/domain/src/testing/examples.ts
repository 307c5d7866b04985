import type {
  DatasetRequested,
  DatasetSanitized,
  EvalSuiteVersionPublished,
  FineTuneRequested,
  GateAnswered,
  ModelVersionEvaluated,
  ModelVersionRegistered,
  PromotionTarget,
} from '@ftm/contracts/generated/events';

/** Events with everything that a rule does not look at filled in. */
export const PROJECT = 'p1';
const object = (name: string) => ({ uri: `s3://ftm/${name}`, sha256: 'a'.repeat(64), bytes: 10 });

export const gate = (decision: 'allow' | 'deny' = 'allow', name = 'g'): GateAnswered => ({
  gate: name,
  decision,
  decisionId: 'd1',
  reasons: decision === 'deny' ? [{ code: 'NO', message: 'no' }] : [],
  policyVersion: '1',
});

export const datasetRequested: DatasetRequested = {
  projectId: PROJECT,
  assistantId: null,
  name: 'd',
  source: {
    kind: 'orchestrator_traces',
    from: null,
    to: null,
    outcome: null,
    tags: [],
    limit: null,
    datasetId: null,
    datasetIds: [],
    sampleFraction: null,
    uploadId: null,
    uploadObject: null,
  },
  outputFormat: 'jsonl_chat',
  dedup: { exact: true, near: false, nearThreshold: 0.8, semanticThreshold: null, semanticEmbedder: null },
  split: { validationFraction: 0.1, by: 'random', seed: 0 },
  evalSuiteIds: [],
  sanitizerProfile: 'default',
  recipeSha256: 'r',
  rebuildOf: null,
  contamination: { policy: 'block', threshold: 0.8 },
  images: 'refused',
  targetModel: null,
};

export const datasetSanitized: DatasetSanitized = {
  trainObject: object('train'),
  validationObject: null,
  manifestObject: object('manifest'),
  rejectionsObject: object('rejections'),
  contentSha256: 'c',
  rowsRead: 100,
  rowsRejected: 0,
  rejectedByCode: [],
  trainRows: 100,
  validationRows: 0,
  redactions: [],
  trainTokens: 1000,
  validationTokens: 0,
  trismPolicyVersion: '1',
  trismScanIds: ['s'],
  dataKeyId: 'k',
  manifestSha256: 'm',
  inputSha256: 'i',
  statisticsObject: object('statistics'),
  exactDuplicates: 0,
  nearDuplicates: 0,
  semanticDuplicates: 0,
  conflicts: 0,
  contaminatedRows: 0,
  truncatedRows: 0,
  trismScans: 1,
};

export const fineTuneRequested: FineTuneRequested = {
  projectId: PROJECT,
  method: 'supervised',
  baseModel: 'm',
  datasetId: 'd1',
  trainObject: object('train'),
  validationObject: null,
  hyperparameters: { nEpochs: null, batchSize: null, learningRateMultiplier: null, beta: null },
  suffix: null,
  seed: null,
  estimate: {
    lowUsdMicros: 1,
    expectedUsdMicros: 2,
    highUsdMicros: 3,
    trainingTokens: 1000,
    epochsLow: 1,
    epochsExpected: 3,
    epochsHigh: 4,
    priceUsdMicrosPerMillion: 1,
    priceSource: 's',
    tokenError: 0,
    calibrationJobs: 0,
  },
  costThresholdUsdMicros: 10,
  ambiguityPolicy: 'operator',
  validationDatasetId: null,
  contaminationApprovedBy: null,
  budgetMonth: '2026-01',
};

export const suiteVersionPublished: EvalSuiteVersionPublished = {
  suiteVersion: 1,
  casesObject: object('cases'),
  caseCount: 10,
  graders: [{ name: 'g', kind: 'string_check', configJson: '{}' }],
  policyProfile: 'default',
};

export const modelRegistered: ModelVersionRegistered = {
  projectId: PROJECT,
  origin: 'external',
  ftJobId: null,
  datasetId: null,
  baseModel: 'm',
  providerModelId: 'pm',
  selection: null,
};

export const evaluated = (
  score: number,
  verdict: ModelVersionEvaluated['verdict'] = null,
  evalRunId = 'e1',
): ModelVersionEvaluated => ({
  evalRunId,
  suiteId: 's1',
  suiteVersion: 1,
  score,
  ciLow: score - 0.05,
  ciHigh: score + 0.05,
  baselineRunId: verdict === null ? null : 'e0',
  verdict,
  resultsSha256: 'h',
});

export const target: PromotionTarget = { type: 'assistant', value: 'a1' };
