import type { TenantState } from '@ftm/domain/tenant/state';
import type { Projection } from './projection.ts';

export const tenants: Projection<TenantState> = {
  table: 'ftm_tenants',
  projectId: () => null,
  columns: {},
  values: () => ({}),
};
