import type { DatasetState } from '@ftm/domain/dataset/state';
import type { Projection } from './projection.ts';

export const datasets: Projection<DatasetState> = {
  table: 'ftm_datasets',
  projectId: (state) => state.request.projectId,
  columns: { rebuild_of: 'uuid' },
  values: (state) => ({ rebuild_of: state.request.rebuildOf }),
};
