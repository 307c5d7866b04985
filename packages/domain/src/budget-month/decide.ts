import type { BudgetState } from '../budget/state.ts';
import { NOTHING, reject, type Verdict } from '../decision.ts';
import { heldUsdMicros, type BudgetMonthState } from './state.ts';

/** Holds money for a job, or refuses: what is spent and held never goes beyond the limit of the month in which a job was asked for. */
export function placeHold(
  budget: BudgetState,
  state: BudgetMonthState,
  asked: {
    readonly projectId: string;
    readonly month: string;
    readonly ftJobId: string;
    readonly amountUsdMicros: number;
  },
): Verdict {
  const { projectId, month, ftJobId, amountUsdMicros } = asked;
  const placed: Verdict = [{ type: 'BudgetHoldPlaced', data: asked }];
  const before = state.status === 'absent' ? 0 : (state.holds[ftJobId] ?? 0);
  // Whoever has a hold keeps it when the limit is lowered, and may have less.
  if (budget.status !== 'limited' || amountUsdMicros <= before) return placed;
  const limit = budget.monthlyUsdMicros;
  const spent = state.status === 'absent' ? 0 : state.spentUsdMicros;
  const held = heldUsdMicros(state, ftJobId);
  const left = Math.max(0, limit - spent - held);
  return amountUsdMicros <= left
    ? placed
    : reject(
        'BUDGET_EXCEEDED',
        `the job may cost ${usd(amountUsdMicros)}, and of the budget of ${usd(limit)} that project ${projectId} has for ${month} there are ${usd(left)} left: ${usd(spent)} are spent and ${usd(held)} are held for jobs that have not ended; ask for less, wait for their end, or have an admin raise the budget with PUT /v1/projects/${projectId}/budget`,
        [
          { code: 'BUDGET_USD_MICROS', message: String(limit) },
          { code: 'SPENT_USD_MICROS', message: String(spent) },
          { code: 'HELD_USD_MICROS', message: String(held) },
          { code: 'LEFT_USD_MICROS', message: String(left) },
          { code: 'NEEDED_USD_MICROS', message: String(amountUsdMicros) },
        ],
      );
}

/**
 * The end of a job gives back what it did not cost. Nothing when nothing is held for it.
 * @param actualUsdMicros null when the provider does not say what it bills
 */
export function settleHold(
  state: BudgetMonthState,
  ftJobId: string,
  actualUsdMicros: number | null,
): Verdict {
  if (state.status === 'absent') return NOTHING;
  const held = state.holds[ftJobId];
  if (held === undefined) return NOTHING;
  return [
    {
      type: 'BudgetHoldSettled',
      data: { ftJobId, month: state.month, heldUsdMicros: held, actualUsdMicros },
    },
  ];
}

/** Whole cents as such, and what is less as far as it goes: jobs may cost fractions of a cent. */
const usd = (micros: number): string => `$${(micros / 1e6).toFixed(6).replace(/(\.\d\d\d*?)0+$/, '$1')}`;
