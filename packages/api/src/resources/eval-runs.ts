import { z } from 'zod';
import {
  count,
  facts,
  Failure,
  Filters,
  id,
  listOf,
  modelName,
  nullable,
  numbered,
  ObjectRef,
  projectId,
  reason,
  refusal,
  share,
  usdMicros,
  NewLabels,
  labels,
  times,
  ByName,
} from '../parts.ts';

export const EVAL_RUN_STATUSES = ['queued', 'running', 'completed', 'failed', 'blocked', 'canceled'] as const;

const NewModelRef = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ft_model_version'), value: id }).meta({ id: 'FineTunedModelRef' }),
  z.strictObject({ type: z.literal('base_model'), value: modelName }).meta({ id: 'BaseModelRef' }),
  z.strictObject({ type: z.literal('provider_model_id'), value: modelName }).meta({ id: 'ProviderModelRef' }),
]);
export const CreateEvalRun = z
  .strictObject({
    project_id: projectId,
    ...NewLabels,
    suite_id: id,
    suite_version: z.number().int().min(1).nullish().describe('The newest when absent.'),
    model_ref: NewModelRef,
    baseline_run_id: id.nullish().describe('A completed run over the same cases.'),
    non_inferiority_margin: z
      .number()
      .min(0)
      .max(0.5)
      .default(0.02)
      .describe('The largest loss that is still no loss.'),
    max_cases: z.number().int().min(1).nullish(),
    cost_cap_usd: z.number().positive().max(1e6).nullish(),
  })
  .meta({ id: 'CreateEvalRun' });
export const CancelEvalRun = z.strictObject({ reason: reason.optional() }).meta({ id: 'CancelEvalRun' });

export const ListEvalRuns = z.strictObject({
  ...Filters,
  ...ByName,
  status: z.enum(EVAL_RUN_STATUSES).optional(),
  suite_id: id.optional(),
  model_ref: modelName.optional().describe('The value of the model_ref that was asked with.'),
});
export const CompareEvalRuns = z.strictObject({ candidate: id, baseline: id });
export const CasesPage = z.strictObject(numbered());

export const ModelRef = z
  .strictObject({
    type: z.enum(['base_model', 'ft_model_version', 'provider_model_id']),
    value: z.string(),
  })
  .meta({ id: 'ModelRef' });
const Score = z
  .strictObject({
    grader: z.string(),
    score: share,
    ci_low: z.number(),
    ci_high: z.number(),
    n: count.describe('Cases graded.'),
  })
  .meta({ id: 'GraderScore' });
export const EvalComparison = z
  .strictObject({
    baseline_run_id: id,
    baseline_score: share,
    difference: z.number().describe('Candidate minus baseline.'),
    ci_low: z.number(),
    ci_high: z.number(),
    p_value: z.number(),
    test: z.string(),
    pairs: count,
    minimum_detectable_effect: z.number().describe('Smallest difference found with 80 % power.'),
    verdict: z.enum(['pass', 'fail', 'inconclusive']).describe('Non-inferiority.'),
  })
  .meta({ id: 'EvalComparison', description: 'Paired, over the same cases.' });

export const evalRunRequest = {
  project_id: z.string(),
  suite_id: id,
  suite_version: z.int().min(1),
  cases_object: ObjectRef,
  model_ref: ModelRef,
  provider_model_id: z.string(),
  baseline_run_id: id.nullable(),
  non_inferiority_margin: z.number(),
  max_cases: z.int().nullable(),
  cost_cap_usd_micros: usdMicros.nullable(),
};
export const evalRunResult = {
  results_object: ObjectRef,
  case_count: count,
  error_count: count.describe('Cases without an answer; they score 0.'),
  score: share.describe('Of the primary grader.'),
  ci_low: z.number().describe('Lower 95 % bound.'),
  ci_high: z.number().describe('Upper 95 % bound.'),
  scores: z.array(Score),
  comparison: EvalComparison.nullable(),
  trism_mean_risk: z.number(),
  trism_flagged: count,
  input_tokens: count,
  output_tokens: count,
  cost_usd_micros: usdMicros,
  usage_id: z.string().nullable(),
};

export const EvalRun = z
  .strictObject({
    id,
    object: z.literal('eval_run'),
    status: z.enum(EVAL_RUN_STATUSES),
    ...evalRunRequest,
    ...nullable(evalRunResult),
    ...refusal,
    failure: Failure.nullable(),
    reason: z.string().nullable().describe('Why it was canceled.'),
    ...labels,
    ...times,
    ...facts,
  })
  .meta({ id: 'EvalRun' });
export const EvalRunList = listOf('EvalRunList', EvalRun);

export const EvalRunCase = z
  .strictObject({
    id: z.string(),
    cluster: z.string(),
    output: z.string().describe('The answer, as TRiSM left it.'),
    error: z.string().nullable(),
    scores: z.record(z.string(), share).describe('By grader; taken from the answer as it was.'),
    risk: z.number().describe('Of the output, by TRiSM.'),
    flags: z.array(z.string()),
    input_tokens: count,
    output_tokens: count,
  })
  .meta({ id: 'EvalRunCase' });
export const EvalRunCaseList = listOf('EvalRunCaseList', EvalRunCase);

const Side = z
  .strictObject({
    provider_model_id: z.string(),
    score: share,
    ci_low: z.number(),
    ci_high: z.number(),
    scores: z.array(Score),
  })
  .meta({ id: 'ComparedEvalRun' });
export const ComparedEvalRuns = z
  .strictObject({
    object: z.literal('eval_run_comparison'),
    candidate: Side,
    baseline: Side,
    comparison: EvalComparison.nullable().describe(
      'Null when the candidate was run against another baseline.',
    ),
  })
  .meta({ id: 'ComparedEvalRuns' });
