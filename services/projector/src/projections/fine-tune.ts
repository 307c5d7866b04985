import type { FineTuneState } from '@ftm/domain/fine-tune/state';
import type { Projection } from './projection.ts';

export const fineTunes: Projection<FineTuneState> = {
  table: 'ftm_ft_jobs',
  projectId: (state) => state.request.projectId,
  columns: { dataset_id: 'uuid' },
  values: (state) => ({ dataset_id: state.request.datasetId }),
};
