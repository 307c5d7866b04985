import type { PricingState } from '@ftm/domain/pricing/state';
import type { Projection } from './projection.ts';

export const priceBooks: Projection<PricingState> = {
  table: 'ftm_price_books',
  projectId: () => null,
  columns: {},
  values: () => ({}),
};
