import { effectivePrices, type EffectivePrice } from '@ftm/domain/pricing/price-book';
import { PRICE_BOOK_ID } from '@ftm/domain/pricing/state';
import type { Job, Tools } from './tasks.ts';

/** What the tenant pays at a time, in ISO 8601. */
export async function pricesAt(job: Job, tools: Tools, at: string): Promise<readonly EffectivePrice[]> {
  return effectivePrices(await tools.commands.load(job.tenantId, 'pricing', PRICE_BOOK_ID), at);
}
