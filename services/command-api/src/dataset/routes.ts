import type { z } from 'zod';
import type { RejectedRow } from '@ftm/api/resources/datasets';
import { ourWords } from '@ftm/contracts/scanned-text';
import { requireProject } from '../auth.ts';
import { commandRoute } from '../http/command-route.ts';
import { changes, makes, makesAnother } from '../http/subject.ts';
import { Problem } from '../http/problem.ts';
import { ADMIN, APPROVE, defineRoute, READ, WRITE, type Route } from '../http/route.ts';
import { htmlAnswer } from '../http/html.ts';
import { objectLines } from '../object-lines.ts';
import { readRoutes } from '../resource-routes.ts';
import type { Services } from '../services.ts';
import { current, fresh } from '../states.ts';
import { datasetLineage } from './lineage.ts';
import { renderDatasetReport } from './report.ts';
import { refuseForeignFields, toDatasetRequest } from './request.ts';
import { getUpload, receiveUpload } from './upload.ts';

const PATH = '/v1/datasets';

export function datasetRoutes(services: Services): Route[] {
  return [
    commandRoute(services, {
      endpoint: 'POST /v1/datasets',
      summary: 'Build a dataset from recorded traces, an upload or earlier datasets',
      tag: 'datasets',
      roles: WRITE,
      status: 202,
      of: makes('dataset', PATH),
      labels: ({ description, metadata }) => ({ description, metadata }),
      check: refuseForeignFields,
      quota: 'dataset',
      prepare: ({ call }) => toDatasetRequest(services, call, call.body),
      gate: (_context, request) => ({
        action: 'dataset.create',
        context: {
          output_format: request.outputFormat,
          source: request.source.kind,
          sanitizer_profile: request.sanitizerProfile,
          recipe_sha256: request.recipeSha256,
        },
      }),
      command: ({ id }, gates, request) => ({ type: 'RequestDataset', id, request, gates }),
    }),
    commandRoute(services, {
      endpoint: 'POST /v1/datasets/{id}/rebuild',
      summary: 'Build a dataset again by the same recipe',
      tag: 'datasets',
      roles: WRITE,
      status: 202,
      of: makesAnother('dataset', PATH),
      labels: (body) => body,
      quota: 'dataset',
      gate: ({ call }) => ({ action: 'dataset.create', context: { rebuild_of: call.params.id } }),
      command: ({ id, state, call }, gates) => ({
        type: 'RequestDataset',
        id,
        request: { ...state.request, rebuildOf: call.params.id },
        gates,
      }),
    }),
    defineRoute({
      endpoint: 'POST /v1/datasets/uploads',
      summary: 'Send rows as JSONL: validated and sanitised while they come in, never stored raw',
      tag: 'datasets',
      roles: WRITE,
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
      endpoint: 'GET /v1/datasets/uploads/{id}',
      summary: 'What an upload came to',
      tag: 'datasets',
      roles: READ,
      async handle(call) {
        requireProject(call.principal, call.query.project_id);
        return getUpload(services, call, call.query.project_id, call.params.id);
      },
    }),
    ...readRoutes(services, 'dataset', '/v1/datasets', 'datasets'),
    commandRoute(services, {
      endpoint: 'POST /v1/datasets/{id}/cancel',
      summary: 'Stop building a dataset',
      tag: 'datasets',
      roles: WRITE,
      status: 200,
      of: changes('dataset'),
      texts: ({ reason: why }) => ({ reason: why ?? null }),
      gate: { none: 'What ends is no risk.' },
      command: ({ id, texts }) => ({
        type: 'CancelDataset',
        id,
        reason: texts.reason ?? ourWords('canceled by its owner'),
      }),
    }),
    commandRoute(services, {
      endpoint: 'POST /v1/datasets/{id}/contamination-override',
      summary:
        'Ask for a dataset to be built though eval suites ask what it teaches; somebody else must approve',
      tag: 'datasets',
      roles: WRITE,
      status: 202,
      of: changes('dataset'),
      texts: ({ reason: why }) => ({ reason: why }),
      gate: { none: 'The gate is asked when somebody else approves.' },
      command: ({ id, texts }) => ({ type: 'RequestContaminationOverride', id, reason: texts.reason }),
    }),
    commandRoute(services, {
      endpoint: 'POST /v1/datasets/{id}/contamination-override/approve',
      summary: 'Let the contaminated rows stay; by another than who asked',
      tag: 'datasets',
      roles: APPROVE,
      status: 202,
      of: changes('dataset'),
      gate: ({ state }) => ({
        action: 'dataset.contamination.override',
        context: { requested_by: state.status === 'blocked' ? (state.overrideAsked?.by ?? null) : null },
      }),
      command: ({ id }, gates) => ({ type: 'ApproveContaminationOverride', id, gates }),
    }),
    defineRoute({
      endpoint: 'GET /v1/datasets/{id}/report',
      summary: 'The dataset as a page for people: what was left out and why, its shape, its cost',
      tag: 'datasets',
      roles: READ,
      produces: 'text/html',
      handle: async (call) => htmlAnswer(await renderDatasetReport(services, call, call.params.id)),
    }),
    defineRoute({
      endpoint: 'GET /v1/datasets/{id}/lineage',
      summary: 'What the dataset was made from, and what was made from it',
      tag: 'datasets',
      roles: READ,
      handle: async (call) => ({ status: 200, body: await datasetLineage(services, call, call.params.id) }),
    }),
    commandRoute(services, {
      endpoint: 'POST /v1/datasets/{id}/erasure',
      summary: 'Erase a dataset: its data key is destroyed, for good; what the log says of it stays',
      tag: 'datasets',
      roles: ADMIN,
      status: 202,
      of: changes('dataset', PATH),
      texts: ({ reason: why }) => ({ reason: why }),
      gate: { none: 'An erasure is a duty, which nobody’s policy may put off.' },
      command: ({ id, texts }) => ({ type: 'RequestDatasetErasure', id, reason: texts.reason }),
    }),
    defineRoute({
      endpoint: 'GET /v1/datasets/{id}/erasure',
      summary: 'How far an erasure is, and the models that were trained on the dataset',
      tag: 'datasets',
      roles: READ,
      async handle(call) {
        const { params, query } = call;
        const { body } = await current(services, call, 'dataset', params.id);
        const models = await services.reads.list(call.principal, 'model-version', {
          ...query,
          dataset_id: params.id,
        });
        const { id: dataset, status, erasure_reason, erasure } = body;
        const erased = status === 'erased';
        return {
          status: 200,
          body: {
            object: 'dataset_erasure' as const,
            dataset_id: dataset,
            state: status === 'erased' || status === 'erasing' ? status : ('not_asked' as const),
            reason: erasure_reason,
            data_key_id: erasure?.data_key_id ?? null,
            erased_at: erased ? body.updated_at : null,
            models,
          },
        };
      },
    }),
    defineRoute({
      endpoint: 'GET /v1/datasets/{id}/rejections',
      summary: 'The rejected rows: row, JSON path, code, remedy',
      tag: 'datasets',
      roles: READ,
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
            'NO_REJECTIONS',
            `the dataset is ${state.status}: there is no list of rejected rows`,
          );
        return {
          status: 200,
          body: await objectLines<z.input<typeof RejectedRow>>(services, call, object, call.query),
        };
      },
    }),
  ];
}
