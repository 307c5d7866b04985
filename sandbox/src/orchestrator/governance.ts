import { z } from 'zod';

export const Question = z.object({
  action: z.enum([
    'dataset.create',
    'dataset.upload',
    'dataset.contamination.override',
    'eval.suite.create',
    'eval.run.create',
    'ft.job.create',
    'model.register',
    'model.promote',
    'model.rollback',
    'pointer.override',
    'monitoring.schedule',
  ]),
  tenant_id: z.string().min(1),
  project_id: z.string().nullable(),
  actor: z.string().min(1),
  resource: z.object({ type: z.string(), id: z.string() }),
  context: z.record(z.string(), z.unknown()),
});
export type Question = z.infer<typeof Question>;

export const PolicyOrder = z.strictObject({
  action: z.string(),
  tenant_id: z.string().optional(),
  project_id: z.string().optional(),
  actor: z.string().optional(),
  code: z.string().default('POLICY'),
  message: z.string().default('an administrator’s policy forbids it'),
});
export type Policy = z.infer<typeof PolicyOrder>;

export interface Reason {
  readonly code: string;
  readonly message: string;
}

export const POLICY_VERSION = 'governance-2026-11';

/** The house rules, and those that an administrator has added: why not, or nothing. */
export function judge(question: Question, policies: readonly Policy[]): Reason[] {
  const reasons: Reason[] = [];
  const { action, context, actor } = question;
  if (action === 'ft.job.create' && context['dataset_status'] !== 'ready')
    reasons.push({ code: 'DATASET_NOT_SANITIZED', message: 'only sanitised data may be trained on' });
  if (action === 'model.promote' && context['phase'] === 'approve' && context['requested_by'] === actor)
    reasons.push({ code: 'FOUR_EYES', message: 'who asked for a promotion cannot approve it' });
  if (action === 'dataset.contamination.override' && context['requested_by'] === actor)
    reasons.push({ code: 'FOUR_EYES', message: 'who asked for an override cannot approve it' });
  for (const policy of policies) {
    const meant =
      policy.action === action &&
      (policy.tenant_id ?? question.tenant_id) === question.tenant_id &&
      (policy.project_id ?? question.project_id) === question.project_id &&
      (policy.actor ?? actor) === actor;
    if (meant) reasons.push({ code: policy.code, message: policy.message });
  }
  return reasons;
}
