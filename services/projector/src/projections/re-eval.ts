import type { ReEvalState } from '@ftm/domain/re-eval/state';
import type { Projection } from './projection.ts';

export const reEvals: Projection<ReEvalState> = {
  table: 'ftm_re_evals',
  projectId: (state) => state.schedule.projectId,
  columns: { target: 'text' },
  values: (state) => ({ target: `${state.schedule.target.type}/${state.schedule.target.value}` }),
};
