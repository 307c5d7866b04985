import type { ModelVersionState } from '@ftm/domain/model-version/state';
import { BY_NAME, type ReadModel } from './read-model.ts';

export const modelVersions: ReadModel<ModelVersionState> = {
  table: 'ftm_model_versions',
  projectId: (state) => state.registration.projectId,
  columns: { ft_job_id: 'uuid', provider_model_id: 'text', dataset_id: 'uuid' },
  values: (state) => ({
    ft_job_id: state.registration.ftJobId,
    provider_model_id: state.registration.providerModelId,
    dataset_id: state.registration.datasetId,
  }),
  statuses: { candidate: 'settled', approved: 'settled', production: 'settled', retired: 'settled' },
  filters: {
    name: BY_NAME,
    ft_job_id: { kind: 'uuid' },
    dataset_id: { kind: 'uuid' },
    provider_model_id: { kind: 'text' },
  },
};
