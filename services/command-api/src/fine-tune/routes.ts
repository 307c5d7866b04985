import { z } from 'zod';
import type { CostEstimate } from '@ftm/contracts/generated/events';
import { requireProject } from '../auth.ts';
import { Problem } from '../http/problem.ts';
import {
  ADMIN,
  ById,
  defineRoute,
  id,
  projectId,
  READ,
  reason,
  WRITE,
  type Call,
  type Route,
} from '../http/route.ts';
import { snake } from '@ftm/api/snake';
import { readRoutes } from '../resource-routes.ts';
import { askGate, callIds, command, fresh, type Services } from '../service.ts';
import { estimateJob } from './estimate.ts';

const Job = z.strictObject({
  project_id: projectId,
  method: z.enum(['supervised', 'dpo', 'rft']),
  base_model: z.string().min(1).max(200),
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
    .prefault({}),
  /** Of reinforcement fine-tuning. */
  grader: z.looseObject({ type: z.string().min(1).max(100) }).nullish(),
  suffix: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, '1 to 64 of A-Z a-z 0-9 -')
    .nullish(),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .nullish(),
  cost_threshold_usd: z.number().min(0).max(1e6).default(50),
  ambiguity_policy: z.enum(['operator', 'resubmit']).default('operator'),
});
type JobBody = z.infer<typeof Job>;

const OF_RFT = ['reasoning_effort', 'compute_multiplier', 'eval_interval', 'eval_samples'] as const;

/** @throws Problem 422 for reinforcement fine-tuning, or a field that the method does not have */
function supportedMethod({ method, hyperparams, grader }: JobBody): 'supervised' | 'dpo' {
  if (method === 'rft')
    throw new Problem(
      422,
      'METHOD_NOT_SUPPORTED',
      'method: reinforcement fine-tuning is not supported yet; use supervised with a jsonl_chat dataset, or dpo with a jsonl_preference one',
    );
  const foreign = [
    ...OF_RFT.filter((name) => hyperparams[name] != null).map((name) => `hyperparams.${name}`),
    ...(method === 'supervised' && hyperparams.beta != null ? ['hyperparams.beta'] : []),
    ...(grader == null ? [] : ['grader']),
  ];
  if (foreign.length > 0)
    throw new Problem(
      422,
      'FIELD_NOT_OF_METHOD',
      `${foreign.join(', ')}: not of the method ${method}; leave it out`,
    );
  return method;
}

const Resolution = z
  .strictObject({
    decision: z.enum(['resubmit', 'adopt', 'fail']),
    provider_job_id: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,100}$/, 'a job id of the provider')
      .nullish(),
    reason,
  })
  .refine(({ decision, provider_job_id: named }) => (decision === 'adopt') === (named != null), {
    path: ['provider_job_id'],
    message: 'needed to adopt a job, and for nothing else',
  });

const estimate = (services: Services, call: Call<unknown, unknown, JobBody>): Promise<CostEstimate> =>
  estimateJob(services, call, {
    projectId: call.body.project_id,
    method: supportedMethod(call.body),
    baseModel: call.body.base_model,
    datasetId: call.body.dataset_id,
    nEpochs: call.body.hyperparams.n_epochs ?? null,
  });

/** What a job's owner may ask for while it runs; `unless` is the reason where none is given. */
const STEERING = [
  {
    verb: 'cancel',
    type: 'RequestCancel',
    summary: 'Ask for the end of a job',
    unless: 'canceled by its owner',
  },
  {
    verb: 'pause',
    type: 'RequestPause',
    summary: 'Ask a job to stop for a while',
    unless: 'asked for by its owner',
  },
  {
    verb: 'resume',
    type: 'RequestResume',
    summary: 'Ask a paused job to go on',
    unless: 'asked for by its owner',
  },
] as const;

export function fineTuneRoutes(services: Services): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/ft-jobs',
      summary: 'Fine-tune a model on a sanitised dataset',
      tag: 'fine-tune jobs',
      roles: WRITE,
      body: Job,
      success: 202,
      async handle(call) {
        const { body } = call;
        requireProject(call.principal, body.project_id);
        const method = supportedMethod(body);
        await services.quotas.requireRoom(call.principal, 'fine-tune');
        const ids = callIds(call, 'POST /v1/ft-jobs');
        const cost = await estimate(services, call);
        const gate = await askGate(services, call, ids, {
          action: 'ft.job.create',
          projectId: body.project_id,
          resource: { type: 'ft_job', id: ids.newId },
          context: {
            dataset_id: body.dataset_id,
            dataset_status: 'ready',
            base_model: body.base_model,
            method,
            expected_usd_micros: cost.expectedUsdMicros,
          },
        });
        const { hyperparams } = body;
        const request = {
          projectId: body.project_id,
          method,
          baseModel: body.base_model,
          datasetId: body.dataset_id,
          hyperparameters: {
            nEpochs: hyperparams.n_epochs ?? null,
            batchSize: hyperparams.batch_size ?? null,
            learningRateMultiplier: hyperparams.learning_rate_multiplier ?? null,
            beta: hyperparams.beta ?? null,
          },
          suffix: body.suffix ?? null,
          seed: body.seed ?? null,
          estimate: cost,
          costThresholdUsdMicros: Math.round(body.cost_threshold_usd * 1e6),
          ambiguityPolicy: body.ambiguity_policy,
          validationDatasetId: body.validation_dataset_id ?? null,
        };
        return command(
          services,
          call,
          ids,
          {
            type: 'RequestFineTune',
            id: ids.newId,
            request,
            gates: [gate],
          },
          { status: 202, location: '/v1/ft-jobs' },
        );
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/ft-jobs/estimate',
      summary: 'What a job would cost, as a range',
      tag: 'fine-tune jobs',
      roles: WRITE,
      body: Job,
      async handle(call) {
        requireProject(call.principal, call.body.project_id);
        return { status: 200, body: snake(await estimate(services, call)) };
      },
    }),
    ...readRoutes(services, 'fine-tune', '/v1/ft-jobs', 'fine-tune jobs', ['dataset_id']),
    ...STEERING.map(({ verb, type, summary, unless }) =>
      defineRoute({
        method: 'post',
        path: `/v1/ft-jobs/{id}/${verb}`,
        summary,
        tag: 'fine-tune jobs',
        roles: WRITE,
        params: ById,
        body: z.strictObject({ reason: reason.default(unless) }),
        success: 202,
        async handle(call) {
          await fresh(services, call, 'fine-tune', call.params.id);
          return command(
            services,
            call,
            callIds(call, `POST /v1/ft-jobs/${call.params.id}/${verb}`),
            { type, id: call.params.id, reason: call.body.reason },
            { status: 202 },
          );
        },
      }),
    ),
    defineRoute({
      method: 'post',
      path: '/v1/ft-jobs/{id}/resolve',
      summary: 'Decide what to do about a submit of which it is not known whether the provider has the job',
      tag: 'fine-tune jobs',
      roles: ADMIN,
      params: ById,
      body: Resolution,
      success: 202,
      async handle(call) {
        await fresh(services, call, 'fine-tune', call.params.id);
        const { decision, provider_job_id, reason: why } = call.body;
        return command(
          services,
          call,
          callIds(call, `POST /v1/ft-jobs/${call.params.id}/resolve`),
          {
            type: 'ResolveSubmit',
            id: call.params.id,
            resolution: { decision, providerJobId: provider_job_id ?? null, reason: why },
          },
          { status: 202 },
        );
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/ft-jobs/{id}/checkpoints',
      summary: 'The checkpoints that the provider kept',
      tag: 'fine-tune jobs',
      roles: READ,
      params: ById,
      async handle(call) {
        const state = await fresh(services, call, 'fine-tune', call.params.id);
        return {
          status: 200,
          body:
            state.status === 'completed'
              ? {
                  data: snake(state.result.checkpoints),
                  selected: snake(state.result.selectedCheckpoint),
                }
              : { data: [], selected: null },
        };
      },
    }),
  ];
}
