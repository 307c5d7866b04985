import type { EventOf } from '@ftm/contracts/event-of';
import { derivedUuid } from '@ftm/contracts/ids';
import type { EventMeta } from '../event-meta.ts';
import { ABSENT, born, present, touched, withGate, type Absent, type Facts } from '../facts.ts';

/**
 * The money of a project in a month: what is held for jobs that have not ended, and what the others have cost. A stream of its own for each month: what a decision has to
 * read is two or three events for each job of that month, however long the project lives.
 */
export type BudgetMonthState = Absent | OpenedMonth;

export interface OpenedMonth extends Facts {
  readonly status: 'opened';
  readonly projectId: string;
  /** `YYYY-MM`, UTC. */
  readonly month: string;
  /** Fine-tune job → what is held for it. */
  readonly holds: Readonly<Record<string, number>>;
  readonly spentUsdMicros: number;
  /** Jobs that were sent and have ended, and of which the provider does not say what it bills: in `spentUsdMicros` they are nothing. */
  readonly unknownCosts: number;
}

/** There is one for each project and month (`YYYY-MM`). */
export const budgetMonthId = (projectId: string, month: string): string =>
  derivedUuid('budget-month', projectId, month);

/** The calendar month of a time, in UTC: `YYYY-MM`. */
export const monthOf = (time: string): string => new Date(time).toISOString().slice(0, 7);

export type BudgetMonthEvent = EventOf<'budget-month'>;

export const initialBudgetMonth: BudgetMonthState = ABSENT;

export function evolveBudgetMonth(
  before: BudgetMonthState,
  event: BudgetMonthEvent,
  meta: EventMeta,
): BudgetMonthState {
  switch (event.type) {
    case 'GateAnswered':
      return withGate(touched(present(before, event.type), meta), event.data);
    case 'BudgetHoldPlaced': {
      const { projectId, month, ftJobId, amountUsdMicros } = event.data;
      const state: OpenedMonth =
        before.status === 'absent'
          ? {
              ...born(meta),
              status: 'opened',
              projectId,
              month,
              holds: {},
              spentUsdMicros: 0,
              unknownCosts: 0,
            }
          : touched(before, meta);
      return { ...state, holds: { ...state.holds, [ftJobId]: amountUsdMicros } };
    }
    case 'BudgetHoldSettled': {
      const state = touched(present(before, event.type), meta);
      const { ftJobId, actualUsdMicros } = event.data;
      const { [ftJobId]: _, ...holds } = state.holds;
      return actualUsdMicros === null
        ? { ...state, holds, unknownCosts: state.unknownCosts + 1 }
        : { ...state, holds, spentUsdMicros: state.spentUsdMicros + actualUsdMicros };
    }
  }
}

/** What is held for jobs that have not ended, but for one of them. */
export function heldUsdMicros(state: BudgetMonthState, exceptJobId?: string): number {
  if (state.status === 'absent') return 0;
  return Object.entries(state.holds)
    .filter(([ftJobId]) => ftJobId !== exceptJobId)
    .reduce((sum, [, amount]) => sum + amount, 0);
}
