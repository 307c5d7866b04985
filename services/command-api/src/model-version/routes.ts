import { ourWords } from '@ftm/contracts/scanned-text';
import { commandRoute } from '../http/command-route.ts';
import { defineRoute, READ, WRITE, type Route } from '../http/route.ts';
import { changes, makes } from '../http/subject.ts';
import { snake } from '@ftm/api/snake';
import { readRoutes } from '../resource-routes.ts';
import { evidencePack } from './evidence.ts';
import type { Services } from '../services.ts';
import { fresh } from '../states.ts';

const PATH = '/v1/model-versions';

export function modelVersionRoutes(services: Services): Route[] {
  return [
    commandRoute(services, {
      endpoint: 'POST /v1/model-versions',
      summary: 'Register a model that was not made by FTM',
      tag: 'model versions',
      roles: WRITE,
      status: 201,
      of: makes('model-version', PATH),
      labels: (body) => body,
      gate: ({ call: { body } }) => ({
        action: 'model.register',
        context: {
          origin: 'external',
          base_model: body.base_model,
          provider_model_id: body.provider_model_id,
        },
      }),
      command: ({ id, call: { body } }, gates) => ({
        type: 'RegisterModelVersion',
        id,
        registration: {
          projectId: body.project_id,
          origin: 'external',
          ftJobId: null,
          datasetId: null,
          baseModel: body.base_model,
          providerModelId: body.provider_model_id,
          selection: null,
        },
        gates,
      }),
    }),
    ...readRoutes(services, 'model-version', PATH, 'model versions'),
    commandRoute(services, {
      endpoint: 'POST /v1/model-versions/{id}/retire',
      summary: 'Take a version out of use',
      tag: 'model versions',
      roles: WRITE,
      status: 200,
      of: changes('model-version'),
      texts: ({ reason: why }) => ({ reason: why ?? null }),
      gate: { none: 'What is taken out of use is no risk.' },
      command: ({ id, texts }) => ({
        type: 'RetireModelVersion',
        id,
        reason: texts.reason ?? ourWords('retired by its owner'),
      }),
    }),
    defineRoute({
      endpoint: 'GET /v1/model-versions/{id}/evidence',
      summary:
        'The evidence pack: the version’s whole history with proofs and a report, to be verified offline',
      tag: 'model versions',
      roles: READ,
      produces: 'application/zip',
      async handle(call) {
        await fresh(services, call, 'model-version', call.params.id);
        return {
          status: 200,
          body: await evidencePack(services, call.principal, call.params.id),
          headers: {
            'content-type': 'application/zip',
            'content-disposition': `attachment; filename="ftm-evidence-${call.params.id}.zip"`,
          },
        };
      },
    }),
    defineRoute({
      endpoint: 'GET /v1/model-versions/{id}/lineage',
      summary: 'What the version was made from: dataset, job, evals',
      tag: 'model versions',
      roles: READ,
      async handle(call) {
        const model = await fresh(services, call, 'model-version', call.params.id);
        const { ftJobId, datasetId } = model.registration;
        const job = ftJobId === null ? null : await fresh(services, call, 'fine-tune', ftJobId);
        const dataset = datasetId === null ? null : await fresh(services, call, 'dataset', datasetId);
        return {
          status: 200,
          body: {
            object: 'model_version_lineage' as const,
            ...snake({
              modelVersionId: call.params.id,
              registration: model.registration,
              ftJob:
                job === null || ftJobId === null
                  ? null
                  : {
                      id: ftJobId,
                      status: job.status,
                      request: job.request,
                      submitted: job.submitted,
                      cost: job.cost,
                    },
              dataset:
                dataset === null || datasetId === null
                  ? null
                  : {
                      id: datasetId,
                      status: dataset.status,
                      request: dataset.request,
                      result: 'result' in dataset ? dataset.result : null,
                    },
              evaluations: model.evaluations,
            }),
          },
        };
      },
    }),
  ];
}
