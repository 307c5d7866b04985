import type { z } from 'zod';
import { heldUsdMicros, type BudgetMonthState } from '@ftm/domain/budget-month/state';
import type { BudgetState } from '@ftm/domain/budget/state';
import type { PricingState } from '@ftm/domain/pricing/state';
import type { Budget, BudgetMonth, PriceBook } from '../resources/money.ts';
import { snake } from '../snake.ts';
import type { Known, Shown } from './shown.ts';

export const viewPricing = (state: Known<PricingState>): Shown<z.input<typeof PriceBook>> => ({
  rows: snake(state.rows),
});

export const viewBudget = (state: Known<BudgetState>): Shown<z.input<typeof Budget>> => ({
  project_id: state.projectId,
  monthly_usd_micros: state.monthlyUsdMicros,
});

export const viewBudgetMonth = (state: Known<BudgetMonthState>): Shown<z.input<typeof BudgetMonth>> => ({
  project_id: state.projectId,
  month: state.month,
  spent_usd_micros: state.spentUsdMicros,
  held_usd_micros: heldUsdMicros(state),
  unknown_costs: state.unknownCosts,
  holds: holdsOf(state),
});

export const holdsOf = (state: Known<BudgetMonthState>) =>
  Object.entries(state.holds)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([job, amount]) => ({ ft_job_id: job, amount_usd_micros: amount }));
