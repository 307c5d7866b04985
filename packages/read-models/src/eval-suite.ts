import type { EvalSuiteState } from '@ftm/domain/eval-suite/state';
import type { ReadModel } from './read-model.ts';

export const evalSuites: ReadModel<EvalSuiteState> = {
  table: 'ftm_eval_suites',
  projectId: (state) => state.projectId,
  columns: { name: 'text' },
  values: (state) => ({ name: state.name }),
  statuses: { active: 'settled' },
  filters: { name: { kind: 'text' } },
};
