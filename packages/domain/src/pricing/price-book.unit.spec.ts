import { ourWords } from '@ftm/contracts/scanned-text';
import type { PriceRow } from '@ftm/contracts/generated/events';
import { given } from '../testing/spec.ts';
import { effectivePrices, priceFor } from './price-book.ts';
import { initialPricing, PRICE_BOOK_ID, type PricingState } from './state.ts';

const row = (model: string, usdMicrosPerMillion: number, effectiveFrom: string): PriceRow => ({
  model,
  kind: 'training',
  usdMicrosPerMillion,
  effectiveFrom,
  source: 'contract 7',
  note: null,
});
const book = (...rows: readonly PriceRow[]): PricingState => ({
  status: 'revised',
  rows,
  createdAt: '',
  updatedAt: '',
  createdBy: '',
  version: 1,
  lastSeq: 1,
  governanceDecisionId: null,
  gates: [],
});
const NOW = '2026-11-25T10:00:00.000Z';
const training = (state: PricingState, model: string, at = NOW) =>
  priceFor(model, 'training', effectivePrices(state, at));

describe('the price of a model', () => {
  it('is the default as long as the tenant has none', () => {
    expect(training(initialPricing, 'gpt-4o-mini-2024-07-18')).toMatchObject({
      usdMicrosPerMillion: 3_000_000,
      origin: 'default',
      source: expect.stringContaining('read 2026-08-21'),
    });
    expect(training(initialPricing, 'unheard-of')).toBeUndefined();
  });
  it('is the tenant’s own from its day on, and the last one that is effective', () => {
    const state = book(row('gpt-4o-mini', 2, '2026-12-01'), row('gpt-4o-mini', 1, '2026-10-01'));
    const at = (day: string) => training(state, 'gpt-4o-mini', `${day}T00:00:00.000Z`)?.usdMicrosPerMillion;
    expect(['2026-09-30', '2026-10-01', '2026-11-30', '2026-12-01'].map(at)).toEqual([3_000_000, 1, 1, 2]);
  });
  it('is that of the longest name that fits; of a fine-tuned model, that of its base', () => {
    expect(training(book(row('gpt', 1, '2026-01-01')), 'gpt-4.1-nano-x')).toMatchObject({
      model: 'gpt-4.1-nano',
    });
    expect(training(initialPricing, 'ft:gpt-4.1-mini-2025-04-14:acme::1')?.usdMicrosPerMillion).toBe(
      5_000_000,
    );
  });
});

describe('a price book', () => {
  const stream = `pricing/${PRICE_BOOK_ID}` as const;
  const revise = (...rows: readonly PriceRow[]) =>
    ({
      type: 'RevisePriceBook',
      id: PRICE_BOOK_ID,
      rows: rows.map((each) => ({ ...each, source: ourWords('contract 7'), note: null })),
    }) as const;
  it('is revised as a whole; the same rows again are nothing new', async () => {
    const rows = [row('m', 1, '2026-01-01')];
    await given()
      .when(revise(...rows))
      .thenGives({ type: 'PriceBookRevised', data: { rows } });
    await given({ stream, event: { type: 'PriceBookRevised', data: { rows } } })
      .when(revise(...rows))
      .thenGives();
  });
  it('has no two prices of the same tokens from the same day on', async () => {
    await given()
      .when(revise(row('m', 1, '2026-01-01'), row('m', 2, '2026-01-01')))
      .thenRejects('PRICE_AMBIGUOUS');
  });
});
