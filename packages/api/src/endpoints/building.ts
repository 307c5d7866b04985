import * as datasets from '../resources/datasets.ts';
import * as erasures from '../resources/erasures.ts';
import * as runs from '../resources/eval-runs.ts';
import * as suites from '../resources/eval-suites.ts';
import * as lineage from '../resources/lineage.ts';
import { collection, member, type Endpoint } from './endpoint.ts';

/** Training data and its exams. */
export const BUILDING = {
  'POST /v1/datasets': {
    ...collection,
    operationId: 'createDataset',
    body: datasets.CreateDataset,
    answer: datasets.Dataset,
  },
  'GET /v1/datasets': {
    ...collection,
    operationId: 'listDatasets',
    query: datasets.ListDatasets,
    answer: datasets.DatasetList,
  },
  'GET /v1/datasets/{id}': { ...member, operationId: 'getDataset', answer: datasets.Dataset },
  'POST /v1/datasets/{id}/rebuild': {
    ...member,
    operationId: 'rebuildDataset',
    body: datasets.RebuildDataset,
    answer: datasets.Dataset,
  },
  'POST /v1/datasets/{id}/cancel': {
    ...member,
    operationId: 'cancelDataset',
    body: datasets.CancelDataset,
    answer: datasets.Dataset,
  },
  'POST /v1/datasets/{id}/contamination-override': {
    ...member,
    operationId: 'overrideContamination',
    body: datasets.OverrideContamination,
    answer: datasets.Dataset,
  },
  'POST /v1/datasets/{id}/contamination-override/approve': {
    ...member,
    operationId: 'approveContaminationOverride',
    body: datasets.ApproveContaminationOverride,
    answer: datasets.Dataset,
  },
  'GET /v1/datasets/{id}/report': { ...member, operationId: 'getDatasetReport', answer: null },
  'GET /v1/datasets/{id}/lineage': {
    ...member,
    operationId: 'getDatasetLineage',
    answer: lineage.DatasetLineage,
  },
  'GET /v1/datasets/{id}/rejections': {
    ...member,
    operationId: 'listDatasetRejections',
    query: datasets.RejectionsPage,
    answer: datasets.RejectedRowList,
  },
  'POST /v1/datasets/{id}/erasure': {
    ...member,
    operationId: 'eraseDataset',
    body: datasets.EraseDataset,
    answer: datasets.Dataset,
  },
  'GET /v1/datasets/{id}/erasure': {
    ...member,
    operationId: 'getDatasetErasure',
    query: erasures.ErasurePage,
    answer: erasures.DatasetErasure,
  },
  'POST /v1/datasets/uploads': {
    ...collection,
    operationId: 'uploadRows',
    query: datasets.UploadRows,
    answer: datasets.Upload,
  },
  'GET /v1/datasets/uploads/{id}': {
    ...member,
    operationId: 'getUpload',
    query: datasets.UploadOf,
    answer: datasets.Upload,
  },
  'POST /v1/eval-suites': {
    ...collection,
    operationId: 'createEvalSuite',
    body: suites.CreateEvalSuite,
    answer: suites.EvalSuite,
  },
  'GET /v1/eval-suites': {
    ...collection,
    operationId: 'listEvalSuites',
    query: suites.ListEvalSuites,
    answer: suites.EvalSuiteList,
  },
  'GET /v1/eval-suites/{id}': { ...member, operationId: 'getEvalSuite', answer: suites.EvalSuite },
  'POST /v1/eval-suites/{id}/versions': {
    ...member,
    operationId: 'publishEvalSuiteVersion',
    body: suites.PublishEvalSuiteVersion,
    answer: suites.EvalSuite,
  },
  'POST /v1/eval-runs': {
    ...collection,
    operationId: 'createEvalRun',
    body: runs.CreateEvalRun,
    answer: runs.EvalRun,
  },
  'GET /v1/eval-runs': {
    ...collection,
    operationId: 'listEvalRuns',
    query: runs.ListEvalRuns,
    answer: runs.EvalRunList,
  },
  'GET /v1/eval-runs/{id}': { ...member, operationId: 'getEvalRun', answer: runs.EvalRun },
  'GET /v1/eval-runs/compare': {
    ...collection,
    operationId: 'compareEvalRuns',
    query: runs.CompareEvalRuns,
    answer: runs.ComparedEvalRuns,
  },
  'POST /v1/eval-runs/{id}/cancel': {
    ...member,
    operationId: 'cancelEvalRun',
    body: runs.CancelEvalRun,
    answer: runs.EvalRun,
  },
  'GET /v1/eval-runs/{id}/cases': {
    ...member,
    operationId: 'listEvalRunCases',
    query: runs.CasesPage,
    answer: runs.EvalRunCaseList,
  },
} as const satisfies Readonly<Record<string, Endpoint>>;
