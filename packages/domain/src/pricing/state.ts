import type { EventOf } from '@ftm/contracts/event-of';
import type { PriceRow } from '@ftm/contracts/generated/events';
import { derivedUuid } from '@ftm/contracts/ids';
import type { EventMeta } from '../event-meta.ts';
import { ABSENT, born, present, touched, withGate, type Absent, type Facts } from '../facts.ts';

/** A tenant's own prices; absent as long as it uses the defaults. */
export type PricingState =
  Absent | (Facts & { readonly status: 'revised'; readonly rows: readonly PriceRow[] });

/** There is one book in each tenant. */
export const PRICE_BOOK_ID = derivedUuid('pricing');

export type PricingEvent = EventOf<'pricing'>;

export const initialPricing: PricingState = ABSENT;

export function evolvePricing(before: PricingState, event: PricingEvent, meta: EventMeta): PricingState {
  if (event.type === 'GateAnswered') return withGate(touched(present(before, event.type), meta), event.data);
  const facts: Facts = before.status === 'absent' ? born(meta) : touched(before, meta);
  return { ...facts, status: 'revised', rows: event.data.rows };
}
