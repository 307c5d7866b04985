import type { EvalSuiteState } from '@ftm/domain/eval-suite/state';
import type { Projection } from './projection.ts';

export const evalSuites: Projection<EvalSuiteState> = {
  table: 'ftm_eval_suites',
  projectId: (state) => state.projectId,
  columns: { name: 'text' },
  values: (state) => ({ name: state.name }),
};
