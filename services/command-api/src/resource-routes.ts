import type { z } from 'zod';
import type { Aggregate } from '@ftm/contracts/ids';
import { ById } from '@ftm/api/parts';
import type { Rendered } from '@ftm/api/views/render';
import type { List } from './http/page.ts';
import { defineRoute, READ, type Route } from './http/route.ts';
import type { ListQuery } from './reads.ts';
import type { Services } from './service.ts';

/** What a resource is read by: its path, the filters of its list, and how one and a page of them are shown. */
export interface ReadOptions<A extends Aggregate> {
  readonly path: string;
  readonly tag: string;
  readonly query: z.ZodType<ListQuery>;
  readonly one: z.ZodType<unknown, Rendered<A>>;
  readonly list: z.ZodType<unknown, List<Rendered<A>>>;
}

/** `GET /v1/<name>` and `GET /v1/<name>/{id}`, the same for every resource. */
export const readRoutes = <A extends Aggregate>(
  services: Services,
  aggregate: A,
  options: ReadOptions<A>,
): Route[] => [listRoute(services, aggregate, options), getRoute(services, aggregate, options)];

const listRoute = <A extends Aggregate>(
  services: Services,
  aggregate: A,
  { path, tag, query, list }: ReadOptions<A>,
): Route =>
  defineRoute({
    method: 'get',
    path,
    summary: `List ${tag}`,
    tag,
    roles: READ,
    query,
    answer: list,
    handle: async (call) => ({
      status: 200,
      body: await services.reads.list(call.principal, aggregate, call.query),
    }),
  });

/** `GET /v1/<name>/{id}` alone. */
export const getRoute = <A extends Aggregate>(
  services: Services,
  aggregate: A,
  { path, tag, one }: Pick<ReadOptions<A>, 'path' | 'tag' | 'one'>,
): Route =>
  defineRoute({
    method: 'get',
    path: `${path}/{id}`,
    summary: `Get one of ${tag}`,
    tag,
    roles: READ,
    params: ById,
    answer: one,
    async handle({ principal, params }) {
      const { body, etag } = await services.reads.one(principal, aggregate, params.id);
      return { status: 200, body, headers: { etag } };
    },
  });
