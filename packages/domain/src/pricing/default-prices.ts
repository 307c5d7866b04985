import type { PriceRow } from '@ftm/contracts/generated/events';

const READ = '2026-08-21';
const row = (model: string, kind: PriceRow['kind'], usd: number, source: string): PriceRow => ({
  model,
  kind,
  usdMicrosPerMillion: Math.round(usd * 1e6),
  effectiveFrom: READ,
  source: `${source}, read ${READ}`,
  note: null,
});

/** What a million tokens cost where a tenant has no price of its own. Facts, not promises: each with its source and the day on which it was read. */
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
