import { holderOf, type ProductionPointerState } from '@ftm/domain/production-pointer/state';
import type { ReadModel } from './read-model.ts';

export const productionPointers: ReadModel<ProductionPointerState> = {
  table: 'ftm_production_pointers',
  projectId: holderOf,
  columns: { target: 'text', model_version_id: 'uuid' },
  values: (state) => ({
    target: `${state.target.type}/${state.target.value}`,
    model_version_id: state.status === 'live' ? state.live.modelVersionId : null,
  }),
  statuses: { live: 'settled', empty: 'settled' },
  filters: {},
};
