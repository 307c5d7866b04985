import { z } from 'zod';
import { canonicalJson } from '@ftm/contracts/canonical-json';
import type { DatasetRequested } from '@ftm/contracts/generated/events';
import { digest } from '@ftm/contracts/ids';
import { requireProject } from '../auth.ts';
import { Problem } from '../http/problem.ts';
import {
  ADMIN,
  ById,
  defineRoute,
  id,
  instant,
  Page,
  projectId,
  READ,
  slug,
  WRITE,
  type Route,
} from '../http/route.ts';
import { objectLines } from '../object-lines.ts';
import { readRoutes } from '../resource-routes.ts';
import { askGate, callIds, command, fresh, type Services } from '../service.ts';

const Body = z.strictObject({
  project_id: projectId,
  assistant_id: id.nullish(),
  name: slug.default('dataset'),
  source: z.strictObject({
    kind: z.enum(['orchestrator_traces', 'upload', 'dataset']),
    from: instant.nullish(),
    to: instant.nullish(),
    outcome: z.enum(['resolved', 'unresolved', 'unknown']).nullish(),
    tags: z.array(z.string().min(1).max(64)).max(10).default([]),
    limit: z.number().int().min(1).max(100_000).nullish(),
    dataset_id: id.nullish(),
  }),
  output_format: z.enum(['jsonl_chat', 'jsonl_prompt_completion', 'jsonl_preference']).default('jsonl_chat'),
  dedup: z
    .strictObject({
      exact: z.boolean().default(true),
      near: z.boolean().default(false),
      near_threshold: z.number().min(0.5).max(1).default(0.8),
    })
    .prefault({}),
  split: z
    .strictObject({
      validation_fraction: z.number().min(0).max(0.5).default(0.1),
      by: z.enum(['random', 'stratified', 'grouped', 'time']).default('random'),
      seed: z
        .number()
        .int()
        .min(0)
        .max(2 ** 31 - 1)
        .default(0),
    })
    .prefault({}),
  eval_suite_ids: z.array(id).max(20).default([]),
  sanitizer_profile: slug.default('default'),
});

const Rows = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  offset: z.coerce.number().int().min(0).default(0),
});

/** What the schema names and a later version will do. */
function refuseUnsupported(body: z.infer<typeof Body>): void {
  const problems = [
    ...(body.source.kind === 'orchestrator_traces'
      ? []
      : [
          {
            path: 'source.kind',
            message: `${body.source.kind} is not supported yet; orchestrator_traces is`,
          },
        ]),
    ...(body.output_format === 'jsonl_chat'
      ? []
      : [{ path: 'output_format', message: `${body.output_format} is not supported yet; jsonl_chat is` }]),
    ...(body.dedup.near
      ? [{ path: 'dedup.near', message: 'near-duplicates are not supported yet; exact ones are' }]
      : []),
    ...(body.split.by === 'random'
      ? []
      : [{ path: 'split.by', message: `${body.split.by} is not supported yet; random is` }]),
  ];
  if (problems.length > 0)
    throw new Problem(
      422,
      'NOT_SUPPORTED',
      problems.map((each) => `${each.path}: ${each.message}`).join('; '),
      { errors: problems },
    );
}

function toRequest(body: z.infer<typeof Body>): DatasetRequested {
  const { source, dedup, split } = body;
  const recipe = {
    projectId: body.project_id,
    assistantId: body.assistant_id ?? null,
    source: {
      kind: source.kind,
      from: source.from ?? null,
      to: source.to ?? null,
      outcome: source.outcome ?? null,
      tags: source.tags,
      limit: source.limit ?? null,
      datasetId: source.dataset_id ?? null,
    },
    outputFormat: body.output_format,
    dedup: { exact: dedup.exact, near: dedup.near, nearThreshold: dedup.near_threshold },
    split: { validationFraction: split.validation_fraction, by: split.by, seed: split.seed },
    evalSuiteIds: body.eval_suite_ids,
    sanitizerProfile: body.sanitizer_profile,
  };
  return {
    ...recipe,
    name: body.name,
    recipeSha256: digest('ftm.recipe', canonicalJson(recipe)),
    rebuildOf: null,
  };
}

export function datasetRoutes(services: Services): Route[] {
  const route = 'POST /v1/datasets';
  return [
    defineRoute({
      method: 'post',
      path: '/v1/datasets',
      summary: 'Build a dataset from recorded traces',
      tag: 'datasets',
      roles: WRITE,
      body: Body,
      success: 202,
      async handle(call) {
        requireProject(call.principal, call.body.project_id);
        refuseUnsupported(call.body);
        const ids = callIds(call, route);
        const request = toRequest(call.body);
        const gate = await askGate(services, call, ids, {
          action: 'dataset.create',
          projectId: request.projectId,
          resource: { type: 'dataset', id: ids.newId },
          context: {
            output_format: request.outputFormat,
            source: request.source.kind,
            sanitizer_profile: request.sanitizerProfile,
          },
        });
        return command(
          services,
          call,
          ids,
          { type: 'RequestDataset', id: ids.newId, request, gates: [gate] },
          { status: 202, location: '/v1/datasets' },
        );
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/datasets/{id}/rebuild',
      summary: 'Build a dataset again by the same recipe',
      tag: 'datasets',
      roles: WRITE,
      params: ById,
      body: z.strictObject({}),
      success: 202,
      async handle(call) {
        const ids = callIds(call, `POST /v1/datasets/${call.params.id}/rebuild`);
        const { request } = await fresh(services, call, 'dataset', call.params.id);
        const gate = await askGate(services, call, ids, {
          action: 'dataset.create',
          projectId: request.projectId,
          resource: { type: 'dataset', id: ids.newId },
          context: { rebuild_of: call.params.id },
        });
        return command(
          services,
          call,
          ids,
          {
            type: 'RequestDataset',
            id: ids.newId,
            request: { ...request, rebuildOf: call.params.id },
            gates: [gate],
          },
          { status: 202, location: '/v1/datasets' },
        );
      },
    }),
    ...readRoutes(services, 'dataset', '/v1/datasets', 'datasets'),
    defineRoute({
      method: 'post',
      path: '/v1/datasets/{id}/erasure',
      summary: 'Erase a dataset: its data key is destroyed, for good; what the log says of it stays',
      tag: 'datasets',
      roles: ADMIN,
      params: ById,
      body: z.strictObject({ reason: z.string().trim().min(1).max(500) }),
      success: 202,
      // No gate is asked: an erasure is a duty, which nobody's policy may put off.
      async handle(call) {
        const { id: dataset } = call.params;
        await fresh(services, call, 'dataset', dataset);
        return command(
          services,
          call,
          callIds(call, `POST /v1/datasets/${dataset}/erasure`),
          { type: 'RequestDatasetErasure', id: dataset, reason: call.body.reason },
          { status: 202, location: '/v1/datasets' },
        );
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/datasets/{id}/erasure',
      summary: 'How far an erasure is, and the models that were trained on the dataset',
      tag: 'datasets',
      roles: READ,
      params: ById,
      query: z.strictObject(Page),
      async handle({ principal, params, query }) {
        const { body } = await services.reads.one(principal, 'dataset', params.id);
        const { data, next_cursor } = await services.reads.list(principal, 'model-version', {
          limit: query.limit,
          cursor: query.cursor,
          filters: { dataset_id: params.id },
        });
        const { id: dataset, status, erasure_reason, erasure } = body;
        const erased = status === 'erased';
        return {
          status: 200,
          body: {
            dataset_id: dataset,
            state: erased ? 'erased' : status === 'erasing' ? 'erasing' : 'not_asked',
            reason: erasure_reason ?? null,
            data_key_id: erased ? (erasure as { data_key_id: string }).data_key_id : null,
            erased_at: erased ? body['updated_at'] : null,
            models: data,
            next_cursor,
          },
        };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/datasets/{id}/rejections',
      summary: 'The rejected rows: row, JSON path, code, remedy',
      tag: 'datasets',
      roles: READ,
      params: ById,
      query: Rows,
      async handle(call) {
        const state = await fresh(services, call, 'dataset', call.params.id);
        if (state.status !== 'ready')
          throw new Problem(409, 'DATASET_NOT_READY', `the dataset is ${state.status}`);
        return {
          status: 200,
          body: await objectLines(services, call, state.result.rejectionsObject, call.query),
        };
      },
    }),
  ];
}
