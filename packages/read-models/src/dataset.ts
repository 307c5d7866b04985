import type { DatasetState } from '@ftm/domain/dataset/state';
import type { ReadModel } from './read-model.ts';

export const datasets: ReadModel<DatasetState> = {
  table: 'ftm_datasets',
  projectId: (state) => state.request.projectId,
  columns: { rebuild_of: 'uuid' },
  values: (state) => ({ rebuild_of: state.request.rebuildOf }),
  statuses: {
    building: 'open',
    pending_sanitization: 'open',
    ready: 'settled',
    blocked: 'settled',
    failed: 'settled',
    erasing: 'settled',
    erased: 'settled',
  },
  filters: {
    rebuild_of: { kind: 'uuid' },
    // No column: a dataset has several.
    source_dataset_id: { kind: 'uuid', where: "state #> '{request,source,datasetIds}' @> to_jsonb(?::text)" },
  },
};
