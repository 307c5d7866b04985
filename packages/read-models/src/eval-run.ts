import type { EvalRunState } from '@ftm/domain/eval-run/state';
import { BY_NAME, type ReadModel } from './read-model.ts';

export const evalRuns: ReadModel<EvalRunState> = {
  table: 'ftm_eval_runs',
  projectId: (state) => state.request.projectId,
  columns: { suite_id: 'uuid', model_ref: 'text' },
  values: (state) => ({ suite_id: state.request.suiteId, model_ref: state.request.modelRef.value }),
  statuses: {
    queued: 'open',
    running: 'open',
    completed: 'settled',
    failed: 'settled',
    blocked: 'settled',
    canceled: 'settled',
  },
  filters: { name: BY_NAME, suite_id: { kind: 'uuid' }, model_ref: { kind: 'text' } },
};
