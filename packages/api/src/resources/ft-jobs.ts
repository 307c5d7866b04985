import { z } from 'zod';
import {
  count,
  facts,
  failure,
  Filters,
  id,
  JsonValue,
  listOf,
  modelName,
  nameOf,
  nullable,
  numbered,
  ObjectRef,
  projectId,
  reason,
  refusal,
  usdMicros,
  NewLabels,
  labels,
  times,
  ByName,
} from '../parts.ts';

export const FT_JOB_STATUSES = [
  'queued',
  'running',
  'paused',
  'completed',
  'failed',
  'blocked',
  'canceled',
] as const;

const ambiguityPolicy = z
  .enum(['operator', 'resubmit'])
  .describe('What is done when it cannot be known whether the provider has the job.');

export const CreateFineTune = z
  .strictObject({
    project_id: projectId,
    ...NewLabels,
    method: z.enum(['supervised', 'dpo', 'rft']),
    base_model: modelName,
    dataset_id: id,
    validation_dataset_id: id.nullish(),
    hyperparams: z
      .strictObject({
        n_epochs: z.number().int().min(1).max(50).nullish(),
        batch_size: z.number().int().min(1).max(256).nullish(),
        learning_rate_multiplier: z.number().positive().max(1000).nullish(),
        beta: z.number().positive().max(2).nullish(),
        reasoning_effort: z.enum(['default', 'low', 'medium', 'high']).nullish(),
        compute_multiplier: z.number().gt(0.00001).max(10).nullish(),
        eval_interval: z.number().int().min(1).nullish(),
        eval_samples: z.number().int().min(1).nullish(),
      })
      .prefault({})
      .describe('What is left out is the provider’s to decide.'),
    grader: z
      .object({ type: z.string().regex(/^[a-z_]{1,100}$/, 'the name of a kind of grader') })
      .catchall(JsonValue)
      .nullish()
      .describe('Of reinforcement fine-tuning, which is refused.'),
    suffix: nameOf(/^[A-Za-z0-9-]{1,64}$/, '1 to 64 of A-Z a-z 0-9 -').nullish(),
    seed: z
      .number()
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .nullish(),
    cost_threshold_usd: z.number().min(0).max(1e6).default(50).describe('Above it PRISM must approve first.'),
    ambiguity_policy: ambiguityPolicy.default('operator'),
  })
  .meta({ id: 'CreateFineTune' });
export type CreateFineTune = z.output<typeof CreateFineTune>;

const steering = (name: string) => z.strictObject({ reason: reason.optional() }).meta({ id: name });
export const CancelFineTune = steering('CancelFineTune');
export const PauseFineTune = steering('PauseFineTune');
export const ResumeFineTune = steering('ResumeFineTune');
export const ResolveSubmit = z
  .strictObject({
    decision: z.enum(['resubmit', 'adopt', 'fail']),
    provider_job_id: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,100}$/, 'a job id of the provider')
      .nullish()
      .describe('The job to adopt.'),
    reason,
  })
  .refine(({ decision, provider_job_id: named }) => (decision === 'adopt') === (named != null), {
    path: ['provider_job_id'],
    message: 'needed to adopt a job, and for nothing else',
  })
  .meta({ id: 'ResolveSubmit' });

export const ListFineTunes = z.strictObject({
  ...Filters,
  ...ByName,
  status: z.enum(FT_JOB_STATUSES).optional(),
  dataset_id: id.optional(),
});
export const FineTuneEventsPage = z.strictObject(numbered(1000, 200));
export const CheckpointsPage = z.strictObject(numbered());
export const CurvePage = z.strictObject(numbered(10_000, 10_000));

export const CostEstimate = z
  .strictObject({
    low_usd_micros: usdMicros,
    expected_usd_micros: usdMicros,
    high_usd_micros: usdMicros,
    training_tokens: count.describe('Of one epoch.'),
    epochs_low: count,
    epochs_expected: z.number(),
    epochs_high: count,
    price_usd_micros_per_million: z.number(),
    price_source: z.string().describe('Where the price was read, with its date.'),
    token_error: z.number().describe('Uncertainty of the tokens to both sides, as a share.'),
    calibration_jobs: count.describe('Earlier jobs of the tenant that the count was calibrated by.'),
  })
  .meta({ id: 'CostEstimate', description: 'A cost as a range, in millionths of a US dollar.' });

export const Hyperparameters = z
  .strictObject({
    n_epochs: z.number().nullable(),
    batch_size: z.number().nullable(),
    learning_rate_multiplier: z.number().nullable(),
    beta: z.number().nullable(),
  })
  .meta({ id: 'Hyperparameters', description: 'Null: the provider decides.' });

export const Checkpoint = z
  .strictObject({
    id: z.string(),
    step: count,
    provider_model_id: z.string(),
    train_loss: z.number().nullable(),
    valid_loss: z.number().nullable(),
  })
  .meta({ id: 'Checkpoint' });
export const CheckpointChoice = z
  .strictObject({
    checkpoint_id: z.string(),
    provider_model_id: z.string(),
    step: count,
    rule: z.string(),
    reason: z.string().describe('Why this one, with the figures.'),
  })
  .meta({ id: 'CheckpointChoice' });

export const Submission = z
  .strictObject({
    attempt: z.int().min(1),
    provider_job_id: z.string(),
    adopted: z.boolean().describe('Found by listing, after an answer was lost.'),
  })
  .meta({ id: 'Submission' });

/** What a job was asked to be, on exactly these bytes. */
export const ftJobRequest = {
  project_id: z.string(),
  method: z.enum(['supervised', 'dpo']),
  base_model: z.string(),
  dataset_id: id,
  train_object: ObjectRef,
  validation_object: ObjectRef.nullable(),
  hyperparameters: Hyperparameters,
  suffix: z.string().nullable(),
  seed: z.int().nullable(),
  estimate: CostEstimate,
  cost_threshold_usd_micros: usdMicros,
  ambiguity_policy: ambiguityPolicy,
  validation_dataset_id: id.nullable(),
  contamination_approved_by: z.string().nullable(),
  budget_month: z.string().nullable().describe('YYYY-MM, UTC: of which its money is held.'),
};

export const ftJobCost = {
  trained_tokens: count,
  actual_usd_micros: usdMicros,
  estimated_usd_micros: usdMicros,
  usage_id: z.string().describe('Of PRISM.'),
  recorded_at: z.iso.datetime(),
};

const approval = z
  .strictObject({
    approval_id: z.string().nullable().describe('Of PRISM; null below the threshold.'),
    amount_usd_micros: usdMicros,
    expires_at: z.string().nullable(),
    state: z.enum(['asked', 'approved']),
  })
  .meta({ id: 'CostApproval' });

/** What a job that has made a model came to. */
export const ftJobResult = {
  provider_model_id: z.string(),
  trained_tokens: count,
  resolved_hyperparameters: Hyperparameters,
  checkpoints: z.array(Checkpoint),
  selected_checkpoint: CheckpointChoice.nullable(),
};

export const FineTune = z
  .strictObject({
    id,
    object: z.literal('fine_tune'),
    status: z.enum(FT_JOB_STATUSES),
    ...ftJobRequest,
    approval: approval.nullable(),
    submit_attempt: z.int().nullable(),
    submit_refusal: z
      .strictObject({ attempt: z.int(), kind: z.string(), code: z.string() })
      .meta({ id: 'SubmitRefusal' })
      .nullable(),
    submit_resolution: z
      .strictObject({
        attempt: z.int(),
        decision: z.enum(['resubmit', 'adopt', 'fail']),
        provider_job_id: z.string().nullable(),
        reason: z.string(),
      })
      .meta({ id: 'SubmitResolution' })
      .nullable(),
    provider_job_id: z.string().nullable(),
    waits_for: z
      .strictObject({
        code: z.enum(['TENANT_LIMIT', 'PROVIDER_LIMIT', 'APPROVAL_EXPIRES_EARLY']),
        message: z.string(),
      })
      .meta({ id: 'Deferral' })
      .nullable()
      .describe('Why it has not been sent yet.'),
    progress: z
      .strictObject({
        provider_status: z.string(),
        step: count.nullable(),
        total_steps: count.nullable(),
        train_loss: z.number().nullable(),
        valid_loss: z.number().nullable(),
        estimated_finish: z.string().nullable(),
        mirror_object: ObjectRef.nullable(),
      })
      .meta({ id: 'FineTuneProgress' })
      .nullable(),
    wanted: z.enum(['paused', 'running']).nullable().describe('Asked for, and not done by the provider yet.'),
    cancel_reason: z.string().nullable(),
    actual_usd_micros: usdMicros.nullable(),
    provider_files_deleted: z.boolean(),
    cost: z
      .strictObject({
        ...ftJobCost,
        variance_usd_micros: z.int(),
        variance_ratio: z.number().nullable(),
        tolerance_ratio: z.number(),
      })
      .meta({ id: 'FineTuneCost' })
      .nullable(),
    cost_unknown: z.boolean().describe('It was sent, and the provider does not say what it bills.'),
    ...nullable(ftJobResult),
    model_version_id: id
      .nullable()
      .describe('What its model is registered as, when the gate lets it; null until it has made one.'),
    canceled: z
      .strictObject({
        reason: z.string(),
        trained_tokens: count.nullable(),
        mirror_object: ObjectRef.nullable(),
      })
      .meta({ id: 'FineTuneCanceled' })
      .nullable(),
    ...refusal,
    failure: z
      .strictObject({
        ...failure,
        provider_message: z.string().nullable(),
        rows: z.array(z.int()).describe('Rows of the file that the provider named, from 1.'),
        mirror_object: ObjectRef.nullable(),
        trained_tokens: count.nullable(),
      })
      .meta({ id: 'FineTuneFailure' })
      .nullable(),
    ...labels,
    ...times,
    ...facts,
  })
  .meta({ id: 'FineTune' });
export const FineTuneList = listOf('FineTuneList', FineTune);

export const CheckpointList = listOf('CheckpointList', Checkpoint)
  .extend({ selected: CheckpointChoice.nullable() })
  .meta({ id: 'CheckpointListWithChoice' });

export const CurvePoint = z
  .strictObject({
    step: count,
    total_steps: count.nullable(),
    train_loss: z.number().nullable(),
    valid_loss: z.number().nullable(),
  })
  .meta({ id: 'CurvePoint' });
export const Curve = listOf('CurvePointList', CurvePoint)
  .extend({ status: z.enum(FT_JOB_STATUSES).describe('Of the job: after its end no point comes.') })
  .meta({ id: 'Curve' });
