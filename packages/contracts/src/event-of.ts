import { AGGREGATE_OF_EVENT, type Aggregate } from './generated/aggregates.ts';
import type { EventName, FtmEvent } from './generated/events.ts';

/** The events that may stand on a stream of an aggregate: its own, and those that belong on any. */
export type EventOf<A extends Aggregate> = Extract<FtmEvent, { readonly type: NameOf<A> }>;

type NameOf<A extends Aggregate> = {
  [N in EventName]: (typeof AGGREGATE_OF_EVENT)[N] extends A | 'any' ? N : never;
}[EventName];

export function belongsOn<A extends Aggregate>(aggregate: A, event: FtmEvent): event is EventOf<A> {
  const of = AGGREGATE_OF_EVENT[event.type];
  return of === aggregate || of === 'any';
}
