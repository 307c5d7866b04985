import type { PromotionState } from '@ftm/domain/promotion/state';
import type { Projection } from './projection.ts';

export const promotions: Projection<PromotionState> = {
  table: 'ftm_promotions',
  projectId: (state) => state.request.projectId,
  columns: { model_version_id: 'uuid', target: 'text' },
  values: (state) => ({
    model_version_id: state.request.modelVersionId,
    target: `${state.request.target.type}/${state.request.target.value}`,
  }),
};
