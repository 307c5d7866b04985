import type { ReEvalState } from '@ftm/domain/re-eval/state';
import type { ReadModel } from './read-model.ts';

export const reEvals: ReadModel<ReEvalState> = {
  table: 'ftm_re_evals',
  projectId: (state) => state.schedule.projectId,
  columns: { target: 'text' },
  values: (state) => ({ target: `${state.schedule.target.type}/${state.schedule.target.value}` }),
  statuses: { scheduled: 'settled', unscheduled: 'settled' },
  filters: {},
};
