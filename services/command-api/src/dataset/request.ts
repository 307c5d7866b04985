import { z } from 'zod';
import { canonicalJson } from '@ftm/contracts/canonical-json';
import type { DatasetRequested, DatasetSource } from '@ftm/contracts/generated/events';
import { digest } from '@ftm/contracts/ids';
import { requireProject } from '../auth.ts';
import { Problem, type FieldError } from '../http/problem.ts';
import { id, instant, projectId, slug, type Call } from '../http/route.ts';
import { fresh, type Services } from '../service.ts';
import { uploadedObject } from './upload.ts';

const MAX_SEED = 2 ** 31 - 1;
const MAX_ROWS = 10_000_000;
const SUITES_PAGE = 200;

/** Which fields of `source` mean something for which kind. */
const FIELDS_OF_KIND = {
  orchestrator_traces: ['from', 'to', 'outcome', 'tags', 'limit', 'sample_fraction'],
  // An upload is taken whole: its rows were counted and hashed while they came in. A part of it is a dataset of the dataset.
  upload: ['upload_id'],
  dataset: ['dataset_ids', 'limit', 'sample_fraction'],
} as const;

export const outputFormat = z.enum(['jsonl_chat', 'jsonl_prompt_completion', 'jsonl_preference']);

export const DatasetBody = z.strictObject({
  project_id: projectId,
  assistant_id: id.nullish(),
  name: slug.default('dataset'),
  source: z.strictObject({
    kind: z.enum(['orchestrator_traces', 'upload', 'dataset']),
    from: instant.nullish(),
    to: instant.nullish(),
    outcome: z.enum(['resolved', 'unresolved', 'unknown']).nullish(),
    tags: z.array(z.string().min(1).max(64)).max(10).optional(),
    upload_id: id.nullish(),
    dataset_ids: z.array(id).min(1).max(20).nullish(),
    limit: z.number().int().min(1).max(MAX_ROWS).nullish(),
    sample_fraction: z.number().gt(0).max(1).nullish(),
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
  images: z.enum(['refused', 'allowed']).default('refused'),
  target_model: z.string().min(1).max(100).nullable().default(null),
  eval_suite_ids: z
    .array(id)
    .max(200)
    .optional()
    .describe('In addition to all suites of the project, which are always looked at.'),
  sanitizer_profile: slug.default('default'),
});
export type DatasetBody = z.infer<typeof DatasetBody>;

/** The recipe, with everything fixed that a rebuild must find again. @throws Problem 422 naming the field */
export async function toDatasetRequest(
  services: Services,
  call: Call,
  body: DatasetBody,
): Promise<DatasetRequested> {
  refuseForeignFields(body);
  const { dedup, split, contamination } = body;
  const recipe = {
    projectId: body.project_id,
    assistantId: body.assistant_id ?? null,
    source: await sourceOf(services, call, body),
    outputFormat: body.output_format,
    dedup: {
      exact: dedup.exact,
      near: dedup.near,
      nearThreshold: dedup.near_threshold,
      semanticThreshold: dedup.semantic_threshold,
      semanticEmbedder: dedup.semantic_embedder,
    },
    split: { validationFraction: split.validation_fraction, by: split.by, seed: split.seed },
    evalSuiteIds: [
      ...new Set([...(await suitesOf(services, call, body.project_id)), ...(body.eval_suite_ids ?? [])]),
    ].sort(),
    sanitizerProfile: body.sanitizer_profile,
    contamination,
    images: body.images,
    targetModel: body.target_model,
  };
  return {
    ...recipe,
    name: body.name,
    recipeSha256: digest('ftm.recipe', canonicalJson(recipe)),
    rebuildOf: null,
  };
}

function refuseForeignFields({ source, assistant_id }: DatasetBody): void {
  const allowed: readonly string[] = ['kind', ...FIELDS_OF_KIND[source.kind]];
  const errors: FieldError[] = Object.entries(source)
    .filter(([field, value]) => value !== null && value !== undefined && !allowed.includes(field))
    .map(([field]) => ({
      path: `source.${field}`,
      message: `means nothing for kind ${source.kind}, which takes ${allowed.slice(1).join(', ')}`,
    }));
  if (source.kind !== 'orchestrator_traces' && assistant_id !== null && assistant_id !== undefined)
    errors.push({ path: 'assistant_id', message: 'only traces have an assistant' });
  if (source.kind === 'upload' && (source.upload_id ?? null) === null)
    errors.push({ path: 'source.upload_id', message: 'is needed for kind upload' });
  if (source.kind === 'dataset' && (source.dataset_ids ?? null) === null)
    errors.push({ path: 'source.dataset_ids', message: 'is needed for kind dataset' });
  if (errors.length > 0)
    throw new Problem(
      422,
      'INVALID_SOURCE',
      errors.map(({ path, message }) => `${path}: ${message}`).join('; '),
      { errors },
    );
}

async function sourceOf(
  services: Services,
  call: Call,
  { source, project_id, output_format }: DatasetBody,
): Promise<DatasetSource> {
  for (const datasetId of source.dataset_ids ?? []) {
    const parent = await fresh(services, call, 'dataset', datasetId);
    requireProject(call.principal, parent.request.projectId);
    const problem =
      parent.request.projectId !== project_id
        ? 'is of another project'
        : parent.status !== 'ready'
          ? `is ${parent.status}; only a dataset that is ready can be built from`
          : parent.request.outputFormat !== output_format
            ? `is ${parent.request.outputFormat}; its rows cannot become ${output_format}`
            : null;
    if (problem !== null)
      throw new Problem(422, 'SOURCE_DATASET_UNFIT', `source.dataset_ids: ${datasetId} ${problem}`);
  }
  const traces = source.kind === 'orchestrator_traces';
  return {
    kind: source.kind,
    from: source.from ?? null,
    // A window without an end would hold other rows when it is built again.
    to: source.to ?? (traces ? new Date().toISOString() : null),
    outcome: source.outcome ?? null,
    tags: source.tags ?? [],
    limit: source.limit ?? null,
    datasetId: null,
    datasetIds: source.dataset_ids ?? [],
    sampleFraction: source.sample_fraction ?? null,
    uploadId: source.upload_id ?? null,
    uploadObject:
      typeof source.upload_id === 'string'
        ? await uploadedObject(services, call, {
            project: project_id,
            format: output_format,
            id: source.upload_id,
          })
        : null,
  };
}

/** Every suite of a project guards its training data. */
async function suitesOf(services: Services, call: Call, project: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await services.reads.list(call.principal, 'eval-suite', {
      limit: SUITES_PAGE,
      cursor,
      project_id: project,
    });
    ids.push(...page.data.map((suite) => suite.id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return ids;
}
