import { z } from 'zod';
import { budgetId, type BudgetState } from '@ftm/domain/budget/state';
import { budgetMonthId, heldUsdMicros, monthOf, type BudgetMonthState } from '@ftm/domain/budget-month/state';
import { requireProject } from '../auth.ts';
import { ADMIN, defineRoute, month, projectId, READ, reason, type Route } from '../http/route.ts';
import { readRoutes } from '../resource-routes.ts';
import { callIds, command, stateOf, versionTag, type Services } from '../service.ts';

const ByProject = z.object({ project_id: projectId });
const PATH = '/v1/projects/{project_id}/budget';

export function budgetRoutes(services: Services): Route[] {
  return [
    ...readRoutes(services, 'budget', '/v1/budgets', 'budgets'),
    ...readRoutes(services, 'budget-month', '/v1/budget-months', 'budget months'),
    defineRoute({
      method: 'get',
      path: PATH,
      summary:
        'What a project may spend on training in a month, what is spent of it, and what is held for whom',
      tag: 'budgets',
      roles: READ,
      params: ByProject,
      query: z.strictObject({ month: month.optional().describe('This one when absent.') }),
      async handle(call) {
        const project = call.params.project_id;
        requireProject(call.principal, project);
        const budget: BudgetState = await stateOf(services, call, 'budget', budgetId(project));
        const name = call.query.month ?? monthOf(new Date().toISOString());
        const opened = await stateOf(services, call, 'budget-month', budgetMonthId(project, name));
        return {
          status: 200,
          body: budgetBody(project, budget, name, opened),
          headers: { etag: versionTag(budget) },
        };
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

function budgetBody(project: string, budget: BudgetState, month: string, state: BudgetMonthState): object {
  const limit = budget.status === 'absent' ? null : budget.monthlyUsdMicros;
  const spent = state.status === 'absent' ? 0 : state.spentUsdMicros;
  const held = heldUsdMicros(state);
  return {
    object: 'budget',
    id: budgetId(project),
    status: budget.status === 'absent' ? 'unlimited' : budget.status,
    project_id: project,
    monthly_usd_micros: limit,
    month,
    spent_usd_micros: spent,
    held_usd_micros: held,
    left_usd_micros: limit === null ? null : Math.max(0, limit - spent - held),
    unknown_costs: state.status === 'absent' ? 0 : state.unknownCosts,
    holds: Object.entries(state.status === 'absent' ? {} : state.holds).map(([job, amount]) => ({
      ft_job_id: job,
      amount_usd_micros: amount,
    })),
  };
}
