import { z } from 'zod';
import { facts, Filters, id, listOf, projectId, NewTarget, Target } from '../parts.ts';

export const RE_EVAL_STATUSES = ['scheduled', 'unscheduled'] as const;

export const ScheduleReEval = z
  .strictObject({
    project_id: projectId,
    suite_id: id,
    target: NewTarget,
    cron: z
      .string()
      .regex(/^([0-9A-Za-z*,/#-]+ ){4}[0-9A-Za-z*,/#-]+$/, 'five fields: minute hour day month weekday')
      .max(100),
    time_zone: z
      .string()
      .regex(/^[A-Za-z0-9_+/-]{1,64}$/, 'an IANA time zone, e.g. Europe/Berlin')
      .refine((zone) => isTimeZone(zone), 'an IANA time zone, e.g. Europe/Berlin')
      .default('UTC'),
    policy: z
      .strictObject({
        margin: z.number().min(0).max(0.5).default(0.02).describe('The largest drop that is no regression.'),
        alpha: z.number().gt(0).max(0.2).default(0.05).describe('Error rate of the test.'),
        auto_rollback: z.boolean().default(false).describe('Roll back without asking.'),
      })
      .prefault({}),
  })
  .meta({ id: 'ScheduleReEval' });
export const ListReEvals = z.strictObject({ ...Filters, status: z.enum(RE_EVAL_STATUSES).optional() });

export const reEvalSchedule = {
  project_id: z.string(),
  suite_id: id,
  target: Target,
  cron: z.string(),
  time_zone: z.string(),
  policy: z
    .strictObject({ margin: z.number(), alpha: z.number(), auto_rollback: z.boolean() })
    .meta({ id: 'RegressionPolicy' }),
};

export const ReEval = z
  .strictObject({
    id,
    object: z.literal('re_eval'),
    status: z.enum(RE_EVAL_STATUSES),
    ...reEvalSchedule,
    last: z
      .strictObject({ eval_run_id: id, scheduled_for: z.string() })
      .meta({ id: 'ReEvalTriggered' })
      .nullable(),
    regressions: z.array(
      z
        .strictObject({
          eval_run_id: id,
          baseline_run_id: id,
          difference: z.number().describe('Run minus baseline.'),
          ci_low: z.number(),
          ci_high: z.number(),
          p_value: z.number(),
        })
        .meta({ id: 'Regression' }),
    ),
    ...facts,
  })
  .meta({ id: 'ReEval' });
export const ReEvalList = listOf('ReEvalList', ReEval);

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
