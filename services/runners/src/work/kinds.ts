import type { Task } from './work-table.ts';

/**
 * How a job is served. `long` work takes minutes and a processor, `short` work is due now, and `waiting` work looks at something that happens elsewhere: polls, and what has failed again and
 * again. None of them takes the workers of another.
 */
export const KINDS = ['long', 'short', 'waiting'] as const;
export type Kind = (typeof KINDS)[number];

/** Where a job stands in the queue. */
export interface Place {
  /** The queue's flags: its kind. */
  readonly flags: readonly [Kind];
  /** Lower goes first. */
  readonly priority: number;
}

const LONG: ReadonlySet<Task> = new Set(['dataset', 'eval']);
const [FIRST, USUAL, FAILED] = [-10, 0, 5];

/** Of work that an event has made. */
export function placeOfNew(task: Task): Place {
  return { flags: [LONG.has(task) ? 'long' : 'short'], priority: USUAL };
}

/** Of work that is not done: to be looked at again, or on to its next step at once. */
export function placeOfAgain(task: Task, inMs: number): Place {
  if (inMs === 0 || LONG.has(task)) return placeOfNew(task);
  return { flags: ['waiting'], priority: USUAL };
}

/** Of work that failed: what failed twice may be slow to fail, and waits with others of its kind. */
export function placeOfFailed(task: Task, failures: number): Place {
  if (LONG.has(task)) return { flags: ['long'], priority: FAILED };
  return { flags: [failures < 2 ? 'short' : 'waiting'], priority: FAILED };
}

/** Of work that waited and of which somebody said that it has come. */
export const HINTED_PRIORITY = FIRST;
