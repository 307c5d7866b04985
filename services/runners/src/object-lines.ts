import type { ObjectRef } from '@ftm/contracts/generated/events';
import type { TenantId } from '@ftm/contracts/ids';
import { lines } from '@ftm/object-store/lines';
import type { Tools } from './tasks.ts';

/** The lines of a stored object, however large it is. */
export const readLines = (tools: Tools, tenant: TenantId, object: ObjectRef): AsyncIterable<string> =>
  lines(tools.objects.getStream(tenant, object));
