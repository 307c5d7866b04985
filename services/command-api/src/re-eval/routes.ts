import { ourWords } from '@ftm/contracts/scanned-text';
import { commandRoute } from '../http/command-route.ts';
import { WRITE, type Route } from '../http/route.ts';
import { changes, makes } from '../http/subject.ts';
import { readRoutes } from '../resource-routes.ts';
import type { Services } from '../services.ts';
import { fresh } from '../states.ts';

const PATH = '/v1/monitoring/re-evals';

export function reEvalRoutes(services: Services): Route[] {
  return [
    commandRoute(services, {
      endpoint: 'POST /v1/monitoring/re-evals',
      summary: 'Evaluate the live model again and again',
      tag: 'monitoring',
      roles: WRITE,
      status: 201,
      of: makes('re-eval', PATH),
      prepare: ({ call }) => fresh(services, call, 'eval-suite', call.body.suite_id),
      gate: ({ call: { body } }) => ({
        action: 'monitoring.schedule',
        context: {
          target: body.target,
          cron: body.cron,
          time_zone: body.time_zone,
          suite_id: body.suite_id,
          policy: body.policy,
        },
      }),
      command: ({ id: newId, call: { body } }, gates) => ({
        type: 'ScheduleReEval',
        id: newId,
        schedule: {
          projectId: body.project_id,
          suiteId: body.suite_id,
          target: body.target,
          cron: body.cron,
          timeZone: body.time_zone,
          policy: {
            margin: body.policy.margin,
            alpha: body.policy.alpha,
            autoRollback: body.policy.auto_rollback,
          },
        },
        gates,
      }),
    }),
    ...readRoutes(services, 're-eval', PATH, 'monitoring'),
    commandRoute(services, {
      endpoint: 'DELETE /v1/monitoring/re-evals/{id}',
      summary: 'End a schedule',
      tag: 'monitoring',
      roles: WRITE,
      status: 200,
      of: changes('re-eval'),
      gate: { none: 'What ends is no risk.' },
      command: ({ id: schedule }) => ({
        type: 'UnscheduleReEval',
        id: schedule,
        reason: ourWords('ended by its owner'),
      }),
    }),
  ];
}
