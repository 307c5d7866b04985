import type { EventOf } from '@ftm/contracts/event-of';
import { derivedUuid } from '@ftm/contracts/ids';
import type { EventMeta } from '../event-meta.ts';
import { ABSENT, born, present, touched, withGate, type Absent, type Facts } from '../facts.ts';

/** What a project may spend on training in a month; absent as long as nobody has said. What is spent and held is the months’ own. */
export type BudgetState =
  | Absent
  | (Facts & { readonly status: 'unlimited'; readonly projectId: string; readonly monthlyUsdMicros: null })
  | (Facts & { readonly status: 'limited'; readonly projectId: string; readonly monthlyUsdMicros: number });

/** There is one budget for each project. */
export const budgetId = (projectId: string): string => derivedUuid('budget', projectId);

export type BudgetEvent = EventOf<'budget'>;

export const initialBudget: BudgetState = ABSENT;

export function evolveBudget(before: BudgetState, event: BudgetEvent, meta: EventMeta): BudgetState {
  if (event.type === 'GateAnswered') return withGate(touched(present(before, event.type), meta), event.data);
  const facts: Facts = before.status === 'absent' ? born(meta) : touched(before, meta);
  const { projectId, monthlyUsdMicros } = event.data;
  return monthlyUsdMicros === null
    ? { ...facts, status: 'unlimited', projectId, monthlyUsdMicros }
    : { ...facts, status: 'limited', projectId, monthlyUsdMicros };
}
