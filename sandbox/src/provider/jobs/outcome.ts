import { newId, nowSeconds, sha256Hex } from '../ids.ts';
import { putProvidersFile } from '../files.ts';
import { OWNER } from '../models.ts';
import { slugOf } from '../organisations.ts';
import type { CheckpointDraft, JobError, JobRecord } from '../state/records.ts';
import type { Store } from '../state/store.ts';
import { writeDurably } from '../training/artefact.ts';
import type { Webhooks } from '../webhooks.ts';
import type { JobEvents } from './events.ts';
import { hyperparametersOf } from './parameters.ts';

export interface OutcomeParts {
  readonly store: Store;
  readonly events: JobEvents;
  readonly webhooks: Webhooks;
}

/** What a job leaves behind when it succeeds: results, the model, its last checkpoints. */
export async function succeed(
  { store, events, webhooks }: OutcomeParts,
  jobId: string,
  csv: string,
): Promise<void> {
  const resultsId = newId('file-', 22);
  const bytes = Buffer.from(csv);
  await writeDurably(store.path('files', resultsId), bytes);
  const job = store.get('jobs', jobId);
  const last = job?.checkpoints.at(-1);
  // Cancelled or paused while the results were written.
  if (job?.wire.status !== 'running' || last === undefined || job.inspected === null) return;
  putProvidersFile(store, job.org, {
    id: resultsId,
    bytes: bytes.length,
    filename: 'step_metrics.csv',
    purpose: 'fine-tune-results',
  });
  const base = store.get('models', job.wire.model)?.base ?? job.wire.model;
  const model = ['ft', base, slugOf(job.org), suffixOf(job), newId('', 8)].join(':');
  putModel(store, job, base, model, last);
  for (const checkpoint of job.checkpoints) putCheckpoint(store, job, base, model, checkpoint);
  events.tell(job, 'New fine-tuned model created');
  events.tell(job, 'The job has successfully completed');
  const epochs = hyperparametersOf(job.wire).n_epochs;
  finish(store, webhooks, job, {
    status: 'succeeded',
    fine_tuned_model: model,
    result_files: [resultsId],
    trained_tokens: job.inspected.tokens * (epochs === 'auto' ? 1 : epochs),
  });
  await store.flush();
}

export async function fail(
  { store, events, webhooks }: OutcomeParts,
  jobId: string,
  error: JobError,
  trainedTokens: number | null,
): Promise<void> {
  const job = store.get('jobs', jobId);
  if (job === undefined || isTerminal(job)) return;
  events.tell(job, error.message, 'error');
  finish(store, webhooks, job, { status: 'failed', error, trained_tokens: trainedTokens });
  await store.flush();
}

export function cancelJob({ store, events, webhooks }: OutcomeParts, job: JobRecord): JobRecord {
  events.tell(job, 'Fine-tuning job cancelled');
  return finish(store, webhooks, job, { status: 'cancelled' });
}

export const isTerminal = ({ wire }: JobRecord): boolean =>
  wire.status === 'succeeded' || wire.status === 'failed' || wire.status === 'cancelled';

function finish(
  store: Store,
  webhooks: Webhooks,
  job: JobRecord,
  change: Partial<JobRecord['wire']> & { readonly status: 'succeeded' | 'failed' | 'cancelled' },
): JobRecord {
  const wire = { ...job.wire, ...change, finished_at: nowSeconds(), estimated_finish: null };
  const finished: JobRecord = { ...job, wire };
  // The notice and the new status are one write: after a crash there are both or none.
  webhooks.announce(job.org, `fine_tuning.job.${change.status}`, wire.id);
  store.put('jobs', wire.id, finished);
  return finished;
}

function putModel(store: Store, job: JobRecord, base: string, id: string, checkpoint: CheckpointDraft): void {
  store.put('models', id, {
    org: job.org,
    base,
    weights: checkpoint.path,
    wire: { id, object: 'model', created: nowSeconds(), owned_by: OWNER, shutdown_date: null },
  });
}

function putCheckpoint(
  store: Store,
  job: JobRecord,
  base: string,
  model: string,
  draft: CheckpointDraft,
): void {
  const name = `${model}:ckpt-step-${draft.step}`;
  putModel(store, job, base, name, draft);
  const id = `ftckpt_${sha256Hex(name).slice(0, 24)}`;
  store.put('checkpoints', id, {
    org: job.org,
    job: job.wire.id,
    wire: {
      object: 'fine_tuning.job.checkpoint',
      id,
      created_at: draft.created_at,
      fine_tuned_model_checkpoint: name,
      fine_tuning_job_id: job.wire.id,
      metrics: draft.metrics,
      step_number: draft.step,
    },
  });
}

const suffixOf = ({ wire }: JobRecord): string =>
  (wire.user_provided_suffix ?? '').toLowerCase().replaceAll(/[^a-z0-9_-]+/gu, '-');
