import { tenantId, type TenantId } from '@ftm/contracts/ids';
import { notFound } from './problem.ts';

/** @throws Problem 404 for what is no tenant's id: there is nothing of such a tenant */
export function asTenant(text: string): TenantId {
  try {
    return tenantId(text);
  } catch {
    throw notFound();
  }
}
