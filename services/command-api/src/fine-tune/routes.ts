import type { CostEstimate } from '@ftm/contracts/generated/events';
import { ourWords } from '@ftm/contracts/scanned-text';
import { requireProject } from '../auth.ts';
import { Problem } from '../http/problem.ts';
import { ADMIN, defineRoute, READ, WRITE, type Call, type Route } from '../http/route.ts';
import type { CreateFineTune } from '@ftm/api/resources/ft-jobs';
import { snake } from '@ftm/api/snake';
import { commandRoute } from '../http/command-route.ts';
import { pageOfAll } from '../http/page.ts';
import { changes, makes } from '../http/subject.ts';
import { readRoutes } from '../resource-routes.ts';
import type { Services } from '../services.ts';
import { fresh } from '../states.ts';
import { estimateJob } from './estimate.ts';

const OF_RFT = ['reasoning_effort', 'compute_multiplier', 'eval_interval', 'eval_samples'] as const;

/** @throws Problem 422 for reinforcement fine-tuning, or a field that the method does not have */
function supportedMethod({ method, hyperparams, grader }: CreateFineTune): 'supervised' | 'dpo' {
  if (method === 'rft')
    throw new Problem(
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
      'FIELD_NOT_OF_METHOD',
      `${foreign.join(', ')}: not of the method ${method}; leave it out`,
    );
  return method;
}

const estimate = (services: Services, call: Call<unknown, unknown, CreateFineTune>): Promise<CostEstimate> =>
  estimateJob(services, call, {
    projectId: call.body.project_id,
    method: supportedMethod(call.body),
    baseModel: call.body.base_model,
    datasetId: call.body.dataset_id,
    nEpochs: call.body.hyperparams.n_epochs ?? null,
  });

const requestOf = (body: CreateFineTune, cost: CostEstimate) => ({
  projectId: body.project_id,
  method: supportedMethod(body),
  baseModel: body.base_model,
  datasetId: body.dataset_id,
  hyperparameters: {
    nEpochs: body.hyperparams.n_epochs ?? null,
    batchSize: body.hyperparams.batch_size ?? null,
    learningRateMultiplier: body.hyperparams.learning_rate_multiplier ?? null,
    beta: body.hyperparams.beta ?? null,
  },
  suffix: body.suffix ?? null,
  seed: body.seed ?? null,
  estimate: cost,
  costThresholdUsdMicros: Math.round(body.cost_threshold_usd * 1e6),
  ambiguityPolicy: body.ambiguity_policy,
  validationDatasetId: body.validation_dataset_id ?? null,
});

/** What a job's owner may ask for while it runs; `unless` is the reason where none is given. */
const STEERING = [
  {
    verb: 'cancel',
    type: 'RequestCancel',
    summary: 'Ask for the end of a job',
    unless: ourWords('canceled by its owner'),
  },
  {
    verb: 'pause',
    type: 'RequestPause',
    summary: 'Ask a job to stop for a while',
    unless: ourWords('asked for by its owner'),
  },
  {
    verb: 'resume',
    type: 'RequestResume',
    summary: 'Ask a paused job to go on',
    unless: ourWords('asked for by its owner'),
  },
] as const;

const PATH = '/v1/ft-jobs';

export function fineTuneRoutes(services: Services): Route[] {
  return [
    commandRoute(services, {
      endpoint: 'POST /v1/ft-jobs',
      summary: 'Fine-tune a model on a sanitised dataset',
      tag: 'fine-tune jobs',
      roles: WRITE,
      status: 202,
      of: makes('fine-tune', PATH),
      labels: (body) => body,
      check: (body) => void supportedMethod(body),
      quota: 'fine-tune',
      prepare: ({ call }) => estimate(services, call),
      gate: ({ call: { body } }, cost) => ({
        action: 'ft.job.create',
        context: {
          dataset_id: body.dataset_id,
          dataset_status: 'ready',
          validation_dataset_id: body.validation_dataset_id ?? null,
          base_model: body.base_model,
          method: body.method,
          expected_usd_micros: cost.expectedUsdMicros,
        },
      }),
      command: ({ id: job, call: { body } }, gates, cost) => ({
        type: 'RequestFineTune',
        id: job,
        request: requestOf(body, cost),
        gates,
      }),
    }),
    defineRoute({
      endpoint: 'POST /v1/ft-jobs/estimate',
      summary: 'What a job would cost, as a range',
      tag: 'fine-tune jobs',
      roles: WRITE,
      async handle(call) {
        requireProject(call.principal, call.body.project_id);
        return { status: 200, body: snake(await estimate(services, call)) };
      },
    }),
    ...readRoutes(services, 'fine-tune', '/v1/ft-jobs', 'fine-tune jobs'),
    ...STEERING.map(({ verb, type, summary, unless }) =>
      commandRoute(services, {
        endpoint: `POST /v1/ft-jobs/{id}/${verb}` as const,
        summary,
        tag: 'fine-tune jobs',
        roles: WRITE,
        status: 202,
        of: changes('fine-tune'),
        texts: ({ reason: why }) => ({ reason: why ?? null }),
        gate: { none: 'What a job’s owner asks of it was allowed with the job.' },
        command: ({ id: job, texts }) => ({ type, id: job, reason: texts.reason ?? unless }),
      }),
    ),
    commandRoute(services, {
      endpoint: 'POST /v1/ft-jobs/{id}/resolve',
      summary: 'Decide what to do about a submit of which it is not known whether the provider has the job',
      tag: 'fine-tune jobs',
      roles: ADMIN,
      status: 202,
      of: changes('fine-tune'),
      texts: ({ reason: why }) => ({ reason: why }),
      gate: { none: 'The job was allowed; this says only what became of it.' },
      command: ({ id: job, call: { body }, texts }) => ({
        type: 'ResolveSubmit',
        id: job,
        resolution: {
          decision: body.decision,
          providerJobId: body.provider_job_id ?? null,
          reason: texts.reason,
        },
      }),
    }),
    defineRoute({
      endpoint: 'GET /v1/ft-jobs/{id}/checkpoints',
      summary: 'The checkpoints that the provider kept',
      tag: 'fine-tune jobs',
      roles: READ,
      async handle(call) {
        const state = await fresh(services, call, 'fine-tune', call.params.id);
        const { checkpoints, selectedCheckpoint } =
          state.status === 'completed' ? state.result : { checkpoints: [], selectedCheckpoint: null };
        return {
          status: 200,
          body: { ...pageOfAll(snake(checkpoints), call.query), selected: snake(selectedCheckpoint) },
        };
      },
    }),
  ];
}
