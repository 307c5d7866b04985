import type { BudgetMonthState } from '@ftm/domain/budget-month/state';
import type { ReadModel } from './read-model.ts';

export const budgetMonths: ReadModel<BudgetMonthState> = {
  table: 'ftm_budget_months',
  projectId: (state) => state.projectId,
  columns: {},
  values: () => ({}),
  statuses: { opened: 'settled' },
  filters: {},
};
