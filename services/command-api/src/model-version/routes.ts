import { z } from 'zod';
import { requireProject } from '../auth.ts';
import { ById, defineRoute, projectId, READ, reason, WRITE, type Route } from '../http/route.ts';
import { snake } from '@ftm/api/snake';
import { readRoutes } from '../resource-routes.ts';
import { evidencePack } from './evidence.ts';
import { askGate, callIds, command, fresh, type Services } from '../service.ts';

const Body = z.strictObject({
  project_id: projectId,
  origin: z.literal('external').default('external'),
  base_model: z.string().min(1).max(200),
  provider_model_id: z.string().min(1).max(200),
});

export function modelVersionRoutes(services: Services): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/model-versions',
      summary: 'Register a model that was not made by FTM',
      tag: 'model versions',
      roles: WRITE,
      body: Body,
      success: 201,
      async handle(call) {
        const { body } = call;
        requireProject(call.principal, body.project_id);
        const ids = callIds(call, 'POST /v1/model-versions');
        const gate = await askGate(services, call, ids, {
          action: 'model.register',
          projectId: body.project_id,
          resource: { type: 'model_version', id: ids.newId },
          context: { origin: 'external', provider_model_id: body.provider_model_id },
        });
        const registration = {
          projectId: body.project_id,
          origin: 'external' as const,
          ftJobId: null,
          datasetId: null,
          baseModel: body.base_model,
          providerModelId: body.provider_model_id,
          selection: null,
        };
        return command(
          services,
          call,
          ids,
          { type: 'RegisterModelVersion', id: ids.newId, registration, gates: [gate] },
          { status: 201, location: '/v1/model-versions' },
        );
      },
    }),
    ...readRoutes(services, 'model-version', '/v1/model-versions', 'model versions', [
      'ft_job_id',
      'dataset_id',
      'provider_model_id',
    ]),
    defineRoute({
      method: 'post',
      path: '/v1/model-versions/{id}/retire',
      summary: 'Take a version out of use',
      tag: 'model versions',
      roles: WRITE,
      params: ById,
      body: z.strictObject({ reason: reason.default('retired by its owner') }),
      async handle(call) {
        await fresh(services, call, 'model-version', call.params.id);
        return command(
          services,
          call,
          callIds(call, `POST /v1/model-versions/${call.params.id}/retire`),
          { type: 'RetireModelVersion', id: call.params.id, reason: call.body.reason },
          { status: 200 },
        );
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/model-versions/{id}/evidence',
      summary:
        'The evidence pack: the version’s whole history with proofs and a report, to be verified offline',
      tag: 'model versions',
      roles: READ,
      params: ById,
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
      method: 'get',
      path: '/v1/model-versions/{id}/lineage',
      summary: 'What the version was made from: dataset, job, evals',
      tag: 'model versions',
      roles: READ,
      params: ById,
      async handle(call) {
        const model = await fresh(services, call, 'model-version', call.params.id);
        const { ftJobId, datasetId } = model.registration;
        const job = ftJobId === null ? null : await fresh(services, call, 'fine-tune', ftJobId);
        const dataset = datasetId === null ? null : await fresh(services, call, 'dataset', datasetId);
        return {
          status: 200,
          body: snake({
            modelVersionId: call.params.id,
            registration: model.registration,
            ftJob:
              job === null
                ? null
                : {
                    id: ftJobId,
                    status: job.status,
                    request: job.request,
                    submitted: job.submitted,
                    cost: job.cost,
                  },
            dataset:
              dataset === null
                ? null
                : {
                    id: datasetId,
                    status: dataset.status,
                    request: dataset.request,
                    result: 'result' in dataset ? dataset.result : null,
                  },
            evaluations: model.evaluations,
          }),
        };
      },
    }),
  ];
}
