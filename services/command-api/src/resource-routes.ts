import type { ResourcePath } from '@ftm/api/endpoints';
import type { Tag } from '@ftm/api/openapi/tags';
import type { Aggregate } from '@ftm/contracts/ids';
import { defineRoute, READ, type Route } from './http/route.ts';
import type { ListQuery } from './reads.ts';
import type { Services } from './services.ts';
import { current } from './states.ts';

/** `GET /v1/<name>` and `GET /v1/<name>/{id}`, the same for every resource. */
export const readRoutes = (
  services: Services,
  aggregate: Aggregate,
  path: ResourcePath,
  tag: Tag,
): readonly Route[] => [
  defineRoute({
    endpoint: `GET ${path}`,
    summary: `List ${tag}`,
    tag,
    roles: READ,
    handle: async ({ principal, query }) => ({
      status: 200,
      // What is in a list of which path is what the schemas say of it; the query is one that the path takes.
      body: (await services.reads.list(principal, aggregate, query as ListQuery)) as never,
    }),
  }),
  oneRoute(services, aggregate, path, tag),
];

/** `GET /v1/<name>/{id}` alone. */
export const oneRoute = (services: Services, aggregate: Aggregate, path: ResourcePath, tag: Tag): Route =>
  defineRoute({
    endpoint: `GET ${path}/{id}`,
    summary: `Get one of ${tag}`,
    tag,
    roles: READ,
    reads: 'writer',
    async handle(call) {
      const { body, etag } = await current(services, call, aggregate, call.params.id);
      return { status: 200, body: body as never, headers: { etag } };
    },
  });
