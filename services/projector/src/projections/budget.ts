import type { BudgetState } from '@ftm/domain/budget/state';
import type { Projection } from './projection.ts';

export const budgets: Projection<BudgetState> = {
  table: 'ftm_budgets',
  projectId: (state) => state.projectId,
  columns: {},
  values: () => ({}),
};
