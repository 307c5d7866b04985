import type { ObjectRef } from '@ftm/contracts/generated/events';
import { lineBytes } from '@ftm/object-store/lines';
import { ObjectKeyErased } from '@ftm/object-store/object-store';
import { Problem } from './http/problem.ts';
import type { Call } from './http/route.ts';
import type { Services } from './service.ts';
import { requireBytes } from './tenant/erased.ts';

/** A page of the lines of a stored JSONL object, however large it is; all are counted, those of the page are parsed. @throws Problem 410 when its key was erased, or the tenant */
export async function objectLines(
  services: Services,
  call: Call,
  object: ObjectRef,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ data: unknown[]; total: number }> {
  await requireBytes(services, call);
  const data: unknown[] = [];
  let total = 0;
  try {
    for await (const line of lineBytes(services.objects.getStream(call.principal.tenantId, object))) {
      if (total >= page.offset && data.length < page.limit)
        data.push(JSON.parse(line.toString('utf8')) as unknown);
      total += 1;
    }
  } catch (error) {
    throw asProblem(error);
  }
  return { data, total };
}

/** A small object as a whole. @throws Problem 410 when its key was erased */
export async function openObject(services: Services, call: Call, object: ObjectRef): Promise<Buffer> {
  await requireBytes(services, call);
  return services.objects
    .get(call.principal.tenantId, object)
    .catch((error: unknown) => Promise.reject(asProblem(error)));
}

const asProblem = (error: unknown): Error =>
  error instanceof ObjectKeyErased
    ? new Problem(410, 'ERASED', 'the data key was destroyed; the bytes cannot be read any more')
    : (error as Error);
