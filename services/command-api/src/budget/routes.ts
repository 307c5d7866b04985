import { ourWords } from '@ftm/contracts/scanned-text';
import { budgetId, type BudgetState } from '@ftm/domain/budget/state';
import { budgetMonthId, heldUsdMicros, monthOf, type BudgetMonthState } from '@ftm/domain/budget-month/state';
import { requireProject } from '../auth.ts';
import { commandRoute } from '../http/command-route.ts';
import { ofProject } from '../http/subject.ts';
import { ADMIN, defineRoute, READ, type Route } from '../http/route.ts';
import { readRoutes } from '../resource-routes.ts';
import type { Services } from '../services.ts';
import { stateOf, versionTag } from '../states.ts';

export function budgetRoutes(services: Services): Route[] {
  return [
    ...readRoutes(services, 'budget', '/v1/budgets', 'budgets'),
    ...readRoutes(services, 'budget-month', '/v1/budget-months', 'budget months'),
    defineRoute({
      endpoint: 'GET /v1/projects/{project_id}/budget',
      summary:
        'What a project may spend on training in a month, what is spent of it, and what is held for whom',
      tag: 'budgets',
      roles: READ,
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
    commandRoute(services, {
      endpoint: 'PUT /v1/projects/{project_id}/budget',
      summary: 'Limit what a project may spend on training in a calendar month (UTC)',
      tag: 'budgets',
      roles: ADMIN,
      status: 200,
      of: ofProject('budget', budgetId),
      texts: ({ reason: why }) => ({ reason: why ?? null }),
      gate: { none: 'A limit is the admin’s own word; the Orchestrator has no policy on it.' },
      command: ({ id, call, texts }) => ({
        type: 'SetBudget',
        id,
        projectId: call.params.project_id,
        monthlyUsdMicros: call.body.monthly_usd === null ? null : Math.round(call.body.monthly_usd * 1e6),
        reason: texts.reason ?? ourWords('set by an admin'),
      }),
    }),
  ];
}

function budgetBody(project: string, budget: BudgetState, month: string, state: BudgetMonthState) {
  const limit = budget.status === 'absent' ? null : budget.monthlyUsdMicros;
  const spent = state.status === 'absent' ? 0 : state.spentUsdMicros;
  const held = heldUsdMicros(state);
  return {
    object: 'project_budget' as const,
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
