import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { baseModel } from '../base-models.ts';
import type { Faults } from '../faults.ts';
import { nowSeconds } from '../ids.ts';
import type { JobError, JobRecord, JobStatus } from '../state/records.ts';
import type { TrainingPool } from '../training/pool.ts';
import type { Inspection } from '../training/rows.ts';
import type { StepMetrics } from '../training/train.ts';
import type { WorkerMessage } from '../training/worker.ts';
import { fail, isTerminal, succeed, type OutcomeParts } from './outcome.ts';
import { hyperparametersOf, methodFields, resolve } from './parameters.ts';

/**
 * Drives jobs through their life:
 *
 *   validating_files ──▶ queued ──▶ running ──▶ succeeded
 *          │   └────────────┴─────────┬┴──────▶ failed
 *          └──▶ paused ◀──────────────┘         cancelled (from any of them)
 *
 * Nothing of a run is kept but what it told: after a pause or a crash a job is trained again from its first step.
 * That gives the same weights, since training is deterministic, and steps that were told before are not told again.
 */
export interface JobRunner {
  /** Takes up a job that is validating, queued or running. */
  take(jobId: string): void;
  /** Takes up every job that a former process left unfinished. */
  resumeAll(): void;
  /** Lets go of a job, which was paused or cancelled. */
  drop(jobId: string): void;
  close(): void;
}

export interface RunnerParts extends OutcomeParts {
  readonly faults: Faults;
  readonly inspectors: TrainingPool;
  readonly trainers: TrainingPool;
}

const MIN_ROWS = 10;
const CHECKPOINTS_KEPT = 3;

class JobFailure extends Error {
  readonly error: JobError;
  readonly trainedTokens: number | null;

  constructor(error: JobError, trainedTokens: number | null = null) {
    super(error.message);
    this.error = error;
    this.trainedTokens = trainedTokens;
  }
}

export function createJobRunner(parts: RunnerParts): JobRunner {
  const { store } = parts;
  const driven = new Map<string, AbortController>();
  const drive = async (jobId: string, control: AbortController): Promise<void> => {
    try {
      await validate(parts, jobId, control.signal);
      await trainJob(parts, jobId, control.signal);
    } catch (error) {
      if (control.signal.aborted) return;
      const known = error instanceof JobFailure;
      if (!known) console.error(error);
      await fail(
        parts,
        jobId,
        known
          ? error.error
          : { code: 'server_error', message: 'The job failed due to an internal error.', param: null },
        known ? error.trainedTokens : null,
      );
    } finally {
      if (driven.get(jobId) === control) driven.delete(jobId);
    }
  };
  const take = (jobId: string): void => {
    const control = new AbortController();
    driven.get(jobId)?.abort(new Error('taken up again'));
    driven.set(jobId, control);
    // Only the disk can make this reject; then every answer is an error already.
    drive(jobId, control).catch((error: unknown) => console.error(error));
  };
  return {
    take,
    resumeAll() {
      for (const job of store.all('jobs'))
        if (!isTerminal(job) && job.wire.status !== 'paused') take(job.wire.id);
    },
    drop(jobId) {
      driven.get(jobId)?.abort(new Error('dropped'));
    },
    close() {
      for (const control of driven.values()) control.abort(new Error('closing'));
    },
  };
}

function jobIn({ store }: RunnerParts, id: string): JobRecord {
  const job = store.get('jobs', id);
  if (job === undefined) throw new Error(`job ${id} is not in the state`);
  return job;
}

function setStatus(parts: RunnerParts, id: string, status: JobStatus, message: string): void {
  const job = jobIn(parts, id);
  if (job.wire.status === status) return;
  parts.store.put('jobs', id, { ...job, wire: { ...job.wire, status } });
  parts.events.tell(job, message);
}

async function validate(parts: RunnerParts, id: string, signal: AbortSignal): Promise<void> {
  const { wire, inspected } = jobIn(parts, id);
  if (inspected !== null) return;
  const found = await inspect(parts, wire.training_file, 'training_file', wire.method.type, signal);
  if (found.rows < MIN_ROWS)
    throw new JobFailure({
      code: 'invalid_n_examples',
      message: `Training file has ${found.rows} example(s), but must have at least ${MIN_ROWS} examples`,
      param: 'training_file',
    });
  if (wire.validation_file !== null)
    await inspect(parts, wire.validation_file, 'validation_file', wire.method.type, signal);
  const job = jobIn(parts, id);
  const resolved = resolve(hyperparametersOf(job.wire), found.rows);
  parts.store.put('jobs', id, {
    ...job,
    inspected: { rows: found.rows, tokens: found.tokens },
    wire: { ...job.wire, ...methodFields(wire.method.type, resolved) },
  });
  setStatus(parts, id, 'queued', 'Files validated, moving job to queued state');
}

async function inspect(
  { store, inspectors }: RunnerParts,
  fileId: string,
  param: 'training_file' | 'validation_file',
  method: 'supervised' | 'dpo',
  signal: AbortSignal,
): Promise<Inspection> {
  const code = `invalid_${param}`;
  if (store.get('files', fileId) === undefined)
    throw new JobFailure({ code, message: `The file ${fileId} does not exist any more.`, param });
  const answer = await inspectors.run(
    { kind: 'inspect', path: store.path('files', fileId), method },
    () => undefined,
    signal,
  );
  if (answer.kind !== 'inspected') throw new Error(`the inspection ended with ${answer.kind}`);
  const { inspection } = answer;
  if (inspection.errorCount === 0) return inspection;
  const shown = inspection.errors.map(({ line, message }) => `Line ${line}: ${message}.`).join(' ');
  const more = inspection.errorCount - inspection.errors.length;
  const kind = param === 'training_file' ? 'training' : 'validation';
  throw new JobFailure({
    code,
    message: `The job failed due to an invalid ${kind} file. Invalid file format. ${shown}${more > 0 ? ` And ${more} more.` : ''}`,
    param,
  });
}

async function trainJob(parts: RunnerParts, id: string, signal: AbortSignal): Promise<void> {
  const { store, faults, trainers, events } = parts;
  const fault = faults.take('training', jobIn(parts, id).org);
  if (fault !== undefined)
    throw new JobFailure(
      { code: 'server_error', message: 'The training failed (ordered fault).', param: null },
      fault.trained_tokens,
    );
  const job = jobIn(parts, id);
  const { wire } = job;
  const parameters = resolve(hyperparametersOf(wire), job.inspected?.rows ?? 1);
  const parent = store.get('models', wire.model);
  const answer = await trainers.run(
    {
      kind: 'train',
      fromPath: parent === undefined ? undefined : store.path('weights', parent.weights),
      weightsPrefix: store.path('weights', id),
      knownSteps: job.lastStepTold,
      plan: {
        method: wire.method.type,
        trainingPath: store.path('files', wire.training_file),
        validationPath: wire.validation_file === null ? undefined : store.path('files', wire.validation_file),
        epochs: parameters.n_epochs,
        batchSize: parameters.batch_size,
        learningRateMultiplier: parameters.learning_rate_multiplier,
        beta: parameters.beta ?? 0,
        seed: wire.seed,
        prior: baseModel(parent?.base ?? wire.model)?.prior ?? 0,
      },
    },
    (message) => hear(parts, id, message),
    signal,
  );
  if (answer.kind !== 'trained') throw new Error(`the training ended with ${answer.kind}`);
  await succeed({ store, events, webhooks: parts.webhooks }, id, answer.csv);
}

function hear(parts: RunnerParts, id: string, message: WorkerMessage): void {
  if (message.kind === 'started') {
    setStatus(parts, id, 'running', 'Fine-tuning job started');
    parts.store.put('jobs', id, { ...jobIn(parts, id), startedMs: Date.now() });
  }
  if (message.kind === 'step') hearStep(parts, id, message.metrics);
  if (message.kind === 'epoch') hearEpoch(parts, id, message.metrics, message.path);
}

function hearStep(parts: RunnerParts, id: string, metrics: StepMetrics): void {
  const job = jobIn(parts, id);
  if (metrics.step <= job.lastStepTold) return;
  const { step, totalSteps, train, valid } = metrics;
  const validation = valid === null ? '' : `, validation loss=${valid.loss.toFixed(2)}`;
  parts.events.tellMetrics(
    job,
    `Step ${step}/${totalSteps}: training loss=${train.loss.toFixed(2)}${validation}`,
    {
      total_steps: totalSteps,
      ...wireMetrics(metrics),
    },
  );
  const wire = { ...job.wire, estimated_finish: estimate(job, step, totalSteps) };
  parts.store.put('jobs', id, { ...job, wire, lastStepTold: step });
}

/** Unix seconds, if it goes on as it has gone. */
function estimate({ startedMs }: JobRecord, step: number, totalSteps: number): number | null {
  if (startedMs === null) return null;
  return Math.ceil((startedMs + ((Date.now() - startedMs) / step) * totalSteps) / 1000);
}

function hearEpoch(parts: RunnerParts, id: string, metrics: StepMetrics, path: string): void {
  const job = jobIn(parts, id);
  const known = job.checkpoints.filter((each) => each.step !== metrics.step);
  const draft = {
    step: metrics.step,
    path: basename(path),
    created_at: nowSeconds(),
    metrics: wireMetrics(metrics),
  };
  const drafts = [...known, draft].toSorted((left, right) => left.step - right.step);
  const kept = drafts.slice(-CHECKPOINTS_KEPT);
  for (const each of drafts.slice(0, -CHECKPOINTS_KEPT))
    rm(parts.store.path('weights', each.path), { force: true }).catch(() => undefined);
  parts.store.put('jobs', id, { ...job, checkpoints: kept });
  if (!job.checkpoints.some((each) => each.step === metrics.step))
    parts.events.tell(job, `Checkpoint created at step ${metrics.step}`);
}

function wireMetrics({ step, train, valid, fullValid }: StepMetrics): Record<string, number> {
  return {
    step,
    train_loss: train.loss,
    train_mean_token_accuracy: train.accuracy,
    ...(valid === null ? {} : { valid_loss: valid.loss, valid_mean_token_accuracy: valid.accuracy }),
    ...(fullValid === null
      ? {}
      : { full_valid_loss: fullValid.loss, full_valid_mean_token_accuracy: fullValid.accuracy }),
  };
}
