import type { z } from 'zod';
import type { ModelVersionState } from '@ftm/domain/model-version/state';
import type { ProductionPointerState } from '@ftm/domain/production-pointer/state';
import { evidenceSha256 } from '@ftm/domain/promotion/evidence';
import type { PromotionState } from '@ftm/domain/promotion/state';
import type { ReEvalState } from '@ftm/domain/re-eval/state';
import { registration, type ModelVersion } from '../resources/model-versions.ts';
import { promotionRequest, type ProductionPointer, type Promotion } from '../resources/promotions.ts';
import { reEvalSchedule, type ReEval } from '../resources/re-evals.ts';
import { snake } from '../snake.ts';
import { fields, noRefusal } from './fields.ts';
import { labelsOf } from './labels.ts';
import type { Known, Shown } from './shown.ts';

export const viewModelVersion = (state: Known<ModelVersionState>): Shown<z.input<typeof ModelVersion>> => ({
  ...fields(registration, state.registration),
  ...labelsOf(state),
  evaluations: snake(state.evaluations),
  targets: snake(state.targets),
  end_of_life: snake(state.endOfLife),
  warned_within_days: state.warnedWithinDays,
  retirement: state.status === 'retired' ? state.retirement : null,
});

export function viewPromotion(state: Known<PromotionState>): Shown<z.input<typeof Promotion>> {
  const approval = 'approval' in state ? state.approval : null;
  return {
    ...fields(promotionRequest, state.request),
    ...labelsOf(state),
    evidence_sha256: state.request.evidence === null ? null : evidenceSha256(state.request.evidence),
    approved_by: approval?.approvedBy ?? null,
    previous_model_version_id: approval?.previousModelVersionId ?? null,
    rejection: state.status === 'rejected' ? snake(state.rejection) : null,
    rollback: state.status === 'rolled_back' ? snake(state.rollback) : null,
    ...(state.status === 'blocked' ? { gate: state.gate, reasons: snake(state.reasons) } : noRefusal),
  };
}

export function viewProductionPointer(
  state: Known<ProductionPointerState>,
): Shown<z.input<typeof ProductionPointer>> {
  const live = state.status === 'live' ? state.live : null;
  return {
    project_id: state.projectId,
    target: snake(state.target),
    model_version_id: live?.modelVersionId ?? null,
    provider_model_id: live?.providerModelId ?? null,
    promotion_id: live?.promotionId ?? null,
    history: snake(state.history),
  };
}

export const viewReEval = (state: Known<ReEvalState>): Shown<z.input<typeof ReEval>> => ({
  ...fields(reEvalSchedule, state.schedule),
  last: snake(state.last),
  regressions: snake(state.regressions),
});
