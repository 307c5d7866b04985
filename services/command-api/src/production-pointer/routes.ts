import { wholeList } from '../http/page.ts';
import { commandRoute } from '../http/command-route.ts';
import { ADMIN, defineRoute, READ, type Route } from '../http/route.ts';
import { changes } from '../http/subject.ts';
import { oneRoute } from '../resource-routes.ts';
import type { Services } from '../services.ts';

export function productionPointerRoutes(services: Services): Route[] {
  return [
    defineRoute({
      endpoint: 'GET /v1/production-pointers',
      summary: 'What is live, now or at an earlier time',
      tag: 'production pointers',
      roles: READ,
      async handle({ principal, query: { at, ...query } }) {
        if (at === undefined)
          return {
            status: 200,
            body: await services.reads.list(principal, 'production-pointer', query),
          };
        const all = await services.reads.allAt(principal, 'production-pointer', new Date(at).toISOString());
        const data = all.filter(
          (each) =>
            (query.project_id === undefined || each.project_id === query.project_id) &&
            (query.status === undefined || each.status === query.status),
        );
        return { status: 200, body: wholeList(data) };
      },
    }),
    oneRoute(services, 'production-pointer', '/v1/production-pointers', 'production pointers'),
    commandRoute(services, {
      endpoint: 'PATCH /v1/production-pointers/{id}',
      summary: 'An admin’s override, by compare-and-set',
      tag: 'production pointers',
      roles: ADMIN,
      needsIfMatch: true,
      status: 200,
      of: changes('production-pointer'),
      texts: ({ reason: why }) => ({ reason: why }),
      gate: ({ state, call }) => ({
        action: 'pointer.override',
        context: { model_version_id: call.body.model_version_id, target: state.target },
      }),
      command: ({ id: pointer, call, texts }, gates) => ({
        type: 'OverridePointer',
        id: pointer,
        modelVersionId: call.body.model_version_id,
        reason: texts.reason,
        gates,
      }),
    }),
  ];
}
