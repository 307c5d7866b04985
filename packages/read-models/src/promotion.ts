import type { PromotionState } from '@ftm/domain/promotion/state';
import { BY_NAME, type ReadModel } from './read-model.ts';

export const promotions: ReadModel<PromotionState> = {
  table: 'ftm_promotions',
  projectId: (state) => state.request.projectId,
  columns: { model_version_id: 'uuid', target: 'text' },
  values: (state) => ({
    model_version_id: state.request.modelVersionId,
    target: `${state.request.target.type}/${state.request.target.value}`,
  }),
  statuses: {
    pending: 'open',
    promoted: 'settled',
    rejected: 'settled',
    blocked: 'settled',
    rolled_back: 'settled',
  },
  filters: { name: BY_NAME, model_version_id: { kind: 'uuid' } },
};
