import type { ObjectRef } from '@ftm/contracts/generated/events';
import { lineBytes } from '@ftm/object-store/lines';
import { numberCursor, pageOf, type List, type PageAsked } from './http/page.ts';
import { snake } from '@ftm/api/snake';
import type { Call } from './http/route.ts';
import type { Services } from './services.ts';
import { requireBytes } from './tenant/erased.ts';

/**
 * A page of the lines of a stored JSONL object, however large it is: it is read up to the end of the page, and those of the page are parsed, with their names in
 * snake_case. What a line is is known by who asks: `T`.
 * @throws Problem 410 when the tenant was erased; ObjectKeyErased
 */
export async function objectLines<T>(
  services: Services,
  call: Call,
  object: ObjectRef,
  { limit, cursor }: PageAsked,
): Promise<List<T>> {
  await requireBytes(services, call);
  const from = numberCursor(cursor);
  const read: T[] = [];
  let at = 0;
  for await (const line of lineBytes(services.objects.getStream(call.principal.tenantId, object))) {
    if (at >= from) read.push(snake(JSON.parse(line.toString('utf8'))) as T);
    at += 1;
    if (read.length > limit) break;
  }
  return pageOf(read, limit, () => String(from + limit));
}

/** A small object as a whole. @throws Problem 410 when the tenant was erased; ObjectKeyErased */
export async function openObject(services: Services, call: Call, object: ObjectRef): Promise<Buffer> {
  await requireBytes(services, call);
  return services.objects.get(call.principal.tenantId, object);
}
