import type { ModelVersionState } from '@ftm/domain/model-version/state';
import type { Projection } from './projection.ts';

export const modelVersions: Projection<ModelVersionState> = {
  table: 'ftm_model_versions',
  projectId: (state) => state.registration.projectId,
  columns: { ft_job_id: 'uuid', provider_model_id: 'text', dataset_id: 'uuid' },
  values: (state) => ({
    ft_job_id: state.registration.ftJobId,
    provider_model_id: state.registration.providerModelId,
    dataset_id: state.registration.datasetId,
  }),
};
