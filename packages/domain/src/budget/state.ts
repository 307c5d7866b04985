import type { BudgetHoldPlaced, FtmEvent } from '@ftm/contracts/generated/events';
import { derivedUuid } from '@ftm/contracts/ids';
import type { EventMeta } from '../event-meta.ts';
import { ABSENT, born, present, touched, type Absent, type Facts } from '../facts.ts';

/** What a project may spend on training in a month, what is kept for jobs that have not ended, and what the others have cost. */
export type BudgetState =
  | Absent
  | (Facts & {
      readonly status: 'unlimited' | 'limited';
      readonly projectId: string;
      readonly monthlyUsdMicros: number | null;
      /** By fine-tune job. */
      readonly holds: Readonly<Record<string, Hold>>;
      /** Month (`YYYY-MM`) → what its jobs have cost. */
      readonly spentUsdMicros: Readonly<Record<string, number>>;
    });

export type Hold = Pick<BudgetHoldPlaced, 'month' | 'amountUsdMicros'>;

/** There is one budget for each project. */
export const budgetId = (projectId: string): string => derivedUuid('budget', projectId);

export type BudgetEvent = Extract<FtmEvent, { type: `Budget${string}` }>;

export const initialBudget: BudgetState = ABSENT;

export function evolveBudget(before: BudgetState, event: BudgetEvent, meta: EventMeta): BudgetState {
  if (event.type === 'BudgetHoldSettled') {
    const state = touched(present(before, event.type), meta);
    const { ftJobId, month, actualUsdMicros } = event.data;
    const { [ftJobId]: _, ...holds } = state.holds;
    const spent = (state.spentUsdMicros[month] ?? 0) + actualUsdMicros;
    return { ...state, holds, spentUsdMicros: { ...state.spentUsdMicros, [month]: spent } };
  }
  const { projectId } = event.data;
  const state =
    before.status === 'absent'
      ? {
          ...born(meta),
          status: 'unlimited' as const,
          projectId,
          monthlyUsdMicros: null,
          holds: {},
          spentUsdMicros: {},
        }
      : touched(before, meta);
  switch (event.type) {
    case 'BudgetSet': {
      const { monthlyUsdMicros } = event.data;
      return { ...state, status: monthlyUsdMicros === null ? 'unlimited' : 'limited', monthlyUsdMicros };
    }
    case 'BudgetHoldPlaced': {
      const { ftJobId, month, amountUsdMicros } = event.data;
      return { ...state, holds: { ...state.holds, [ftJobId]: { month, amountUsdMicros } } };
    }
  }
}

/** What is kept for jobs of a month that have not ended, but for one of them. */
export function heldUsdMicros(state: BudgetState, month: string, exceptJobId?: string): number {
  if (state.status === 'absent') return 0;
  return Object.entries(state.holds)
    .filter(([ftJobId, hold]) => hold.month === month && ftJobId !== exceptJobId)
    .reduce((sum, [, hold]) => sum + hold.amountUsdMicros, 0);
}

/** The calendar month of a time, in UTC: `YYYY-MM`. */
export const monthOf = (time: string): string => new Date(time).toISOString().slice(0, 7);
