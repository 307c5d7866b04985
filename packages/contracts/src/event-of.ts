import { AGGREGATE_OF_EVENT, type Aggregate } from './generated/aggregates.ts';
import type { EventName, FtmEvent } from './generated/events.ts';

/** The events of an aggregate. */
export type EventOf<A extends Aggregate | 'any'> = Extract<FtmEvent, { readonly type: NameOf<A> }>;

type NameOf<A extends Aggregate | 'any'> = {
  [N in EventName]: (typeof AGGREGATE_OF_EVENT)[N] extends A ? N : never;
}[EventName];

/** Is it one of this aggregate's events? `any`: of those that belong on every stream. */
export const belongsTo = <A extends Aggregate | 'any'>(of: A, event: FtmEvent): event is EventOf<A> =>
  AGGREGATE_OF_EVENT[event.type] === of;
