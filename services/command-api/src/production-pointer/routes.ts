import { z } from 'zod';
import {
  ADMIN,
  ById,
  defineRoute,
  id,
  instant,
  Page,
  projectId,
  READ,
  reason,
  type Route,
} from '../http/route.ts';
import { readRoutes } from '../resource-routes.ts';
import { askGate, callIds, command, fresh, type Services } from '../service.ts';

export function productionPointerRoutes(services: Services): Route[] {
  const [, one] = readRoutes(
    services,
    'production-pointer',
    '/v1/production-pointers',
    'production pointers',
  );
  return [
    defineRoute({
      method: 'get',
      path: '/v1/production-pointers',
      summary: 'What is live, now or at an earlier time',
      tag: 'production pointers',
      roles: READ,
      query: z.strictObject({
        ...Page,
        project_id: projectId.optional(),
        status: z.string().max(40).optional(),
        at: instant.optional(),
      }),
      async handle({ principal, query: { limit, cursor, at, ...filters } }) {
        if (at === undefined)
          return {
            status: 200,
            body: await services.reads.list(principal, 'production-pointer', { limit, cursor, filters }),
          };
        const all = await services.reads.allAt(principal, 'production-pointer', new Date(at).toISOString());
        const data = all.filter(
          (each) =>
            (filters.project_id === undefined || each['project_id'] === filters.project_id) &&
            (filters.status === undefined || each['status'] === filters.status),
        );
        return { status: 200, body: { data, next_cursor: null, at } };
      },
    }),
    ...(one === undefined ? [] : [one]),
    defineRoute({
      method: 'patch',
      path: '/v1/production-pointers/{id}',
      summary: 'An admin’s override, by compare-and-set',
      tag: 'production pointers',
      roles: ADMIN,
      params: ById,
      body: z.strictObject({ model_version_id: id, reason }),
      needsIfMatch: true,
      async handle(call) {
        const state = await fresh(services, call, 'production-pointer', call.params.id);
        const ids = callIds(call, `PATCH /v1/production-pointers/${call.params.id}`);
        const gate = await askGate(services, call, ids, {
          action: 'pointer.override',
          projectId: state.projectId,
          resource: { type: 'production_pointer', id: call.params.id },
          context: { model_version_id: call.body.model_version_id, target: state.target },
        });
        const { text } = await services.orchestrator.scan(
          { tenantId: ids.tenant, projectId: state.projectId },
          call.body.reason,
        );
        return command(
          services,
          call,
          ids,
          {
            type: 'OverridePointer',
            id: call.params.id,
            projectId: state.projectId,
            target: state.target,
            modelVersionId: call.body.model_version_id,
            reason: text,
            gates: [gate],
          },
          { status: 200 },
        );
      },
    }),
  ];
}
