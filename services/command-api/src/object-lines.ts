import type { ObjectRef } from '@ftm/contracts/generated/events';
import { ObjectKeyErased } from '@ftm/object-store/object-store';
import { Problem } from './http/problem.ts';
import type { Call } from './http/route.ts';
import type { Services } from './service.ts';

/** A page of the lines of a stored JSONL object. @throws Problem 410 when its key was erased */
export async function objectLines(
  services: Services,
  call: Call,
  object: ObjectRef,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ data: unknown[]; total: number }> {
  const lines = (await openObject(services, call, object))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  return {
    data: lines.slice(page.offset, page.offset + page.limit).map((line) => JSON.parse(line) as unknown),
    total: lines.length,
  };
}

export async function openObject(services: Services, call: Call, object: ObjectRef): Promise<Buffer> {
  return services.objects.get(call.principal.tenantId, object).catch((error: unknown) => {
    if (error instanceof ObjectKeyErased)
      throw new Problem(410, 'ERASED', 'the data key was destroyed; the bytes cannot be read any more');
    throw error;
  });
}
