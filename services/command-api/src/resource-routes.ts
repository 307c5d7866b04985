import { z } from 'zod';
import type { Aggregate } from '@ftm/contracts/ids';
import { ById, defineRoute, Page, projectId, READ, type Route } from './http/route.ts';
import type { Services } from './service.ts';

/** Filters that are no ids of FTM's. */
const TEXTS: ReadonlySet<string> = new Set(['provider_model_id', 'model_ref', 'name']);

/** `GET /v1/<name>` and `GET /v1/<name>/{id}`, the same for every resource. */
export function readRoutes(
  services: Services,
  aggregate: Aggregate,
  path: string,
  tag: string,
  filters: readonly string[] = [],
): Route[] {
  const query = z.strictObject({
    ...Page,
    project_id: projectId.optional(),
    status: z.string().max(40).optional(),
    ...Object.fromEntries(
      filters.map((each) => [each, (TEXTS.has(each) ? z.string().max(200) : z.uuid()).optional()]),
    ),
  });
  return [
    defineRoute({
      method: 'get',
      path,
      summary: `List ${tag}`,
      tag,
      roles: READ,
      query,
      handle: async ({ principal, query: { limit, cursor, ...rest } }) => ({
        status: 200,
        body: await services.reads.list(principal, aggregate, {
          limit,
          cursor,
          filters: rest,
        }),
      }),
    }),
    defineRoute({
      method: 'get',
      path: `${path}/{id}`,
      summary: `Get one of ${tag}`,
      tag,
      roles: READ,
      params: ById,
      async handle({ principal, params }) {
        const { body, etag } = await services.reads.one(principal, aggregate, params.id);
        return { status: 200, body, headers: { etag } };
      },
    }),
  ];
}
