import type { Aggregate } from '@ftm/contracts/ids';
import type { StateOf } from './aggregates.ts';
import { heldUsdMicros } from './budget-month/state.ts';
import type { Facts } from './facts.ts';
import { costVariance } from './fine-tune/cost.ts';
import { evidenceSha256 } from './promotion/evidence.ts';

type Json = Record<string, unknown>;

/** A resource as every answer shows it. It is made of the state alone: the same state is the same text, now and in a year. */
export function render<A extends Aggregate>(
  aggregate: A,
  tenantId: string,
  id: string,
  state: StateOf<A>,
): Json | undefined {
  const known = state;
  if (known.status === 'absent') return undefined;
  const facts: Facts = known;
  return {
    id,
    object: aggregate.replaceAll('-', '_'),
    status: known.status,
    ...(snake(VIEWS[aggregate](state)) as Json),
    version: facts.version,
    created_at: facts.createdAt,
    updated_at: facts.updatedAt,
    created_by: facts.createdBy,
    governance_decision_id: facts.governanceDecisionId,
    orchestrator_audit_id: `${tenantId}/${facts.lastSeq}`,
  };
}

const VIEWS: { readonly [A in Aggregate]: (state: StateOf<A>) => Json } = {
  dataset: (state) =>
    state.status === 'absent'
      ? {}
      : {
          ...state.request,
          ...('result' in state ? state.result : {}),
          progress: state.progress,
          contaminationOverride: 'overrideAsked' in state ? state.overrideAsked : state.override,
          ...refusal(state),
          ...(state.status === 'erasing' ? { erasureReason: state.reason } : {}),
          ...(state.status === 'erased'
            ? { erasureReason: state.erasure.reason, erasure: state.erasure }
            : {}),
        },
  'eval-suite': (state) =>
    state.status === 'absent'
      ? {}
      : {
          projectId: state.projectId,
          name: state.name,
          latestVersion: state.versions.length,
          versions: state.versions.map((each) => ({
            ...each,
            graders: each.graders.map(({ name, kind, configJson }) => ({
              name,
              kind,
              config: JSON.parse(configJson) as unknown,
            })),
          })),
        },
  'eval-run': (state) =>
    state.status === 'absent'
      ? {}
      : {
          ...state.request,
          ...('result' in state ? state.result : {}),
          ...refusal(state),
          ...('reason' in state ? { reason: state.reason } : {}),
        },
  'fine-tune': (state) =>
    state.status === 'absent'
      ? {}
      : {
          ...state.request,
          estimate: state.estimate,
          approval: state.approval ?? state.pendingApproval,
          submitAttempt: state.intent?.attempt ?? null,
          submitRefusal: state.refusal,
          submitResolution: state.resolution,
          providerJobId: state.submitted?.providerJobId ?? null,
          waitsFor: state.status === 'queued' ? state.deferral : null,
          progress: state.progress,
          wanted: state.wanted,
          cancelReason: state.cancelReason,
          actualUsdMicros: state.cost?.actualUsdMicros ?? null,
          providerFilesDeleted: state.filesDeleted !== null,
          cost: state.cost === null ? null : { ...state.cost, ...costVariance(state.cost).event },
          costUnknown: 'costUnknown' in state && state.costUnknown,
          ...('result' in state
            ? {
                providerModelId: state.result.providerModelId,
                trainedTokens: state.result.trainedTokens,
                resolvedHyperparameters: state.result.hyperparameters,
                checkpoints: state.result.checkpoints,
                selectedCheckpoint: state.result.selectedCheckpoint,
              }
            : {}),
          ...('canceled' in state ? { canceled: state.canceled } : {}),
          ...refusal(state),
        },
  'model-version': (state) =>
    state.status === 'absent'
      ? {}
      : {
          ...state.registration,
          evaluations: state.evaluations,
          targets: state.targets,
          endOfLife: state.endOfLife,
          warnedWithinDays: state.warnedWithinDays,
          ...('retirement' in state ? { retirement: state.retirement } : {}),
        },
  promotion: (state) =>
    state.status === 'absent'
      ? {}
      : {
          ...state.request,
          evidenceSha256: state.request.evidence === null ? null : evidenceSha256(state.request.evidence),
          ...('approval' in state
            ? {
                approvedBy: state.approval.approvedBy,
                previousModelVersionId: state.approval.previousModelVersionId,
              }
            : {}),
          ...('rejection' in state ? { rejection: state.rejection } : {}),
          ...('rollback' in state ? { rollback: state.rollback } : {}),
          ...refusal(state),
        },
  'production-pointer': (state) =>
    state.status === 'absent'
      ? {}
      : {
          projectId: state.projectId,
          target: state.target,
          modelVersionId: state.status === 'live' ? state.live.modelVersionId : null,
          providerModelId: state.status === 'live' ? state.live.providerModelId : null,
          promotionId: state.status === 'live' ? state.live.promotionId : null,
          history: state.history,
        },
  're-eval': (state) =>
    state.status === 'absent' ? {} : { ...state.schedule, last: state.last, regressions: state.regressions },
  tenant: (state) =>
    state.status === 'absent'
      ? {}
      : { erasure: state.status === 'erasure_requested' ? state.asked : state.erasure },
  pricing: (state) => (state.status === 'absent' ? {} : { rows: state.rows }),
  budget: (state) =>
    state.status === 'absent' ? {} : { projectId: state.projectId, monthlyUsdMicros: state.monthlyUsdMicros },
  'budget-month': (state) =>
    state.status === 'absent'
      ? {}
      : {
          projectId: state.projectId,
          month: state.month,
          spentUsdMicros: state.spentUsdMicros,
          heldUsdMicros: heldUsdMicros(state),
          unknownCosts: state.unknownCosts,
          holds: Object.entries(state.holds).map(([ftJobId, amountUsdMicros]) => ({
            ftJobId,
            amountUsdMicros,
          })),
        },
};

/** Why it is not what was asked for: gate and reasons, or the failure. */
function refusal(state: object): Json {
  return {
    ...('reasons' in state && 'gate' in state ? { gate: state.gate, reasons: state.reasons } : {}),
    ...('failure' in state ? { failure: state.failure } : {}),
  };
}

/** camelCase keys to snake_case, all the way down. */
export function snake(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snake);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snake(each),
    ]),
  );
}

/** The project of any state, wherever it keeps it. */
export function projectOf(state: object): string | null {
  for (const holder of [
    state,
    ...['request', 'registration', 'schedule'].map((key) => (state as Record<string, unknown>)[key]),
  ]) {
    if (
      typeof holder === 'object' &&
      holder !== null &&
      'projectId' in holder &&
      typeof holder.projectId === 'string'
    )
      return holder.projectId;
  }
  return null;
}
