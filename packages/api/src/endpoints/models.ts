import * as audit from '../resources/audit.ts';
import * as jobs from '../resources/ft-jobs.ts';
import * as lineage from '../resources/lineage.ts';
import * as models from '../resources/model-versions.ts';
import * as promotions from '../resources/promotions.ts';
import * as reEvals from '../resources/re-evals.ts';
import { collection, member, type Endpoint } from './endpoint.ts';

/** How models are made, made live and watched. */
export const MODELS = {
  'POST /v1/ft-jobs': {
    ...collection,
    operationId: 'createFineTune',
    body: jobs.CreateFineTune,
    answer: jobs.FineTune,
  },
  'GET /v1/ft-jobs': {
    ...collection,
    operationId: 'listFineTunes',
    query: jobs.ListFineTunes,
    answer: jobs.FineTuneList,
  },
  'GET /v1/ft-jobs/{id}': { ...member, operationId: 'getFineTune', answer: jobs.FineTune },
  'POST /v1/ft-jobs/estimate': {
    ...collection,
    operationId: 'estimateFineTune',
    body: jobs.CreateFineTune,
    answer: jobs.CostEstimate,
  },
  'POST /v1/ft-jobs/{id}/cancel': {
    ...member,
    operationId: 'cancelFineTune',
    body: jobs.CancelFineTune,
    answer: jobs.FineTune,
  },
  'POST /v1/ft-jobs/{id}/pause': {
    ...member,
    operationId: 'pauseFineTune',
    body: jobs.PauseFineTune,
    answer: jobs.FineTune,
  },
  'POST /v1/ft-jobs/{id}/resume': {
    ...member,
    operationId: 'resumeFineTune',
    body: jobs.ResumeFineTune,
    answer: jobs.FineTune,
  },
  'POST /v1/ft-jobs/{id}/resolve': {
    ...member,
    operationId: 'resolveFineTuneSubmit',
    body: jobs.ResolveSubmit,
    answer: jobs.FineTune,
  },
  'GET /v1/ft-jobs/{id}/events': {
    ...member,
    operationId: 'listFineTuneEvents',
    query: jobs.FineTuneEventsPage,
    answer: audit.EventList,
  },
  'GET /v1/ft-jobs/{id}/checkpoints': {
    ...member,
    operationId: 'listFineTuneCheckpoints',
    query: jobs.CheckpointsPage,
    answer: jobs.CheckpointList,
  },
  'GET /v1/ft-jobs/{id}/curve': {
    ...member,
    operationId: 'getFineTuneCurve',
    query: jobs.CurvePage,
    answer: jobs.Curve,
  },
  'GET /v1/ft-jobs/{id}/report': { ...member, operationId: 'getFineTuneReport', answer: null },
  'POST /v1/model-versions': {
    ...collection,
    operationId: 'registerModelVersion',
    body: models.RegisterModelVersion,
    answer: models.ModelVersion,
  },
  'GET /v1/model-versions': {
    ...collection,
    operationId: 'listModelVersions',
    query: models.ListModelVersions,
    answer: models.ModelVersionList,
  },
  'GET /v1/model-versions/{id}': { ...member, operationId: 'getModelVersion', answer: models.ModelVersion },
  'POST /v1/model-versions/{id}/retire': {
    ...member,
    operationId: 'retireModelVersion',
    body: models.RetireModelVersion,
    answer: models.ModelVersion,
  },
  'GET /v1/model-versions/{id}/lineage': {
    ...member,
    operationId: 'getModelVersionLineage',
    answer: lineage.ModelVersionLineage,
  },
  'GET /v1/model-versions/{id}/evidence': {
    ...member,
    operationId: 'getModelVersionEvidence',
    answer: null,
  },
  'POST /v1/promotions': {
    ...collection,
    operationId: 'requestPromotion',
    body: promotions.RequestPromotion,
    answer: promotions.Promotion,
  },
  'GET /v1/promotions': {
    ...collection,
    operationId: 'listPromotions',
    query: promotions.ListPromotions,
    answer: promotions.PromotionList,
  },
  'GET /v1/promotions/{id}': { ...member, operationId: 'getPromotion', answer: promotions.Promotion },
  'POST /v1/promotions/{id}/approve': {
    ...member,
    operationId: 'approvePromotion',
    body: promotions.ApprovePromotion,
    answer: promotions.Promotion,
  },
  'POST /v1/promotions/{id}/reject': {
    ...member,
    operationId: 'rejectPromotion',
    body: promotions.RejectPromotion,
    answer: promotions.Promotion,
  },
  'POST /v1/promotions/{id}/rollback': {
    ...member,
    operationId: 'rollBackPromotion',
    body: promotions.RollBackPromotion,
    answer: promotions.Promotion,
  },
  'GET /v1/production-pointers': {
    ...collection,
    operationId: 'listProductionPointers',
    query: promotions.ListPointers,
    answer: promotions.ProductionPointerList,
  },
  'GET /v1/production-pointers/{id}': {
    ...member,
    operationId: 'getProductionPointer',
    answer: promotions.ProductionPointer,
  },
  'PATCH /v1/production-pointers/{id}': {
    ...member,
    operationId: 'overrideProductionPointer',
    body: promotions.OverridePointer,
    answer: promotions.ProductionPointer,
  },
  'POST /v1/monitoring/re-evals': {
    ...collection,
    operationId: 'scheduleReEval',
    body: reEvals.ScheduleReEval,
    answer: reEvals.ReEval,
  },
  'GET /v1/monitoring/re-evals': {
    ...collection,
    operationId: 'listReEvals',
    query: reEvals.ListReEvals,
    answer: reEvals.ReEvalList,
  },
  'GET /v1/monitoring/re-evals/{id}': { ...member, operationId: 'getReEval', answer: reEvals.ReEval },
  'DELETE /v1/monitoring/re-evals/{id}': {
    ...member,
    operationId: 'unscheduleReEval',
    answer: reEvals.ReEval,
  },
} as const satisfies Readonly<Record<string, Endpoint>>;
