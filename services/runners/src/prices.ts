import { effectivePrices, type EffectivePrice } from '@ftm/domain/pricing/price-book';
import { PRICE_BOOK_ID } from '@ftm/domain/pricing/state';
import type { Work } from './tasks.ts';

/** What the tenant pays at a time, in ISO 8601. */
export async function pricesAt(work: Work, at: string): Promise<readonly EffectivePrice[]> {
  return effectivePrices(await work.load('pricing', PRICE_BOOK_ID), at);
}
