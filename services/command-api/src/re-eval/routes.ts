import { z } from 'zod';
import { requireProject } from '../auth.ts';
import { ById, defineRoute, id, projectId, target, WRITE, type Route } from '../http/route.ts';
import { readRoutes } from '../resource-routes.ts';
import { askGate, callIds, command, fresh, type Services } from '../service.ts';

const Body = z.strictObject({
  project_id: projectId,
  suite_id: id,
  target,
  cron: z
    .string()
    .regex(/^(\S+ ){4}\S+$/, 'five fields: minute hour day month weekday')
    .max(100),
  time_zone: z
    .string()
    .refine((zone) => isTimeZone(zone), 'an IANA time zone, e.g. Europe/Berlin')
    .default('UTC'),
  policy: z
    .strictObject({
      margin: z.number().min(0).max(0.5).default(0.02),
      alpha: z.number().gt(0).max(0.2).default(0.05),
      auto_rollback: z.boolean().default(false),
    })
    .prefault({}),
});

export function reEvalRoutes(services: Services): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/monitoring/re-evals',
      summary: 'Evaluate the live model again and again',
      tag: 'monitoring',
      roles: WRITE,
      body: Body,
      success: 201,
      async handle(call) {
        const { body } = call;
        requireProject(call.principal, body.project_id);
        const ids = callIds(call, 'POST /v1/monitoring/re-evals');
        await fresh(services, call, 'eval-suite', body.suite_id);
        const gate = await askGate(services, call, ids, {
          action: 'monitoring.schedule',
          projectId: body.project_id,
          resource: { type: 're_eval', id: ids.newId },
          context: { target: body.target, cron: body.cron },
        });
        const { policy } = body;
        const schedule = {
          projectId: body.project_id,
          suiteId: body.suite_id,
          target: body.target,
          cron: body.cron,
          timeZone: body.time_zone,
          policy: { margin: policy.margin, alpha: policy.alpha, autoRollback: policy.auto_rollback },
        };
        return command(
          services,
          call,
          ids,
          { type: 'ScheduleReEval', id: ids.newId, schedule, gates: [gate] },
          { status: 201, location: '/v1/monitoring/re-evals' },
        );
      },
    }),
    ...readRoutes(services, 're-eval', '/v1/monitoring/re-evals', 'monitoring'),
    defineRoute({
      method: 'delete',
      path: '/v1/monitoring/re-evals/{id}',
      summary: 'End a schedule',
      tag: 'monitoring',
      roles: WRITE,
      params: ById,
      async handle(call) {
        await fresh(services, call, 're-eval', call.params.id);
        // Ending what has ended changes nothing, so the stream itself is the key.
        const ids = callIds(
          { ...call, idempotencyKey: call.params.id },
          `DELETE /v1/monitoring/re-evals/${call.params.id}`,
        );
        return command(
          services,
          call,
          ids,
          { type: 'UnscheduleReEval', id: call.params.id, reason: 'ended by its owner' },
          { status: 200 },
        );
      },
    }),
  ];
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
