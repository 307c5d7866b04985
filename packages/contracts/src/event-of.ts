import { AGGREGATE_OF_EVENT, type Aggregate } from './generated/aggregates.ts';
import type { EventName, FtmEvent } from './generated/events.ts';

/** The events of an aggregate. */
export type EventOf<A extends Aggregate | 'any'> = Extract<FtmEvent, { readonly type: NameOf<A> }>;

type NameOf<A extends Aggregate | 'any'> = {
  [N in EventName]: (typeof AGGREGATE_OF_EVENT)[N] extends A ? N : never;
}[EventName];

/**
 * The event as one of this aggregate's, null when it is none; `any`: of those that belong on every stream. Not a predicate: to narrow the union of all events by an aggregate
 * that is not known yet takes the compiler seven seconds.
 */
export const asEventOf = <A extends Aggregate | 'any'>(of: A, event: FtmEvent): EventOf<A> | null =>
  AGGREGATE_OF_EVENT[event.type] === of ? (event as FtmEvent & EventOf<A>) : null;
