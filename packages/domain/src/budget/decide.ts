import type { FtmEvent } from '@ftm/contracts/generated/events';
import { NOTHING, reject, type Rejection, type Verdict } from '../decision.ts';
import type { BudgetCommand } from './commands.ts';
import { heldUsdMicros, monthOf, type BudgetState } from './state.ts';

export function decideBudget(command: BudgetCommand, state: BudgetState): Verdict {
  const { projectId, monthlyUsdMicros, reason } = command;
  if (state.status !== 'absent' && state.monthlyUsdMicros === monthlyUsdMicros) return NOTHING;
  return [{ type: 'BudgetSet', data: { projectId, monthlyUsdMicros, reason } }];
}

/** Keeps money for a job, or refuses: what is spent and kept never goes beyond the limit of the month in which a job was asked for. */
export function placeHold(
  state: BudgetState,
  about: { readonly projectId: string; readonly ftJobId: string; readonly amountUsdMicros: number },
  now: string,
): FtmEvent | Rejection {
  const { projectId, ftJobId, amountUsdMicros } = about;
  const known = state.status === 'absent' ? undefined : state.holds[ftJobId];
  const month = known?.month ?? monthOf(now);
  const placed: FtmEvent = {
    type: 'BudgetHoldPlaced',
    data: { projectId, ftJobId, month, amountUsdMicros },
  };
  if (state.status === 'absent' || state.monthlyUsdMicros === null) return placed;
  const spent = state.spentUsdMicros[month] ?? 0;
  const held = heldUsdMicros(state, month, ftJobId);
  const left = state.monthlyUsdMicros - spent - held;
  return amountUsdMicros <= left
    ? placed
    : reject(
        'BUDGET_EXCEEDED',
        `the job may cost ${usd(amountUsdMicros)}, and of the project’s budget of ${usd(state.monthlyUsdMicros)} for ${month} there are ${usd(Math.max(0, left))} left: ${usd(spent)} are spent and ${usd(held)} are held for jobs that have not ended; ask for less, wait for their end, or have an admin raise the budget`,
        [
          { code: 'BUDGET_USD_MICROS', message: String(state.monthlyUsdMicros) },
          { code: 'SPENT_USD_MICROS', message: String(spent) },
          { code: 'HELD_USD_MICROS', message: String(held) },
          { code: 'ASKED_USD_MICROS', message: String(amountUsdMicros) },
        ],
      );
}

/** The end of a job gives back what it did not cost. Nothing when nothing is held for it. */
export function settleHold(
  state: BudgetState,
  ftJobId: string,
  actualUsdMicros: number,
): readonly FtmEvent[] {
  const hold = state.status === 'absent' ? undefined : state.holds[ftJobId];
  if (hold === undefined) return NOTHING;
  return [
    {
      type: 'BudgetHoldSettled',
      data: { ftJobId, month: hold.month, heldUsdMicros: hold.amountUsdMicros, actualUsdMicros },
    },
  ];
}

const usd = (micros: number): string => `$${(micros / 1e6).toFixed(2)}`;
