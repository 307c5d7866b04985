import type { FineTuneState } from '@ftm/domain/fine-tune/state';
import { BY_NAME, type ReadModel } from './read-model.ts';

export const fineTunes: ReadModel<FineTuneState> = {
  table: 'ftm_ft_jobs',
  projectId: (state) => state.request.projectId,
  columns: { dataset_id: 'uuid' },
  values: (state) => ({ dataset_id: state.request.datasetId }),
  statuses: {
    queued: 'open',
    running: 'open',
    paused: 'open',
    completed: 'settled',
    failed: 'settled',
    blocked: 'settled',
    canceled: 'settled',
  },
  filters: { name: BY_NAME, dataset_id: { kind: 'uuid' } },
};
