import { canonicalJson } from '@ftm/contracts/canonical-json';
import type { DatasetRequested, DatasetSource } from '@ftm/contracts/generated/events';
import { digest } from '@ftm/contracts/ids';
import { requireProject } from '../auth.ts';
import { Problem, type FieldError } from '../http/problem.ts';
import type { CreateDataset } from '@ftm/api/resources/datasets';
import type { Call } from '../http/route.ts';
import type { Services } from '../services.ts';
import { fresh } from '../states.ts';
import { uploadedObject } from './upload.ts';

const SUITES_PAGE = 200;

/** Which fields of `source` mean something for which kind. */
const FIELDS_OF_KIND = {
  orchestrator_traces: ['from', 'to', 'outcome', 'tags', 'limit', 'sample_fraction'],
  // An upload is taken whole: its rows were counted and hashed while they came in. A part of it is a dataset of the dataset.
  upload: ['upload_id'],
  dataset: ['dataset_ids', 'limit', 'sample_fraction'],
} as const;

/** The recipe, with everything fixed that a rebuild must find again. @throws Problem 422 naming the field */
export async function toDatasetRequest(
  services: Services,
  call: Call,
  body: CreateDataset,
): Promise<DatasetRequested> {
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

/** @throws Problem 422 naming the fields of another kind of source */
export function refuseForeignFields({ source, assistant_id }: CreateDataset): void {
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
    throw new Problem('INVALID_SOURCE', errors.map(({ path, message }) => `${path}: ${message}`).join('; '), {
      errors,
    });
}

async function sourceOf(
  services: Services,
  call: Call,
  { source, project_id, output_format }: CreateDataset,
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
      throw new Problem('SOURCE_DATASET_UNFIT', `source.dataset_ids: ${datasetId} ${problem}`);
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

/** Every suite of a project guards its training data: also the one that was made a moment ago. */
async function suitesOf(services: Services, call: Call, project: string): Promise<string[]> {
  await services.readWaits.waitForOwn(call.principal);
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
