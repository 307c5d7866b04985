import type { PriceRow } from '@ftm/contracts/generated/events';
import { DEFAULT_PRICES } from './default-prices.ts';
import type { PricingState } from './state.ts';

export interface EffectivePrice extends PriceRow {
  /** `tenant`: from its own book, in the place of the default if there is one. */
  readonly origin: 'default' | 'tenant';
}

/**
 * The prices of a tenant at a time, one for each model and kind. Of a book, the last row that is effective by then counts; a row of the tenant's book goes before the default
 * of the same model and kind, whatever their days.
 * @param at ISO 8601 in UTC
 */
export function effectivePrices(book: PricingState, at: string): EffectivePrice[] {
  const prices = new Map<string, EffectivePrice>();
  const add = (rows: readonly PriceRow[], origin: EffectivePrice['origin']): void => {
    const due = rows
      .filter(({ effectiveFrom }) => effectiveFrom <= at.slice(0, 10))
      .sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1));
    for (const row of due) prices.set(`${row.model} ${row.kind}`, { ...row, origin });
  };
  add(DEFAULT_PRICES, 'default');
  if (book.status !== 'absent') add(book.rows, 'tenant');
  return [...prices].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, price]) => price);
}

/** The price of a model; a fine-tuned model (`ft:<base>:…`) is priced as its base. Undefined when no row names it. */
export function priceFor(
  model: string,
  kind: PriceRow['kind'],
  prices: readonly PriceRow[],
): PriceRow | undefined {
  const base = model.startsWith('ft:') ? (model.split(':')[1] ?? model) : model;
  return prices
    .filter((each) => each.kind === kind && base.startsWith(each.model))
    .sort((a, b) => b.model.length - a.model.length)[0];
}

/** Cost in millionths of a US dollar, rounded up. */
export function costOf(tokens: number, usdMicrosPerMillion: number): number {
  return Math.ceil((tokens * usdMicrosPerMillion) / 1e6);
}
