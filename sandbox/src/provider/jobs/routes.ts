import { badRequest, notFound } from '../errors.ts';
import type { Call, Reply, Route } from '../http.ts';
import { newId, nowSeconds, sha256Hex } from '../ids.ts';
import { baseModel } from '../base-models.ts';
import { pageOf, queryText } from '../paging.ts';
import type { FileObject, JobRecord } from '../state/records.ts';
import type { Store } from '../state/store.ts';
import { cancelJob, isTerminal, type OutcomeParts } from './outcome.ts';
import { methodFields, parseJobRequest, type JobRequest } from './parameters.ts';
import type { JobRunner } from './run.ts';

export interface JobRouteParts extends OutcomeParts {
  readonly runner: JobRunner;
}

const JOBS = '/v1/fine_tuning/jobs';

export function jobRoutes(parts: JobRouteParts): Route[] {
  const { store, events } = parts;
  return [
    { method: 'post', path: JOBS, target: 'jobs.create', handle: create(parts) },
    { method: 'get', path: JOBS, target: 'jobs.list', handle: list(store) },
    {
      method: 'get',
      path: `${JOBS}/{fine_tuning_job_id}`,
      target: 'jobs.get',
      handle: (call) => ({ body: jobOf(store, call).wire }),
    },
    {
      method: 'post',
      path: `${JOBS}/{fine_tuning_job_id}/cancel`,
      target: 'jobs.cancel',
      handle: cancel(parts),
    },
    {
      method: 'post',
      path: `${JOBS}/{fine_tuning_job_id}/pause`,
      target: 'jobs.pause',
      handle: pause(parts),
    },
    {
      method: 'post',
      path: `${JOBS}/{fine_tuning_job_id}/resume`,
      target: 'jobs.resume',
      handle: resume(parts),
    },
    {
      method: 'get',
      path: `${JOBS}/{fine_tuning_job_id}/events`,
      target: 'jobs.events',
      handle: (call) => ({
        body: pageOf(events.of(jobOf(store, call).wire.id), call.request, { limit: 20, max: 1000 }),
      }),
    },
    {
      method: 'get',
      path: `${JOBS}/{fine_tuning_job_id}/checkpoints`,
      target: 'jobs.checkpoints',
      handle(call) {
        const { id } = jobOf(store, call).wire;
        const found = store
          .all('checkpoints')
          .filter((each) => each.job === id)
          .map((each) => each.wire)
          .toSorted((left, right) => right.step_number - left.step_number);
        return { body: pageOf(found, call.request, { limit: 10, max: 100 }) };
      },
    },
  ];
}

function jobOf(store: Store, { org, param, asOf }: Call): JobRecord {
  const id = param('fine_tuning_job_id');
  const found = store.get('jobs', id, asOf);
  if (found?.org !== org.id)
    throw notFound(`Could not find fine tune: ${id}`, 'fine_tuning_job_id', 'fine_tune_not_found');
  return found;
}

const create =
  ({ store, events, runner }: JobRouteParts) =>
  ({ request, org }: Call): Reply => {
    const asked = parseJobRequest(request.body);
    const model = trainableModel(store, org.id, asked.model);
    const file = trainingFile(store, org.id, asked.trainingFile, 'training_file');
    if (asked.validationFile !== null) trainingFile(store, org.id, asked.validationFile, 'validation_file');
    const id = newId('ftjob-');
    const job: JobRecord = {
      org: org.id,
      inspected: null,
      checkpoints: [],
      lastStepTold: 0,
      startedMs: null,
      wire: {
        id,
        object: 'fine_tuning.job',
        created_at: nowSeconds(),
        finished_at: null,
        estimated_finish: null,
        status: 'validating_files',
        error: null,
        model,
        fine_tuned_model: null,
        ...methodFields(asked.method, asked.hyperparameters),
        organization_id: org.id,
        training_file: asked.trainingFile,
        validation_file: asked.validationFile,
        result_files: [],
        trained_tokens: null,
        seed: asked.seed ?? seedFor(asked, file),
        integrations: asked.integrations,
        metadata: asked.metadata,
        user_provided_suffix: asked.suffix,
      },
    };
    store.put('jobs', id, job);
    events.tell(job, `Created fine-tuning job: ${id}`);
    events.tell(job, `Validating training file: ${asked.trainingFile}`);
    store.count('job_creates');
    const ftmJob = asked.metadata?.['ftm_job'];
    if (ftmJob !== undefined) store.count('job_creates_by_metadata', ftmJob);
    runner.take(id);
    return { body: job.wire };
  };

/** A seed nobody gave: the same for the same request, so that the sandbox can be repeated. */
const seedFor = (asked: JobRequest, file: FileObject): number =>
  parseInt(sha256Hex(`${asked.model}\n${file.filename}\n${file.bytes}`).slice(0, 7), 16);

function trainableModel(store: Store, org: string, name: string): string {
  const base = baseModel(name);
  if (base?.kind === 'chat') return base.id;
  const tuned = store.get('models', name);
  if (tuned?.org === org) return name;
  throw badRequest(
    `Model ${name} is not available for fine-tuning or does not exist.`,
    'model',
    'model_not_available',
  );
}

function trainingFile(
  store: Store,
  org: string,
  id: string,
  param: 'training_file' | 'validation_file',
): FileObject {
  const found = store.get('files', id);
  if (found?.org !== org || (found.wire.expires_at ?? Infinity) <= nowSeconds())
    throw badRequest(`invalid ${param}: ${id}`, param, `invalid_${param}`);
  if (found.wire.purpose !== 'fine-tune')
    throw badRequest(
      `The file ${id} has the purpose '${found.wire.purpose}', not 'fine-tune'.`,
      param,
      `invalid_${param}`,
    );
  return found.wire;
}

const list =
  (store: Store) =>
  ({ request, org, asOf }: Call): Reply => {
    const wanted = metadataFilter(request.query, queryText(request, 'metadata'));
    const jobs = store
      .all('jobs', asOf)
      .filter((job) => job.org === org.id && wanted(job.wire.metadata))
      .map((job) => job.wire)
      .reverse();
    return { body: pageOf(jobs, request, { limit: 20, max: 100 }) };
  };

/** `metadata[key]=value` as often as wanted, all must hold; `metadata=null` for jobs without any. */
function metadataFilter(
  query: Readonly<Record<string, unknown>>,
  whole: string | undefined,
): (metadata: JobRecord['wire']['metadata']) => boolean {
  if (whole === 'null' || whole === '') return (metadata) => metadata === null;
  if (whole !== undefined)
    throw badRequest(`'metadata' must be null or given as metadata[key]=value.`, 'metadata');
  const wanted = Object.entries(query).flatMap(([name, value]) => {
    const key = /^metadata\[(.+)\]$/u.exec(name)?.[1];
    return key === undefined ? [] : [{ key, value }];
  });
  return (metadata) => wanted.every(({ key, value }) => metadata?.[key] === value);
}

function unfinishedJob(store: Store, call: Call, verb: string): JobRecord {
  const job = jobOf(store, { ...call, asOf: undefined });
  if (isTerminal(job))
    throw badRequest(
      `Job ${job.wire.id} has already ${job.wire.status === 'cancelled' ? 'been cancelled' : job.wire.status} and cannot be ${verb}.`,
      null,
      'invalid_job_status',
    );
  return job;
}

const cancel =
  (parts: JobRouteParts) =>
  (call: Call): Reply => {
    const job = cancelJob(parts, unfinishedJob(parts.store, call, 'cancelled'));
    parts.runner.drop(job.wire.id);
    parts.store.count('job_cancels');
    return { body: job.wire };
  };

const pause =
  ({ store, events, runner }: JobRouteParts) =>
  (call: Call): Reply => {
    const job = unfinishedJob(store, call, 'paused');
    if (job.wire.status === 'paused') return { body: job.wire };
    const wire = { ...job.wire, status: 'paused' as const, estimated_finish: null };
    store.put('jobs', wire.id, { ...job, wire });
    events.tell(job, 'Fine-tuning job paused');
    runner.drop(wire.id);
    return { body: wire };
  };

const resume =
  ({ store, events, runner }: JobRouteParts) =>
  (call: Call): Reply => {
    const job = unfinishedJob(store, call, 'resumed');
    if (job.wire.status !== 'paused')
      throw badRequest(`Job ${job.wire.id} is ${job.wire.status}, not paused.`, null, 'invalid_job_status');
    const status = job.inspected === null ? ('validating_files' as const) : ('queued' as const);
    const wire = { ...job.wire, status };
    store.put('jobs', wire.id, { ...job, wire });
    events.tell(job, 'Fine-tuning job resumed');
    runner.take(wire.id);
    return { body: wire };
  };
