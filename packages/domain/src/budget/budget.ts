import { streamId } from '@ftm/contracts/ids';
import { defineAggregate, ofProject } from '../aggregate.ts';
import { on } from '../decision.ts';
import type { BudgetCommand } from './commands.ts';
import { decideBudget } from './decide.ts';
import { evolveBudget, initialBudget, type BudgetState } from './state.ts';

export const budget = defineAggregate<'budget', BudgetState, BudgetCommand>({
  name: 'budget',
  commands: { SetBudget: { begins: true } },
  initial: initialBudget,
  evolve: evolveBudget,
  handle: (command, state) => on(streamId('budget', command.id), decideBudget(command, state)),
  projectOf: ({ projectId }) => ofProject(projectId),
});
