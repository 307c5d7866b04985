import type { Request } from 'express';
import { badRequest } from './errors.ts';

export interface Page<T> {
  readonly object: 'list';
  readonly data: readonly T[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

/** One value of a query parameter. @throws ApiError 400 when it is given twice */
export function queryText(request: Request, name: string): string | undefined {
  const value: unknown = request.query[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw badRequest(`'${name}' must be given once.`, name);
  return value;
}

/**
 * The page after the item named by `after`, at most `limit` items. `items` are in the order of the list.
 * @throws ApiError 400 for a limit out of range or an `after` that names nothing
 */
export function pageOf<T extends { readonly id: string }>(
  items: readonly T[],
  request: Request,
  { limit: standard, max }: { readonly limit: number; readonly max: number },
): Page<T> {
  const after = queryText(request, 'after');
  const asked = queryText(request, 'limit');
  const limit = asked === undefined ? standard : Number(asked);
  if (!Number.isInteger(limit) || limit < 1 || limit > max)
    throw badRequest(`Invalid 'limit': must be an integer from 1 to ${max}.`, 'limit', 'invalid_value');
  const start = after === undefined ? 0 : items.findIndex((item) => item.id === after) + 1;
  if (after !== undefined && start === 0)
    throw badRequest(`Invalid 'after': no item '${after}' in this list.`, 'after', 'invalid_value');
  const data = items.slice(start, start + limit);
  return {
    object: 'list',
    data,
    has_more: start + limit < items.length,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}
