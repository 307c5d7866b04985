import { tenantStreamId, type TenantId } from '@ftm/contracts/ids';
import { fold } from '@ftm/domain/aggregates';
import { toPast } from '@ftm/domain/event-meta';
import { tenantErased } from '@ftm/domain/tenant/decide';
import { isErased } from '@ftm/domain/tenant/state';
import { asTenant } from '../http/as-tenant.ts';
import { Problem, rejectionProblem } from '../http/problem.ts';
import type { Call } from '../http/route.ts';
import type { Services } from '../services.ts';

/** Did two people decide that the tenant is erased? As its writer knows it. */
export async function tenantWasErased(
  { commander }: Pick<Services, 'commander'>,
  tenant: TenantId,
): Promise<boolean> {
  return isErased(fold('tenant', (await commander.readStream(tenant, tenantStreamId(tenant))).map(toPast)));
}

/** Before anything is stored for a command that comes later. @throws Problem 409 */
export async function requireTenant(services: Services, call: Call): Promise<void> {
  if (await tenantWasErased(services, asTenant(call.principal.tenantId)))
    throw rejectionProblem(tenantErased);
}

/** Before bytes are read: a key that this process still remembers opens nothing. @throws Problem 410 */
export async function requireBytes(services: Services, call: Call): Promise<void> {
  if (await tenantWasErased(services, asTenant(call.principal.tenantId)))
    throw new Problem(tenantErased.code, 'the tenant was erased; the bytes cannot be read any more', {
      status: 410,
    });
}
