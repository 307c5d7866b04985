import type { z } from 'zod';
import * as audit from '../resources/audit.ts';
import * as datasets from '../resources/datasets.ts';
import * as erasures from '../resources/erasures.ts';
import * as runs from '../resources/eval-runs.ts';
import * as suites from '../resources/eval-suites.ts';
import * as jobs from '../resources/ft-jobs.ts';
import * as lineage from '../resources/lineage.ts';
import * as models from '../resources/model-versions.ts';
import * as money from '../resources/money.ts';
import { Problem } from '../resources/problem.ts';
import * as promotions from '../resources/promotions.ts';
import * as reEvals from '../resources/re-evals.ts';
import { example, type Example } from './example.ts';
import * as story from './story.ts';

const { exampleHash, exampleId, IDS, PROJECT } = story;

const listOf = <T>(...data: T[]) => ({
  object: 'list' as const,
  data,
  has_more: false,
  next_cursor: null,
});

const { source } = story.dataset;

const RESOURCES: readonly Example[] = [
  example(datasets.Dataset, story.dataset),
  example(datasets.DatasetList, listOf(story.dataset)),
  example(suites.EvalSuite, story.suite),
  example(suites.EvalSuiteList, listOf(story.suite)),
  example(runs.EvalRun, story.run),
  example(runs.EvalRunList, listOf(story.run)),
  example(jobs.FineTune, story.job),
  example(jobs.FineTuneList, listOf(story.job)),
  example(models.ModelVersion, story.model),
  example(models.ModelVersionList, listOf(story.model)),
  example(promotions.Promotion, story.promotion),
  example(promotions.PromotionList, listOf(story.promotion)),
  example(promotions.ProductionPointer, story.pointer),
  example(promotions.ProductionPointerList, listOf(story.pointer)),
  example(reEvals.ReEval, story.reEval),
  example(reEvals.ReEvalList, listOf(story.reEval)),
  example(erasures.Tenant, story.tenant),
  example(money.PriceBook, story.priceBook),
  example(money.Budget, story.budget),
  example(money.BudgetList, listOf(story.budget)),
  example(money.BudgetMonth, story.budgetMonth),
  example(money.BudgetMonthList, listOf(story.budgetMonth)),
];

const DATASETS: readonly Example[] = [
  example(datasets.Upload, {
    id: IDS.upload,
    object: 'dataset_upload',
    status: 'received',
    output_format: 'jsonl_chat',
    rows_read: 540,
    rows_rejected: 12,
    body_bytes: 498_301,
    body_sha256: exampleHash('body'),
    input_sha256: exampleHash('input'),
  }),
  example(
    datasets.RejectedRowList,
    listOf({
      row: 17,
      trace_id: exampleId('trace'),
      code: 'example_missing_assistant_message',
      path: '$.messages',
      message: 'there is no message with the role assistant',
      remedy: 'add an answer: only examples with one can be learned from',
    }),
  ),
  example(lineage.DatasetLineage, {
    object: 'dataset_lineage',
    dataset_id: IDS.dataset,
    datasets: [
      {
        id: IDS.dataset,
        name: story.dataset.name,
        status: 'ready',
        created_at: story.dataset.created_at,
        recipe_sha256: story.dataset.recipe_sha256,
        input_sha256: story.dataset.input_sha256,
        content_sha256: story.dataset.content_sha256,
        source,
      },
    ],
    edges: [],
    rebuilds: [],
    derived: [],
    ft_jobs: [{ id: IDS.job, status: 'completed', created_at: story.job.created_at }],
    model_versions: [{ id: IDS.model, status: 'production', created_at: story.model.created_at }],
  }),
  example(erasures.DatasetErasure, {
    object: 'dataset_erasure',
    dataset_id: IDS.dataset,
    state: 'erasing',
    reason: 'a customer asked for it',
    data_key_id: null,
    erased_at: null,
    models: listOf(story.model),
  }),
];

const side = ({ provider_model_id, score, ci_low, ci_high, scores }: z.input<typeof runs.EvalRun>) => ({
  provider_model_id,
  score: score ?? 0,
  ci_low: ci_low ?? 0,
  ci_high: ci_high ?? 0,
  scores: scores ?? [],
});
const EVALS: readonly Example[] = [
  example(
    runs.EvalRunCaseList,
    listOf({
      id: 'invoice-1',
      cluster: 'invoices',
      output: 'Settings, then Billing, then Invoices.',
      error: null,
      scores: { exact: 1 },
      risk: 0.01,
      flags: [],
      input_tokens: 241,
      output_tokens: 46,
    }),
  ),
  example(runs.ComparedEvalRuns, {
    object: 'eval_run_comparison',
    candidate: side(story.run),
    baseline: { ...side(story.run), score: 0.79, ci_low: 0.74, ci_high: 0.84 },
    comparison: story.run.comparison,
  }),
];

const checkpoints = story.job.checkpoints ?? [];
const MODELS: readonly Example[] = [
  example(jobs.CostEstimate, story.job.estimate),
  example(jobs.CheckpointList, { ...listOf(...checkpoints), selected: story.job.selected_checkpoint }),
  example(jobs.Curve, {
    ...listOf(
      { step: 450, total_steps: 1350, train_loss: 0.72, valid_loss: 0.7 },
      { step: 900, total_steps: 1350, train_loss: 0.51, valid_loss: 0.55 },
    ),
    status: 'running',
  }),
  example(lineage.ModelVersionLineage, {
    object: 'model_version_lineage',
    model_version_id: IDS.model,
    registration: {
      project_id: PROJECT,
      origin: 'ft_job',
      ft_job_id: IDS.job,
      dataset_id: IDS.dataset,
      base_model: story.model.base_model,
      provider_model_id: story.model.provider_model_id,
      selection: story.model.selection,
    },
    ft_job: null,
    dataset: null,
    evaluations: story.model.evaluations,
  }),
];

const sums = {
  month: '2026-03',
  spent_usd_micros: 642_002,
  held_usd_micros: 856_000,
  unknown_costs: 0,
  holds: [{ ft_job_id: IDS.job, amount_usd_micros: 856_000 }],
};
const prices = story.priceBook.rows;
const MONEY: readonly Example[] = [
  example(money.Prices, {
    object: 'price_book',
    at: '2026-03-02T09:00:00.000Z',
    data: prices.map((row) => ({ ...row, origin: 'tenant' as const })),
    book: prices,
  }),
  example(money.ProjectBudget, {
    id: story.budget.id,
    object: 'project_budget',
    status: 'limited',
    project_id: PROJECT,
    monthly_usd_micros: 200_000_000,
    left_usd_micros: 198_501_998,
    ...sums,
  }),
  example(money.Costs, {
    ...listOf({
      project_id: PROJECT,
      month: '2026-03',
      kind: 'fine_tune' as const,
      count: 1,
      unknown_count: 0,
      estimated_usd_micros: 642_000,
      actual_usd_micros: 642_002,
      variance_usd_micros: 2,
    }),
    total_usd_micros: 642_002,
  }),
  example(
    money.CostEntryList,
    listOf({
      kind: 'fine_tune' as const,
      id: IDS.job,
      project_id: PROJECT,
      month: '2026-03',
      recorded_at: '2026-03-02T09:37:00.000Z',
      model: story.job.base_model,
      tokens: 428_001,
      estimated_usd_micros: 642_000,
      actual_usd_micros: 642_002,
      usage_id: exampleId('usage of the job'),
    }),
  ),
  example(erasures.TenantErasure, {
    object: 'tenant_erasure',
    tenant_id: 'acme',
    state: 'erasure_requested',
    reason: 'end of the contract',
    requested_by: 'user:ada',
    confirmed_by: null,
    data_keys: null,
    erased_at: null,
    models: listOf(story.model),
  }),
];

const event: z.input<typeof audit.Event> = {
  object: 'event',
  id: '019cae2c-7a80-7e21-9d2b-5b1f0c8e4a11',
  name: 'FineTuneSubmitted',
  type: 'ftm.finetune.FineTuneSubmitted',
  source: 'ftm/command-api',
  time: '2026-03-02T09:34:00.000Z',
  stream: `fine-tune/${IDS.job}`,
  version: 5,
  seq: 35,
  prev: exampleHash('event 34'),
  hash: exampleHash('event 35'),
  command: exampleHash('command'),
  fingerprint: exampleHash('fingerprint'),
  actor: 'runner:fine-tune',
  correlation: exampleHash('correlation').slice(0, 32),
  causation: null,
  traceparent: null,
  partition: 3,
  offset: '1234',
  data: { attempt: 1, provider_job_id: 'ftjob-4fQ9', adopted: false },
};
const AUDIT: readonly Example[] = [
  example(audit.EventList, listOf(event)),
  example(audit.StreamState, { object: 'stream_state', at: null, state: story.job, events: [event] }),
  example(
    audit.AuditCheckpointList,
    listOf({
      size: 92,
      root: exampleHash('root'),
      time: '2026-03-02T10:33:00.000Z',
      kept_by_orchestrator: true,
      note: 'ftm/acme\n92\nq1mX0c2Vd3…\n\n— ftm Zm9v…\n',
    }),
  ),
  example(
    audit.AuditKeyList,
    listOf({ key: 'ftm+2f6a1b9c+AQz…', first_used_at: '2026-01-01T00:00:00.000Z' }),
  ),
  example(audit.Proof, {
    object: 'inclusion_proof',
    seq: 35,
    hash: exampleHash('event 35'),
    size: 92,
    root: exampleHash('root'),
    proof: [exampleHash('node 1'), exampleHash('node 2')],
    checkpoint: null,
  }),
  example(Problem, {
    type: '/docs/errors/GATE_DENIED',
    title: 'Conflict',
    status: 409,
    code: 'GATE_DENIED',
    detail: 'the gate model.promote said no',
    request_id: exampleId('request'),
    reasons: [
      {
        code: 'EVAL_SCORE_BELOW_MINIMUM',
        message: 'the lower bound of the score, 0.76, is below 0.8',
      },
    ],
    resource_id: IDS.promotion,
  }),
];

/** One of every answer. */
export const ANSWERS: readonly Example[] = [
  ...RESOURCES,
  ...DATASETS,
  ...EVALS,
  ...MODELS,
  ...MONEY,
  ...AUDIT,
];
