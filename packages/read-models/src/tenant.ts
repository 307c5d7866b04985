import type { TenantState } from '@ftm/domain/tenant/state';
import type { ReadModel } from './read-model.ts';

export const tenants: ReadModel<TenantState> = {
  table: 'ftm_tenants',
  projectId: () => null,
  columns: {},
  values: () => ({}),
  statuses: { erasure_requested: 'open', erasing: 'open', erased: 'settled' },
  filters: {},
};
