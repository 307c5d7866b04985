import { z } from 'zod';
import {
  CodeCount,
  count,
  facts,
  failure,
  Filters,
  id,
  instant,
  listOf,
  modelName,
  nullable,
  numbered,
  ObjectRef,
  projectId,
  reason,
  refusal,
  sha256,
  slug,
  tag,
  NewNotes,
  notes,
  times,
} from '../parts.ts';

const MAX_SEED = 2 ** 31 - 1;
const MAX_ROWS = 10_000_000;

export const DATASET_STATUSES = [
  'building',
  'pending_sanitization',
  'ready',
  'blocked',
  'failed',
  'erasing',
  'erased',
] as const;

export const outputFormat = z.enum(['jsonl_chat', 'jsonl_prompt_completion', 'jsonl_preference']);
const images = z.enum(['refused', 'allowed']).describe('Whether rows may have images.');

export const CreateDataset = z
  .strictObject({
    project_id: projectId,
    assistant_id: id.nullish().describe('Only traces of this assistant.'),
    name: slug.default('dataset'),
    ...NewNotes,
    source: z.strictObject({
      kind: z.enum(['orchestrator_traces', 'upload', 'dataset']),
      from: instant.nullish().describe('Earliest trace.'),
      to: instant.nullish().describe('Latest trace, exclusive; now when absent.'),
      outcome: z.enum(['resolved', 'unresolved', 'unknown']).nullish(),
      tags: z.array(tag).max(10).optional().describe('Only traces with all of these tags.'),
      upload_id: id.nullish(),
      dataset_ids: z.array(id).min(1).max(20).nullish(),
      limit: z.number().int().min(1).max(MAX_ROWS).nullish(),
      sample_fraction: z.number().gt(0).max(1).nullish().describe('Only such a share of the rows.'),
    }),
    output_format: outputFormat.default('jsonl_chat'),
    dedup: z
      .strictObject({
        exact: z.boolean().default(true),
        near: z.boolean().default(false),
        // Below, the index would find few of the pairs that there are.
        near_threshold: z.number().min(0.7).max(1).default(0.8),
        semantic_threshold: z.number().min(0.5).max(1).nullable().default(null),
        semantic_embedder: z
          .string()
          .max(110)
          .regex(/^(static|provider:[\w.:/-]+)$/, 'is static or provider:<model>')
          .nullable()
          .default(null)
          .describe(
            'What embeds: a table of word vectors that lies with the runners (static), or a model of the provider, which is sent the sanitised dialogues; null: hashed n-grams, which know spelling and no meaning.',
          ),
      })
      .prefault({}),
    contamination: z
      .strictObject({
        policy: z.enum(['block', 'drop']).default('block'),
        threshold: z.number().min(0.5).max(1).default(0.8),
      })
      .prefault({}),
    split: z
      .strictObject({
        validation_fraction: z.number().min(0).max(0.5).default(0.1),
        by: z.enum(['random', 'stratified', 'grouped', 'time']).default('random'),
        seed: z.number().int().min(0).max(MAX_SEED).default(0),
      })
      .prefault({}),
    images: images.default('refused'),
    target_model: modelName
      .nullable()
      .default(null)
      .describe(
        'The base model that it is meant for: decides how tokens are counted and where rows are cut.',
      ),
    eval_suite_ids: z
      .array(id)
      .max(200)
      .optional()
      .describe('In addition to all suites of the project, which are always looked at.'),
    sanitizer_profile: slug.default('default'),
  })
  .meta({ id: 'CreateDataset' });
export type CreateDataset = z.output<typeof CreateDataset>;

export const RebuildDataset = z.strictObject(NewNotes).meta({ id: 'RebuildDataset' });
export const CancelDataset = z.strictObject({ reason: reason.optional() }).meta({ id: 'CancelDataset' });
export const OverrideContamination = z.strictObject({ reason }).meta({ id: 'OverrideContamination' });
export const ApproveContaminationOverride = z.strictObject({}).meta({ id: 'ApproveContaminationOverride' });
export const EraseDataset = z.strictObject({ reason }).meta({ id: 'EraseDataset' });

export const ListDatasets = z.strictObject({
  ...Filters,
  status: z.enum(DATASET_STATUSES).optional(),
  rebuild_of: id.optional().describe('Only rebuilds of this dataset.'),
  source_dataset_id: id.optional().describe('Only what has this dataset among its sources.'),
});
export const UploadRows = z.strictObject({
  project_id: projectId,
  output_format: outputFormat.default('jsonl_chat'),
  sanitizer_profile: slug.default('default'),
  images: images.default('refused'),
});
export const UploadOf = z.strictObject({ project_id: projectId });
export const RejectionsPage = z.strictObject(numbered());

export const DatasetSource = z
  .strictObject({
    kind: z.enum(['orchestrator_traces', 'upload', 'dataset']),
    from: z.string().nullable().describe('Earliest trace time, ISO 8601.'),
    to: z.string().nullable().describe('Latest trace time, exclusive, ISO 8601.'),
    outcome: z.string().nullable().describe('Only traces with this outcome.'),
    tags: z.array(z.string()).describe('Only traces with all of these tags.'),
    limit: z.int().nullable().describe('At most so many rows.'),
    dataset_id: id.nullable().describe('Source dataset, in old datasets.'),
    dataset_ids: z.array(id).describe('Source datasets: their rows one after the other.'),
    sample_fraction: z
      .number()
      .nullable()
      .describe('Only such a share of the rows, chosen by seed and content.'),
    upload_id: id.nullable(),
    upload_object: ObjectRef.nullable().describe('Manifest of the upload.'),
  })
  .meta({ id: 'DatasetSource' });

/** What decides a dataset's bytes. */
export const datasetRequest = {
  project_id: z.string(),
  assistant_id: z.string().nullable(),
  name: z.string(),
  source: DatasetSource,
  output_format: outputFormat,
  dedup: z
    .strictObject({
      exact: z.boolean(),
      near: z.boolean(),
      near_threshold: z.number(),
      semantic_threshold: z.number().nullable(),
      semantic_embedder: z.string().nullable(),
    })
    .meta({ id: 'DedupRecipe' }),
  split: z
    .strictObject({
      validation_fraction: z.number(),
      by: z.enum(['random', 'stratified', 'grouped', 'time']),
      seed: z.int(),
    })
    .meta({ id: 'SplitRecipe' }),
  eval_suite_ids: z.array(z.string()).describe('Suites that the rows are compared with.'),
  sanitizer_profile: z.string(),
  recipe_sha256: z.string().describe('Of the canonical recipe: equal recipes are equal here.'),
  rebuild_of: id.nullable().describe('The dataset that this one rebuilds.'),
  contamination: z
    .strictObject({ policy: z.enum(['block', 'drop']), threshold: z.number() })
    .meta({ id: 'ContaminationRecipe' }),
  images,
  target_model: z.string().nullable(),
};

/** What a dataset that is ready came to. */
export const datasetResult = {
  train_object: ObjectRef,
  validation_object: ObjectRef.nullable(),
  manifest_object: ObjectRef,
  rejections_object: ObjectRef,
  content_sha256: z.string().describe('Over the plain rows: equal recipes give equal hashes.'),
  rows_read: count,
  rows_rejected: count,
  rejected_by_code: z.array(CodeCount),
  train_rows: count,
  validation_rows: count,
  redactions: z.array(CodeCount).describe('Redacted values by type.'),
  train_tokens: count.describe('Billable training tokens of one epoch.'),
  validation_tokens: count,
  trism_policy_version: z.string(),
  trism_scan_ids: z.array(z.string()),
  data_key_id: z.string().describe('The key that its objects are encrypted with.'),
  manifest_sha256: z.string(),
  input_sha256: z.string().describe('Over the rows of the source as they came.'),
  statistics_object: ObjectRef.nullable(),
  exact_duplicates: count,
  near_duplicates: count,
  semantic_duplicates: count,
  conflicts: count.describe('Prompts that have different answers.'),
  contaminated_rows: count.describe('Rows that an eval suite asks, too.'),
  truncated_rows: count.describe('Rows that the provider would cut.'),
  trism_scans: count,
};

export const Dataset = z
  .strictObject({
    id,
    object: z.literal('dataset'),
    status: z.enum(DATASET_STATUSES),
    ...datasetRequest,
    ...nullable(datasetResult),
    progress: z
      .strictObject({
        stage: z.enum(['ingesting', 'analysing', 'deduplicating', 'splitting', 'writing']),
        rows_read: count,
        rows_rejected: count,
      })
      .meta({ id: 'DatasetProgress' })
      .nullable(),
    contamination_override: z
      .strictObject({
        requested_by: z.string(),
        approved_by: z.string().nullable().describe('Null until somebody else has approved.'),
        reason: z.string(),
      })
      .meta({ id: 'ContaminationOverride' })
      .nullable(),
    ...refusal,
    failure: z
      .strictObject({ ...failure, rejections_object: ObjectRef.nullable() })
      .meta({ id: 'DatasetFailure' })
      .nullable(),
    erasure_reason: z.string().nullable(),
    erasure: z
      .strictObject({
        reason: z.string(),
        data_key_id: z.string().describe('The destroyed key.'),
        upload_data_key_id: z
          .string()
          .nullable()
          .describe('The key of what was uploaded for it, destroyed too.'),
      })
      .meta({ id: 'DatasetKeyDestroyed' })
      .nullable(),
    ...notes,
    ...times,
    ...facts,
  })
  .meta({ id: 'Dataset' });
export const DatasetList = listOf('DatasetList', Dataset);

export const Upload = z
  .strictObject({
    id,
    object: z.literal('dataset_upload'),
    status: z.literal('received'),
    output_format: outputFormat,
    rows_read: count,
    rows_rejected: count,
    body_bytes: count,
    body_sha256: sha256,
    input_sha256: z.string(),
  })
  .meta({ id: 'DatasetUpload' });

export const RejectedRow = z
  .strictObject({
    row: z.int().min(1).describe('Number in the source, from 1.'),
    trace_id: z.string().nullable(),
    code: z.string().describe('Stable cause code.'),
    path: z.string().describe('JSON path into the row.'),
    message: z.string(),
    remedy: z.string(),
  })
  .meta({ id: 'RejectedRow' });
export const RejectedRowList = listOf('RejectedRowList', RejectedRow);
