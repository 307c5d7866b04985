import { NOTHING, type Verdict } from '../decision.ts';
import type { BudgetCommand } from './commands.ts';
import type { BudgetState } from './state.ts';

export function decideBudget(command: BudgetCommand, state: BudgetState): Verdict {
  const { projectId, monthlyUsdMicros, reason } = command;
  if (state.status !== 'absent' && state.monthlyUsdMicros === monthlyUsdMicros) return NOTHING;
  return [{ type: 'BudgetSet', data: { projectId, monthlyUsdMicros, reason } }];
}
