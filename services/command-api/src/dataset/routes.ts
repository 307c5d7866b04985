import { z } from 'zod';
import { requireProject } from '../auth.ts';
import { Problem } from '../http/problem.ts';
import {
  ADMIN,
  APPROVE,
  ById,
  defineRoute,
  Page,
  projectId,
  READ,
  reason,
  slug,
  WRITE,
  type Route,
} from '../http/route.ts';
import { htmlAnswer } from '../http/html.ts';
import { objectLines } from '../object-lines.ts';
import { readRoutes } from '../resource-routes.ts';
import { askGate, callIds, command, fresh, type Services } from '../service.ts';
import { datasetLineage } from './lineage.ts';
import { renderDatasetReport } from './report.ts';
import { DatasetBody, outputFormat, toDatasetRequest } from './request.ts';
import { getUpload, receiveUpload } from './upload.ts';

const Rows = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  offset: z.coerce.number().int().min(0).default(0),
});

export function datasetRoutes(services: Services): Route[] {
  const route = 'POST /v1/datasets';
  return [
    defineRoute({
      method: 'post',
      path: '/v1/datasets',
      summary: 'Build a dataset from recorded traces, an upload or earlier datasets',
      tag: 'datasets',
      roles: WRITE,
      body: DatasetBody,
      success: 202,
      async handle(call) {
        requireProject(call.principal, call.body.project_id);
        await services.quotas.requireRoom(call.principal, 'dataset');
        const ids = callIds(call, route);
        const request = await toDatasetRequest(services, call, call.body);
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
        await services.quotas.requireRoom(call.principal, 'dataset');
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
    defineRoute({
      method: 'post',
      path: '/v1/datasets/uploads',
      summary: 'Send rows as JSONL: validated and sanitised while they come in, never stored raw',
      tag: 'datasets',
      roles: WRITE,
      query: z.strictObject({
        project_id: projectId,
        output_format: outputFormat.default('jsonl_chat'),
        sanitizer_profile: slug.default('default'),
        images: z.enum(['refused', 'allowed']).default('refused'),
      }),
      streams: 'application/jsonl',
      success: 201,
      async handle(call) {
        requireProject(call.principal, call.query.project_id);
        return receiveUpload(services, call, call.query, call.request, {
          maxBytes: services.limits.uploadBytes,
          maxRows: services.limits.datasetRows,
        });
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/datasets/uploads/{id}',
      summary: 'What an upload came to',
      tag: 'datasets',
      roles: READ,
      params: ById,
      query: z.strictObject({ project_id: projectId }),
      async handle(call) {
        requireProject(call.principal, call.query.project_id);
        return getUpload(services, call, call.query.project_id, call.params.id);
      },
    }),
    ...readRoutes(services, 'dataset', '/v1/datasets', 'datasets', ['rebuild_of', 'source_dataset_id']),
    defineRoute({
      method: 'post',
      path: '/v1/datasets/{id}/cancel',
      summary: 'Stop building a dataset',
      tag: 'datasets',
      roles: WRITE,
      params: ById,
      body: z.strictObject({ reason }),
      async handle(call) {
        await fresh(services, call, 'dataset', call.params.id);
        return command(
          services,
          call,
          callIds(call, `POST /v1/datasets/${call.params.id}/cancel`),
          { type: 'CancelDataset', id: call.params.id, reason: call.body.reason },
          { status: 200 },
        );
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/datasets/{id}/contamination-override',
      summary:
        'Ask for a dataset to be built though eval suites ask what it teaches; somebody else must approve',
      tag: 'datasets',
      roles: WRITE,
      params: ById,
      body: z.strictObject({ reason }),
      success: 202,
      async handle(call) {
        await fresh(services, call, 'dataset', call.params.id);
        return command(
          services,
          call,
          callIds(call, `POST /v1/datasets/${call.params.id}/contamination-override`),
          { type: 'RequestContaminationOverride', id: call.params.id, reason: call.body.reason },
          { status: 202 },
        );
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/datasets/{id}/contamination-override/approve',
      summary: 'Let the contaminated rows stay; by another than who asked',
      tag: 'datasets',
      roles: APPROVE,
      params: ById,
      body: z.strictObject({}),
      success: 202,
      async handle(call) {
        const dataset = await fresh(services, call, 'dataset', call.params.id);
        const ids = callIds(call, `POST /v1/datasets/${call.params.id}/contamination-override/approve`);
        const gate = await askGate(services, call, ids, {
          action: 'dataset.contamination.override',
          projectId: dataset.request.projectId,
          resource: { type: 'dataset', id: call.params.id },
          context: {
            requested_by: dataset.status === 'blocked' ? (dataset.overrideAsked?.by ?? null) : null,
          },
        });
        return command(
          services,
          call,
          ids,
          { type: 'ApproveContaminationOverride', id: call.params.id, gates: [gate] },
          { status: 202 },
        );
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/datasets/{id}/report',
      summary: 'The dataset as a page for people: what was left out and why, its shape, its cost',
      tag: 'datasets',
      roles: READ,
      params: ById,
      produces: 'text/html',
      handle: async (call) => htmlAnswer(await renderDatasetReport(services, call, call.params.id)),
    }),
    defineRoute({
      method: 'get',
      path: '/v1/datasets/{id}/lineage',
      summary: 'What the dataset was made from, and what was made from it',
      tag: 'datasets',
      roles: READ,
      params: ById,
      handle: async (call) => ({ status: 200, body: await datasetLineage(services, call, call.params.id) }),
    }),
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
        const object =
          state.status === 'ready'
            ? state.result.rejectionsObject
            : state.status === 'blocked'
              ? state.rejectionsObject
              : state.status === 'failed'
                ? state.failure.rejectionsObject
                : null;
        if (object === null)
          throw new Problem(
            409,
            'NO_REJECTIONS',
            `the dataset is ${state.status}: there is no list of rejected rows`,
          );
        return { status: 200, body: await objectLines(services, call, object, call.query) };
      },
    }),
  ];
}
