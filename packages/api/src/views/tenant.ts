import type { z } from 'zod';
import type { TenantState } from '@ftm/domain/tenant/state';
import type { Tenant } from '../resources/erasures.ts';
import { snake } from '../snake.ts';
import type { Known, Shown } from './shown.ts';

export function viewTenant(state: Known<TenantState>): Shown<z.input<typeof Tenant>> {
  switch (state.status) {
    case 'erasure_requested':
      return { erasure: { ...snake(state.asked), confirmed_by: null, data_keys: null } };
    case 'erasing':
      return { erasure: { ...snake(state.erasure), data_keys: null } };
    case 'erased':
      return { erasure: snake(state.erasure) };
  }
}
