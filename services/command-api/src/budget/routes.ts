import { z } from 'zod';
import { budgetId, type BudgetState } from '@ftm/domain/budget/state';
import { render } from '@ftm/domain/resource';
import { requireProject } from '../auth.ts';
import { asTenant } from '../commander.ts';
import { ADMIN, defineRoute, projectId, READ, reason, type Route } from '../http/route.ts';
import { readRoutes } from '../resource-routes.ts';
import { callIds, command, stateOf, versionTag, type Services } from '../service.ts';

const ByProject = z.object({ project_id: projectId });
const PATH = '/v1/projects/{project_id}/budget';

export function budgetRoutes(services: Services): Route[] {
  return [
    ...readRoutes(services, 'budget', '/v1/budgets', 'budgets'),
    defineRoute({
      method: 'get',
      path: PATH,
      summary: 'What a project may spend on training in a month, what is spent, and what is held',
      tag: 'budgets',
      roles: READ,
      params: ByProject,
      async handle(call) {
        const project = call.params.project_id;
        requireProject(call.principal, project);
        const id = budgetId(project);
        const state: BudgetState = await stateOf(services, call, 'budget', id);
        const body = render('budget', asTenant(call.principal.tenantId), id, state) ?? {
          id,
          object: 'budget',
          status: 'unlimited',
          project_id: project,
          monthly_usd_micros: null,
          months: [],
          holds: [],
          version: 0,
        };
        return { status: 200, body, headers: { etag: versionTag(state) } };
      },
    }),
    defineRoute({
      method: 'put',
      path: PATH,
      summary: 'Limit what a project may spend on training in a calendar month (UTC)',
      tag: 'budgets',
      roles: ADMIN,
      params: ByProject,
      body: z.strictObject({
        monthly_usd: z.number().min(0).max(1e9).nullable().describe('Null takes the limit away.'),
        reason: reason.default('set by an admin'),
      }),
      async handle(call) {
        const project = call.params.project_id;
        requireProject(call.principal, project);
        const ids = callIds(call, `PUT /v1/projects/${project}/budget`);
        const of = { tenantId: ids.tenant, projectId: project };
        const { text } = await services.orchestrator.scan(of, call.body.reason);
        const { monthly_usd: usd } = call.body;
        return command(
          services,
          call,
          ids,
          {
            type: 'SetBudget',
            id: budgetId(project),
            projectId: project,
            monthlyUsdMicros: usd === null ? null : Math.round(usd * 1e6),
            reason: text,
          },
          { status: 200 },
        );
      },
    }),
  ];
}
