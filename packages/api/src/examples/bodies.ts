import * as datasets from '../resources/datasets.ts';
import * as erasures from '../resources/erasures.ts';
import * as runs from '../resources/eval-runs.ts';
import * as suites from '../resources/eval-suites.ts';
import * as jobs from '../resources/ft-jobs.ts';
import * as models from '../resources/model-versions.ts';
import * as money from '../resources/money.ts';
import * as promotions from '../resources/promotions.ts';
import * as reEvals from '../resources/re-evals.ts';
import { example, type Example } from './example.ts';
import { exampleHash, IDS, PROJECT } from './story.ts';

const version = {
  cases: [
    {
      id: 'invoice-1',
      cluster: 'invoices',
      input: [{ role: 'user' as const, content: 'Where do I find my invoice?' }],
      expected: 'Settings, then Billing, then Invoices.',
    },
  ],
  graders: [{ name: 'exact', kind: 'string_check' as const, config: { operation: 'ilike' as const } }],
};

/** One of every body. */
export const BODIES: readonly Example[] = [
  example(datasets.CreateDataset, {
    project_id: PROJECT,
    assistant_id: IDS.assistant,
    name: 'resolved-february',
    description: 'What was resolved in February, for the answers about invoices.',
    metadata: { team: 'billing' },
    source: {
      kind: 'orchestrator_traces',
      from: '2026-02-01T00:00:00Z',
      to: '2026-03-01T00:00:00Z',
      outcome: 'resolved',
      tags: ['billing'],
    },
    dedup: { near: true },
    target_model: 'gpt-4.1-nano-2025-04-14',
  }),
  example(datasets.RebuildDataset, {}),
  example(datasets.CancelDataset, { reason: 'the wrong month' }),
  example(datasets.OverrideContamination, { reason: 'the matching rows are greetings' }),
  example(datasets.ApproveContaminationOverride, {}),
  example(datasets.EraseDataset, { reason: 'a customer asked for it' }),
  example(suites.CreateEvalSuite, { project_id: PROJECT, name: 'support-answers', ...version }),
  example(suites.PublishEvalSuiteVersion, version),
  example(runs.CreateEvalRun, {
    project_id: PROJECT,
    suite_id: IDS.suite,
    model_ref: { type: 'ft_model_version', value: IDS.model },
    baseline_run_id: IDS.baseRun,
    cost_cap_usd: 2,
  }),
  example(runs.CancelEvalRun, { reason: 'the wrong suite' }),
  example(jobs.CreateFineTune, {
    project_id: PROJECT,
    name: 'invoices, February',
    method: 'supervised',
    base_model: 'gpt-4.1-nano-2025-04-14',
    dataset_id: IDS.dataset,
    hyperparams: { n_epochs: 3 },
    suffix: 'support',
    seed: 7,
    cost_threshold_usd: 50,
  }),
  example(jobs.CancelFineTune, { reason: 'the wrong base model' }),
  example(jobs.PauseFineTune, { reason: 'until the budget is raised' }),
  example(jobs.ResumeFineTune, { reason: 'the budget was raised' }),
  example(jobs.ResolveSubmit, {
    decision: 'adopt',
    provider_job_id: 'ftjob-4fQ9',
    reason: 'the provider shows one job with our metadata',
  }),
  example(models.RegisterModelVersion, {
    project_id: PROJECT,
    base_model: 'gpt-4.1-nano-2025-04-14',
    provider_model_id: 'gpt-4.1-nano-2025-04-14',
  }),
  example(models.RetireModelVersion, { reason: 'superseded' }),
  example(promotions.RequestPromotion, {
    project_id: PROJECT,
    model_version_id: IDS.model,
    target: { type: 'assistant', value: IDS.assistant },
    min_eval_score: 0.8,
    notes: 'Answers about invoices are shorter and more often right.',
  }),
  example(promotions.ApprovePromotion, { evidence_sha256: exampleHash('evidence') }),
  example(promotions.RejectPromotion, { reason: 'the suite lacks refunds' }),
  example(promotions.RollBackPromotion, { reason: 'customers report wrong amounts' }),
  example(promotions.OverridePointer, { model_version_id: IDS.model, reason: 'incident 4711' }),
  example(reEvals.ScheduleReEval, {
    project_id: PROJECT,
    suite_id: IDS.suite,
    target: { type: 'assistant', value: IDS.assistant },
    cron: '0 3 * * 1',
    time_zone: 'Europe/Berlin',
  }),
  example(erasures.RequestTenantErasure, { tenant_id: 'acme', reason: 'end of the contract' }),
  example(erasures.ConfirmTenantErasure, { tenant_id: 'acme' }),
  example(money.RevisePrices, {
    rows: [
      {
        model: 'gpt-4.1-nano',
        kind: 'training',
        usd_micros_per_million: 1_500_000,
        effective_from: '2026-02-01',
        source: 'price list of the provider, 2026-02-01',
      },
    ],
  }),
  example(money.SetBudget, { monthly_usd: 200, reason: 'plan of the quarter' }),
];
