import { effectivePrices, type EffectivePrice } from '@ftm/domain/pricing/price-book';
import { PRICE_BOOK_ID } from '@ftm/domain/pricing/state';
import type { Call } from '../http/route.ts';
import { stateOf, type Services } from '../service.ts';

/** What the caller's tenant pays now. */
export async function pricesOf(services: Services, call: Call): Promise<readonly EffectivePrice[]> {
  const book = await stateOf(services, call, 'pricing', PRICE_BOOK_ID);
  return effectivePrices(book, new Date().toISOString());
}
