import { z } from 'zod';
import { id } from '../parts.ts';
import { DATASET_STATUSES, datasetRequest, datasetResult, DatasetSource } from './datasets.ts';
import { FT_JOB_STATUSES, ftJobCost, ftJobRequest, Submission } from './ft-jobs.ts';
import { Evaluation, registration } from './model-versions.ts';

const Made = z
  .strictObject({ id, status: z.string(), created_at: z.iso.datetime() })
  .meta({ id: 'MadeOfDataset' });
export const DatasetLineage = z
  .strictObject({
    object: z.literal('dataset_lineage'),
    dataset_id: id,
    datasets: z.array(
      z
        .strictObject({
          id,
          name: z.string(),
          status: z.enum(DATASET_STATUSES),
          created_at: z.iso.datetime(),
          recipe_sha256: z.string(),
          input_sha256: z.string().nullable(),
          content_sha256: z.string().nullable(),
          source: DatasetSource,
        })
        .meta({ id: 'DatasetAncestor' }),
    ),
    edges: z.array(
      z
        .strictObject({ from: id, to: id, kind: z.enum(['rebuild_of', 'source']) })
        .meta({ id: 'DatasetLineageEdge' }),
    ),
    rebuilds: z.array(Made),
    derived: z.array(Made),
    ft_jobs: z.array(Made),
    model_versions: z.array(Made),
  })
  .meta({ id: 'DatasetLineage' });

export const ModelVersionLineage = z
  .strictObject({
    object: z.literal('model_version_lineage'),
    model_version_id: id,
    registration: z.strictObject(registration).meta({ id: 'Registration' }),
    ft_job: z
      .strictObject({
        id,
        status: z.enum(FT_JOB_STATUSES),
        request: z.strictObject(ftJobRequest).meta({ id: 'FineTuneRequest' }),
        submitted: Submission.nullable(),
        cost: z.strictObject(ftJobCost).meta({ id: 'RecordedCost' }).nullable(),
      })
      .meta({ id: 'FineTuneOfModel' })
      .nullable(),
    dataset: z
      .strictObject({
        id,
        status: z.enum(DATASET_STATUSES),
        request: z.strictObject(datasetRequest).meta({ id: 'DatasetRecipe' }),
        result: z.strictObject(datasetResult).meta({ id: 'DatasetResult' }).nullable(),
      })
      .meta({ id: 'DatasetOfModel' })
      .nullable(),
    evaluations: z.array(Evaluation),
  })
  .meta({ id: 'ModelVersionLineage' });
