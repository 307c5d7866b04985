import { z } from 'zod';
import { requireProject } from '../auth.ts';
import { Problem } from '../http/problem.ts';
import { ById, defineRoute, id, projectId, READ, reason, WRITE, type Route } from '../http/route.ts';
import { objectLines } from '../object-lines.ts';
import { snake } from '@ftm/api/snake';
import { readRoutes } from '../resource-routes.ts';
import { askGate, callIds, command, fresh, type Services } from '../service.ts';

const ModelRef = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ft_model_version'), value: id }),
  z.strictObject({ type: z.literal('base_model'), value: z.string().min(1).max(200) }),
  z.strictObject({ type: z.literal('provider_model_id'), value: z.string().min(1).max(200) }),
]);

const Body = z.strictObject({
  project_id: projectId,
  suite_id: id,
  suite_version: z.number().int().min(1).nullish(),
  model_ref: ModelRef,
  baseline_run_id: id.nullish(),
  non_inferiority_margin: z.number().min(0).max(0.5).default(0.02),
  max_cases: z.number().int().min(1).nullish(),
  cost_cap_usd: z.number().positive().max(1e6).nullish(),
});

export function evalRunRoutes(services: Services): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/eval-runs',
      summary: 'Run an eval suite on a model',
      tag: 'eval runs',
      roles: WRITE,
      body: Body,
      success: 202,
      async handle(call) {
        const { body } = call;
        requireProject(call.principal, body.project_id);
        const ids = callIds(call, 'POST /v1/eval-runs');
        const gate = await askGate(services, call, ids, {
          action: 'eval.run.create',
          projectId: body.project_id,
          resource: { type: 'eval_run', id: ids.newId },
          context: { suite_id: body.suite_id, model_ref: body.model_ref },
        });
        const request = {
          projectId: body.project_id,
          suiteId: body.suite_id,
          suiteVersion: body.suite_version ?? null,
          modelRef: body.model_ref,
          baselineRunId: body.baseline_run_id ?? null,
          nonInferiorityMargin: body.non_inferiority_margin,
          maxCases: body.max_cases ?? null,
          costCapUsdMicros:
            body.cost_cap_usd === null || body.cost_cap_usd === undefined
              ? null
              : Math.round(body.cost_cap_usd * 1e6),
        };
        return command(
          services,
          call,
          ids,
          { type: 'RequestEvalRun', id: ids.newId, request, gates: [gate] },
          { status: 202, location: '/v1/eval-runs' },
        );
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/eval-runs/compare',
      summary: 'Two completed runs, side by side',
      tag: 'eval runs',
      roles: READ,
      query: z.strictObject({ candidate: id, baseline: id }),
      async handle(call) {
        const candidate = await fresh(services, call, 'eval-run', call.query.candidate);
        const baseline = await fresh(services, call, 'eval-run', call.query.baseline);
        if (candidate.status !== 'completed' || baseline.status !== 'completed')
          throw new Problem(409, 'EVAL_RUN_OPEN', 'both runs must be completed');
        const side = (run: typeof candidate): unknown =>
          snake({
            providerModelId: run.request.providerModelId,
            score: run.result.score,
            ciLow: run.result.ciLow,
            ciHigh: run.result.ciHigh,
            scores: run.result.scores,
          });
        return {
          status: 200,
          body: {
            candidate: side(candidate),
            baseline: side(baseline),
            comparison:
              candidate.result.comparison?.baselineRunId === call.query.baseline
                ? snake(candidate.result.comparison)
                : null,
          },
        };
      },
    }),
    ...readRoutes(services, 'eval-run', '/v1/eval-runs', 'eval runs', ['suite_id', 'model_ref']),
    defineRoute({
      method: 'post',
      path: '/v1/eval-runs/{id}/cancel',
      summary: 'Cancel a run that has not ended',
      tag: 'eval runs',
      roles: WRITE,
      params: ById,
      body: z.strictObject({ reason: reason.default('canceled by its owner') }),
      async handle(call) {
        await fresh(services, call, 'eval-run', call.params.id);
        return command(
          services,
          call,
          callIds(call, `POST /v1/eval-runs/${call.params.id}/cancel`),
          { type: 'CancelEvalRun', id: call.params.id, reason: call.body.reason },
          { status: 200 },
        );
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/eval-runs/{id}/cases',
      summary: 'The answers and scores, case by case',
      tag: 'eval runs',
      roles: READ,
      params: ById,
      query: z.strictObject({
        limit: z.coerce.number().int().min(1).max(1000).default(100),
        offset: z.coerce.number().int().min(0).default(0),
      }),
      async handle(call) {
        const state = await fresh(services, call, 'eval-run', call.params.id);
        if (state.status !== 'completed')
          throw new Problem(409, 'EVAL_RUN_OPEN', `the run is ${state.status}`);
        return {
          status: 200,
          body: await objectLines(services, call, state.result.resultsObject, call.query),
        };
      },
    }),
  ];
}
