import { z } from 'zod';
import {
  count,
  facts,
  Filters,
  id,
  listOf,
  modelName,
  projectId,
  reason,
  share,
  Target,
  NewLabels,
  labels,
  ByName,
} from '../parts.ts';
import { CheckpointChoice } from './ft-jobs.ts';

export const MODEL_VERSION_STATUSES = ['candidate', 'approved', 'production', 'retired'] as const;
export const verdict = z.enum(['pass', 'fail', 'inconclusive']);

export const RegisterModelVersion = z
  .strictObject({
    project_id: projectId,
    ...NewLabels,
    origin: z.literal('external').default('external'),
    base_model: modelName,
    provider_model_id: modelName,
  })
  .meta({ id: 'RegisterModelVersion' });
export const RetireModelVersion = z
  .strictObject({ reason: reason.optional() })
  .meta({ id: 'RetireModelVersion' });
export const ListModelVersions = z.strictObject({
  ...Filters,
  ...ByName,
  status: z.enum(MODEL_VERSION_STATUSES).optional(),
  ft_job_id: id.optional(),
  dataset_id: id.optional(),
  provider_model_id: modelName.optional(),
});

export const registration = {
  project_id: z.string(),
  origin: z.enum(['ft_job', 'external']),
  ft_job_id: id.nullable(),
  dataset_id: id.nullable(),
  base_model: z.string(),
  provider_model_id: z.string(),
  selection: CheckpointChoice.nullable().describe(
    'The checkpoint that it is; null for one that is not one of several.',
  ),
};

export const Evaluation = z
  .strictObject({
    eval_run_id: id,
    suite_id: id,
    suite_version: z.int().min(1),
    score: share,
    ci_low: z.number(),
    ci_high: z.number(),
    baseline_run_id: id.nullable(),
    verdict: verdict.nullable().describe('Non-inferiority against the baseline.'),
    results_sha256: z.string(),
  })
  .meta({ id: 'Evaluation' });

export const ModelVersion = z
  .strictObject({
    id,
    object: z.literal('model_version'),
    status: z.enum(MODEL_VERSION_STATUSES),
    ...registration,
    evaluations: z.array(Evaluation),
    targets: z.array(Target).describe('Where it is live now.'),
    end_of_life: z
      .strictObject({ shutdown_date: z.string(), source: z.string() })
      .meta({ id: 'EndOfLife' })
      .nullable(),
    warned_within_days: count.nullable(),
    retirement: z.string().nullable().describe('Why it was retired.'),
    ...labels,
    ...facts,
  })
  .meta({ id: 'ModelVersion' });
export const ModelVersionList = listOf('ModelVersionList', ModelVersion);
