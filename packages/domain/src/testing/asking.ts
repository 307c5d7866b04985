import type { GateAnswered } from '@ftm/contracts/generated/events';
import { ourWords } from '@ftm/contracts/scanned-text';
import type { Command } from '../command.ts';
import {
  datasetRequested,
  fineTuneRequested,
  modelRegistered,
  PROJECT,
  suiteVersionPublished,
  target,
} from './examples.ts';

const { suiteVersion: _v, ...version } = suiteVersionPublished;
const {
  trainObject: _t,
  validationObject: _o,
  contaminationApprovedBy: _c,
  budgetMonth: _b,
  ...job
} = fineTuneRequested;

type Gated = Exclude<
  Extract<Command, { readonly gates: readonly GateAnswered[] }>,
  { type: 'RecordGateAnswers' }
>;
type Asking = {
  readonly [T in Gated['type']]: (gates: readonly GateAnswered[]) => Extract<Gated, { type: T }>;
};

/** Every command that gates are asked of, by their answers: one that is missing does not compile. `RecordGateAnswers` is the answers and nothing else. */
export const ASKING: Asking = {
  RequestDataset: (gates) => ({ type: 'RequestDataset', id: 'd1', request: datasetRequested, gates }),
  ApproveContaminationOverride: (gates) => ({ type: 'ApproveContaminationOverride', id: 'd1', gates }),
  CreateEvalSuite: (gates) => ({
    type: 'CreateEvalSuite',
    id: 's1',
    projectId: PROJECT,
    name: 's',
    version,
    gates,
  }),
  PublishEvalSuiteVersion: (gates) => ({ type: 'PublishEvalSuiteVersion', id: 's1', version, gates }),
  RequestEvalRun: (gates) => ({
    type: 'RequestEvalRun',
    id: 'e1',
    request: {
      projectId: PROJECT,
      suiteId: 's1',
      suiteVersion: null,
      modelRef: { type: 'base_model', value: 'm' },
      baselineRunId: null,
      nonInferiorityMargin: 0,
      maxCases: null,
      costCapUsdMicros: null,
    },
    gates,
  }),
  RequestFineTune: (gates) => ({ type: 'RequestFineTune', id: 'f1', request: job, gates }),
  RegisterModelVersion: (gates) => ({
    type: 'RegisterModelVersion',
    id: 'm1',
    registration: modelRegistered,
    gates,
  }),
  RequestPromotion: (gates) => ({
    type: 'RequestPromotion',
    id: 'x1',
    projectId: PROJECT,
    modelVersionId: 'm1',
    target,
    minEvalScore: 0.5,
    minDaysToShutdown: 0,
    notes: null,
    gates,
  }),
  ApprovePromotion: (gates) => ({
    type: 'ApprovePromotion',
    id: 'x1',
    evidenceSha256: '',
    minDaysToShutdown: 0,
    gates,
  }),
  RollBackPromotion: (gates) => ({
    type: 'RollBackPromotion',
    id: 'x1',
    reason: ourWords('r'),
    gates,
  }),
  OverridePointer: (gates) => ({
    type: 'OverridePointer',
    id: 'q1',
    modelVersionId: 'm1',
    reason: ourWords('r'),
    gates,
  }),
  ScheduleReEval: (gates) => ({
    type: 'ScheduleReEval',
    id: 'r1',
    schedule: {
      projectId: PROJECT,
      suiteId: 's1',
      target,
      cron: '0 3 * * *',
      timeZone: 'UTC',
      policy: { margin: 0.02, alpha: 0.05, autoRollback: false },
    },
    gates,
  }),
};
