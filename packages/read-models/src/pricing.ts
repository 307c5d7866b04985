import type { PricingState } from '@ftm/domain/pricing/state';
import type { ReadModel } from './read-model.ts';

export const priceBooks: ReadModel<PricingState> = {
  table: 'ftm_price_books',
  projectId: () => null,
  columns: {},
  values: () => ({}),
  statuses: { revised: 'settled' },
  filters: {},
};
