import type { BudgetMonthState } from '@ftm/domain/budget-month/state';
import type { Projection } from './projection.ts';

export const budgetMonths: Projection<BudgetMonthState> = {
  table: 'ftm_budget_months',
  projectId: (state) => state.projectId,
  columns: {},
  values: () => ({}),
};
