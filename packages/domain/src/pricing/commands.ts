import type { PriceRow } from '@ftm/contracts/generated/events';

/** Puts the tenant's own prices in the place of those that it had. `id` is `PRICE_BOOK_ID`. */
export interface PricingCommand {
  readonly type: 'RevisePriceBook';
  readonly id: string;
  readonly rows: readonly PriceRow[];
}
