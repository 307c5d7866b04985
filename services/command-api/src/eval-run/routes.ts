import type { z } from 'zod';
import type { EvalRunCase } from '@ftm/api/resources/eval-runs';
import { ourWords } from '@ftm/contracts/scanned-text';
import { commandRoute } from '../http/command-route.ts';
import { Problem } from '../http/problem.ts';
import { defineRoute, READ, WRITE, type Route } from '../http/route.ts';
import { changes, makes } from '../http/subject.ts';
import { objectLines } from '../object-lines.ts';
import { snake } from '@ftm/api/snake';
import { readRoutes } from '../resource-routes.ts';
import type { Services } from '../services.ts';
import { fresh } from '../states.ts';

const PATH = '/v1/eval-runs';

export function evalRunRoutes(services: Services): Route[] {
  return [
    commandRoute(services, {
      endpoint: 'POST /v1/eval-runs',
      summary: 'Run an eval suite on a model',
      tag: 'eval runs',
      roles: WRITE,
      status: 202,
      of: makes('eval-run', PATH),
      labels: (body) => body,
      gate: ({ call: { body } }) => ({
        action: 'eval.run.create',
        context: {
          suite_id: body.suite_id,
          suite_version: body.suite_version ?? null,
          model_ref: body.model_ref,
          baseline_run_id: body.baseline_run_id ?? null,
          max_cases: body.max_cases ?? null,
          cost_cap_usd: body.cost_cap_usd ?? null,
        },
      }),
      command: ({ id: run, call: { body } }, gates) => ({
        type: 'RequestEvalRun',
        id: run,
        request: {
          projectId: body.project_id,
          suiteId: body.suite_id,
          suiteVersion: body.suite_version ?? null,
          modelRef: body.model_ref,
          baselineRunId: body.baseline_run_id ?? null,
          nonInferiorityMargin: body.non_inferiority_margin,
          maxCases: body.max_cases ?? null,
          costCapUsdMicros: body.cost_cap_usd == null ? null : Math.round(body.cost_cap_usd * 1e6),
        },
        gates,
      }),
    }),
    defineRoute({
      endpoint: 'GET /v1/eval-runs/compare',
      summary: 'Two completed runs, side by side',
      tag: 'eval runs',
      roles: READ,
      async handle(call) {
        const candidate = await fresh(services, call, 'eval-run', call.query.candidate);
        const baseline = await fresh(services, call, 'eval-run', call.query.baseline);
        if (candidate.status !== 'completed' || baseline.status !== 'completed')
          throw new Problem('EVAL_RUN_OPEN', 'both runs must be completed');
        const side = (run: typeof candidate) =>
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
            object: 'eval_run_comparison' as const,
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
    ...readRoutes(services, 'eval-run', PATH, 'eval runs'),
    commandRoute(services, {
      endpoint: 'POST /v1/eval-runs/{id}/cancel',
      summary: 'Cancel a run that has not ended',
      tag: 'eval runs',
      roles: WRITE,
      status: 200,
      of: changes('eval-run'),
      texts: ({ reason: why }) => ({ reason: why ?? null }),
      gate: { none: 'What ends costs nothing more.' },
      command: ({ id: run, texts }) => ({
        type: 'CancelEvalRun',
        id: run,
        reason: texts.reason ?? ourWords('canceled by its owner'),
      }),
    }),
    defineRoute({
      endpoint: 'GET /v1/eval-runs/{id}/cases',
      summary: 'The answers and scores, case by case',
      tag: 'eval runs',
      roles: READ,
      async handle(call) {
        const state = await fresh(services, call, 'eval-run', call.params.id);
        if (state.status !== 'completed') throw new Problem('EVAL_RUN_OPEN', `the run is ${state.status}`);
        return {
          status: 200,
          body: await objectLines<z.input<typeof EvalRunCase>>(
            services,
            call,
            state.result.resultsObject,
            call.query,
          ),
        };
      },
    }),
  ];
}
