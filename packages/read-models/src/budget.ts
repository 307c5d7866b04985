import type { BudgetState } from '@ftm/domain/budget/state';
import type { ReadModel } from './read-model.ts';

export const budgets: ReadModel<BudgetState> = {
  table: 'ftm_budgets',
  projectId: (state) => state.projectId,
  columns: {},
  values: () => ({}),
  statuses: { unlimited: 'settled', limited: 'settled' },
  filters: {},
};
