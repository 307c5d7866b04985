import type { EvalRunState } from '@ftm/domain/eval-run/state';
import type { Projection } from './projection.ts';

export const evalRuns: Projection<EvalRunState> = {
  table: 'ftm_eval_runs',
  projectId: (state) => state.request.projectId,
  columns: { suite_id: 'uuid', model_ref: 'text' },
  values: (state) => ({ suite_id: state.request.suiteId, model_ref: state.request.modelRef.value }),
};
