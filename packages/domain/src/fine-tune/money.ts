import type { FtmEvent } from '@ftm/contracts/generated/events';
import { streamId } from '@ftm/contracts/ids';
import type { Load } from '../aggregate.ts';
import { budget } from '../budget/budget.ts';
import { budgetId } from '../budget/state.ts';
import { budgetMonth } from '../budget-month/budget-month.ts';
import { placeHold, settleHold } from '../budget-month/decide.ts';
import { budgetMonthId, monthOf } from '../budget-month/state.ts';
import type { CommandMeta } from '../command-meta.ts';
import { on, type Decision } from '../decision.ts';
import type { FineTuneCommand } from './commands.ts';
import { costOfEnded } from './cost.ts';
import type { FineTuneState } from './state.ts';

interface About {
  readonly command: FineTuneCommand;
  /** The job before the decision. */
  readonly state: FineTuneState;
  readonly meta: CommandMeta;
  readonly load: Load;
}

/** Money is held and given back in the append of what it is for: no job without its hold, and no hold without its job. */
export async function withMoney(
  decision: Decision,
  { command, state, meta, load }: About,
): Promise<Decision> {
  if (decision.kind === 'rejected') return decision;
  const told = decision.events.map(({ event }) => event);
  const moved = moneyMoved(told, state);
  const asked = command.type === 'RequestFineTune' ? command.request : undefined;
  const request = state.status === 'absent' ? asked : state.request;
  if (moved === null || request === undefined) return decision;
  const { projectId } = request;
  const month = monthOfJob(state) ?? monthOf(meta.now);
  const id = budgetMonthId(projectId, month);
  const held = await load(budgetMonth, id);
  const money =
    moved.kind === 'hold'
      ? placeHold(await load(budget, budgetId(projectId)), held, {
          projectId,
          month,
          ftJobId: command.id,
          amountUsdMicros: moved.amountUsdMicros,
        })
      : settleHold(held, command.id, moved.actualUsdMicros);
  const budgeted = on(streamId('budget-month', id), money);
  return budgeted.kind === 'rejected'
    ? budgeted
    : { kind: 'accepted', events: [...decision.events, ...budgeted.events] };
}

type MoneyMoved =
  | { readonly kind: 'hold'; readonly amountUsdMicros: number }
  /** Null: nobody knows. */
  | { readonly kind: 'settle'; readonly actualUsdMicros: number | null };

/** What the events of one decision on a job mean for the budget; the last one that means anything counts. */
function moneyMoved(events: readonly FtmEvent[], before: FineTuneState): MoneyMoved | null {
  const settle = (actualUsdMicros: number | null): MoneyMoved => ({ kind: 'settle', actualUsdMicros });
  return events.reduce<MoneyMoved | null>((moved, event) => {
    switch (event.type) {
      case 'FineTuneRequested':
      case 'FineTuneReestimated':
        return { kind: 'hold', amountUsdMicros: event.data.estimate.highUsdMicros };
      case 'FineTuneBlocked':
        // One that is refused when it is asked for never held anything.
        return before.status === 'absent' ? null : settle(0);
      case 'FineTuneFailed':
      case 'FineTuneCanceled':
        return before.status === 'absent' ? moved : settle(costOfEnded(before, event.data.trainedTokens));
      case 'FineTuneSucceeded':
        // What it has cost is recorded next, unless nobody can know it.
        return event.data.tokensUnknown ? settle(null) : moved;
      case 'FineTuneCostRecorded':
        return settle(event.data.actualUsdMicros);
      default:
        return moved;
    }
  }, null);
}

/** Jobs from before there were budgets do not say it; null for one that is not there yet. */
function monthOfJob(state: FineTuneState): string | null {
  return state.status === 'absent' ? null : (state.request.budgetMonth ?? monthOf(state.createdAt));
}
