import { z } from 'zod';
import { ourWords } from '@ftm/contracts/scanned-text';
import { commandRoute } from '../http/command-route.ts';
import { ById, id, projectId, target, WRITE, type Route } from '../http/route.ts';
import { changes, makes } from '../http/subject.ts';
import { readRoutes } from '../resource-routes.ts';
import type { Services } from '../services.ts';
import { fresh } from '../states.ts';

const PATH = '/v1/monitoring/re-evals';

const Body = z.strictObject({
  project_id: projectId,
  suite_id: id,
  target,
  cron: z
    .string()
    .max(100)
    .regex(/^([\dA-Za-z*,/#-]+ ){4}[\dA-Za-z*,/#-]+$/, 'five fields: minute hour day month weekday'),
  time_zone: z
    .string()
    .regex(/^[A-Za-z0-9_+/-]{1,64}$/, 'an IANA time zone, e.g. Europe/Berlin')
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
    commandRoute(services, {
      method: 'post',
      path: PATH,
      summary: 'Evaluate the live model again and again',
      tag: 'monitoring',
      roles: WRITE,
      body: Body,
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
      method: 'delete',
      path: `${PATH}/{id}`,
      summary: 'End a schedule',
      tag: 'monitoring',
      roles: WRITE,
      params: ById,
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

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
