import { defineAggregate, ofProject } from '../aggregate.ts';
import { evolveBudgetMonth, initialBudgetMonth, type BudgetMonthState } from './state.ts';

/** It is told nothing: jobs hold money of it and give it back in their own appends. */
export const budgetMonth = defineAggregate<'budget-month', BudgetMonthState, never>({
  name: 'budget-month',
  commands: {},
  initial: initialBudgetMonth,
  evolve: evolveBudgetMonth,
  handle: (command) => command,
  projectOf: ({ projectId }) => ofProject(projectId),
});
