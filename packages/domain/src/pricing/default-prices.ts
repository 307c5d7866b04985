/** What a million tokens cost, in millionths of a US dollar, with the source and the day it was read. Facts, not promises: a later row wins. */
export interface PriceRow {
  /** Matches models whose name starts with it; the longest match wins. */
  readonly model: string;
  readonly kind: 'training' | 'input' | 'output';
  readonly usdMicrosPerMillion: number;
  readonly validFrom: string;
  readonly source: string;
}

const READ = '2026-08-21';
const row = (model: string, kind: PriceRow['kind'], usd: number, source: string): PriceRow => ({
  model,
  kind,
  usdMicrosPerMillion: Math.round(usd * 1e6),
  validFrom: READ,
  source: `${source}, read ${READ}`,
});

export const DEFAULT_PRICES: readonly PriceRow[] = [
  row('gpt-4o-mini', 'training', 3, 'arithmetic of the provider’s guide'),
  row('gpt-3.5-turbo', 'training', 8, 'arithmetic of the provider’s guide'),
  row('gpt-4o', 'training', 25, 'third party, April 2026'),
  row('gpt-4.1', 'training', 25, 'unverified'),
  row('gpt-4.1-mini', 'training', 5, 'unverified'),
  row('gpt-4.1-nano', 'training', 1.5, 'unverified'),
  row('gpt-4o-mini', 'input', 0.15, 'unverified'),
  row('gpt-4o-mini', 'output', 0.6, 'unverified'),
  row('gpt-4.1-mini', 'input', 0.4, 'unverified'),
  row('gpt-4.1-mini', 'output', 1.6, 'unverified'),
  row('gpt-4.1-nano', 'input', 0.1, 'unverified'),
  row('gpt-4.1-nano', 'output', 0.4, 'unverified'),
  row('gpt-4.1', 'input', 2, 'unverified'),
  row('gpt-4.1', 'output', 8, 'unverified'),
];

/** The price of a model; a fine-tuned model (`ft:<base>:…`) is priced as its base. Undefined when no row names it. */
export function priceFor(
  model: string,
  kind: PriceRow['kind'],
  prices: readonly PriceRow[] = DEFAULT_PRICES,
): PriceRow | undefined {
  const base = model.startsWith('ft:') ? (model.split(':')[1] ?? model) : model;
  return prices
    .filter((each) => each.kind === kind && base.startsWith(each.model))
    .sort((a, b) => b.model.length - a.model.length || (a.validFrom < b.validFrom ? 1 : -1))[0];
}

/** Cost in millionths of a US dollar, rounded up. */
export function costOf(tokens: number, usdMicrosPerMillion: number): number {
  return Math.ceil((tokens * usdMicrosPerMillion) / 1e6);
}
