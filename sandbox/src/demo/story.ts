import { createFtmClient, FtmRefused, type FtmClient, type Resource } from '@ftm/client/ftm-client';
import { evalCases } from '../orchestrator/traces/eval-cases.ts';
import type { DemoFindings } from '../report/report.ts';
import { verifyLog } from '../verify/verify-log.ts';
import { createNarrator, type Narrator } from './narrator.ts';

const PROJECT = '11111111-1111-4111-8111-111111111111';
const HELPER = 'aaaaaaaa-0000-4000-8000-000000000001';
const DRIFTED = 'aaaaaaaa-0000-4000-8000-000000000002';
const BASE_MODEL = 'gpt-4.1-nano-2025-04-14';
const EVAL_CASES = 300;
const MIN_SCORE = 0.55;

export interface StoryOptions {
  readonly apiUrl: string;
  readonly env: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly started: number;
}

interface People {
  readonly engineer: FtmClient;
  readonly approver: FtmClient;
  readonly auditor: FtmClient;
}

type Decision = DemoFindings['decisions'][number];

/** The main job, end to end, as its users do it: over the API. @throws Error naming the first thing that is not as promised */
export async function tellTheStory({ apiUrl, env, started }: StoryOptions): Promise<DemoFindings> {
  const as = (role: string): FtmClient =>
    createFtmClient({ baseUrl: apiUrl, apiKey: `ftm-demo-acme-${role}` });
  const people: People = { engineer: as('engineer'), approver: as('approver'), auditor: as('auditor') };
  const narrator = createNarrator(people.auditor);
  try {
    return await run(people, narrator, { apiUrl, env, started });
  } finally {
    await narrator.stop();
  }
}

async function run(
  people: People,
  narrator: Narrator,
  { env, started }: StoryOptions,
): Promise<DemoFindings> {
  const { engineer, approver, auditor } = people;
  const decisions: Decision[] = [];

  narrator.step(`An eval suite of ${EVAL_CASES} customer questions`);
  const suite = await create(engineer, '/v1/eval-suites', {
    project_id: PROJECT,
    name: 'banking77-intents',
    cases: evalCases(EVAL_CASES),
    graders: [{ name: 'intent', kind: 'string_check', config: { operation: 'eq' } }],
  });

  narrator.step(
    'A dataset of the assistant’s traces: validated, deduplicated, sanitised, checked against the suite',
  );
  const dataset = await build(engineer, 'bank-helper', HELPER, narrator);
  await expectRejectionsAreExplained(engineer, dataset);

  narrator.step('The base model goes live first, on its own evidence');
  const base = await create(engineer, '/v1/model-versions', {
    project_id: PROJECT,
    origin: 'external',
    base_model: BASE_MODEL,
    provider_model_id: BASE_MODEL,
  });
  const baseRun = await evaluate(engineer, suite.id, base.id, null);
  narrator.say(`base: ${number(baseRun, 'score').toFixed(3)} over ${number(baseRun, 'case_count')} cases`);
  await promote(people, base.id, 0, decisions, 'base model');

  narrator.step('A fine-tune job: estimated, approved by policy, submitted exactly once');
  const job = await fineTune(engineer, dataset.id, 'bank-helper', narrator);
  const candidate = await modelOf(engineer, job.id);

  narrator.step('The candidate against the base, paired over the same cases');
  const candidateRun = await evaluate(engineer, suite.id, candidate.id, baseRun.id);
  const comparison = candidateRun['comparison'] as Record<string, unknown>;
  narrator.say(
    `candidate: ${number(candidateRun, 'score').toFixed(3)}; difference ${Number(comparison['difference']).toFixed(3)}; non-inferiority ${String(comparison['verdict'])}`,
  );

  narrator.step('Promotion: four eyes, then the pointer moves');
  const promotion = await promote(people, candidate.id, MIN_SCORE, decisions, 'candidate', {
    expectFourEyes: true,
  });
  const live = new Date().toISOString();
  await expectLive(engineer, candidate.id);

  narrator.step('A second, worse model is refused');
  const worseDataset = await build(engineer, 'bank-helper-drifted', DRIFTED, narrator);
  const worseJob = await fineTune(engineer, worseDataset.id, 'drifted', narrator);
  const worse = await modelOf(engineer, worseJob.id);
  const worseRun = await evaluate(engineer, suite.id, worse.id, candidateRun.id);
  narrator.say(`worse: ${number(worseRun, 'score').toFixed(3)}`);
  const refusal = await refused(engineer, {
    project_id: PROJECT,
    model_version_id: worse.id,
    target: { type: 'assistant', value: HELPER },
    min_eval_score: MIN_SCORE,
  });
  const why = (refusal.problem.reasons ?? []).map((each) => each.message).join('; ');
  narrator.say(`409 ${refusal.problem.code}: ${why}`);
  decisions.push({ what: 'promotion of the drifted model', outcome: 'blocked', who: 'gate', why });
  await expectLive(engineer, candidate.id);

  narrator.step('Rollback in one call');
  await new Promise((resolve) => setTimeout(resolve, 20));
  await approver.post(`/v1/promotions/${promotion.id}/rollback`, { reason: 'demonstration' });
  await expectLive(engineer, base.id);
  decisions.push({
    what: 'rollback of the candidate',
    outcome: 'rolled_back',
    who: 'user:grace',
    why: 'demonstration',
  });

  narrator.step(`Reconstruction: what was live at ${live}?`);
  const then = await pointer(engineer, live);
  const now = await pointer(engineer);
  expect(then['model_version_id'] === candidate.id, 'the reconstruction names the candidate');
  narrator.say(`then ${String(then['provider_model_id'])}, now ${String(now['provider_model_id'])}`);

  narrator.step(
    'Verification: the topic is read by an independent reader, and the Orchestrator’s copy is compared',
  );
  await narrator.catchUp();
  const verification = await verifyLog(env, 'acme');
  narrator.say(verification.detail);
  expect(verification.ok, verification.detail);
  expect(
    verification.events === narrator.events.length,
    `the API told ${narrator.events.length} events, the topic has ${verification.events}`,
  );

  const finished = await get(engineer, `/v1/ft-jobs/${job.id}`);
  const estimate = finished['estimate'] as Record<string, number>;
  const { body: curve } = await auditor.get<{
    data: { step: number; train_loss: number | null; valid_loss: number | null }[];
  }>(`/v1/ft-jobs/${job.id}/curve`);
  const evalRow = (label: string, run: Resource): DemoFindings['evals'][number] => ({
    label,
    model: String(run['provider_model_id']),
    score: number(run, 'score'),
    ciLow: number(run, 'ci_low'),
    ciHigh: number(run, 'ci_high'),
    cases: number(run, 'case_count'),
  });
  return {
    title: 'FTM: from traces to a promoted model, and back',
    finishedAt: new Date().toISOString(),
    durationS: (Date.now() - started) / 1000,
    dataset: {
      id: dataset.id,
      rowsRead: number(dataset, 'rows_read'),
      rowsRejected: number(dataset, 'rows_rejected'),
      rejectedByCode: dataset['rejected_by_code'] as { code: string; count: number }[],
      redactions: dataset['redactions'] as { code: string; count: number }[],
      trainRows: number(dataset, 'train_rows'),
      validationRows: number(dataset, 'validation_rows'),
      trainTokens: number(dataset, 'train_tokens'),
    },
    cost: {
      lowUsdMicros: estimate['low_usd_micros'] ?? 0,
      expectedUsdMicros: estimate['expected_usd_micros'] ?? 0,
      highUsdMicros: estimate['high_usd_micros'] ?? 0,
      actualUsdMicros: number(finished, 'actual_usd_micros'),
      trainedTokens: number(finished, 'trained_tokens'),
    },
    lossCurve: curve.data.map((point) => ({
      step: point.step,
      trainLoss: point.train_loss,
      validLoss: point.valid_loss,
    })),
    evals: [evalRow('base', baseRun), evalRow('candidate', candidateRun), evalRow('drifted', worseRun)],
    comparison: {
      difference: Number(comparison['difference']),
      ciLow: Number(comparison['ci_low']),
      ciHigh: Number(comparison['ci_high']),
      pValue: Number(comparison['p_value']),
      test: String(comparison['test']),
      verdict: String(comparison['verdict']),
    },
    decisions,
    timeline: narrator.events,
    verification,
    reconstruction: {
      at: live,
      live: String(then['provider_model_id']),
      now: String(now['provider_model_id']),
    },
  };
}

async function build(
  engineer: FtmClient,
  name: string,
  assistant: string,
  narrator: Narrator,
): Promise<Resource> {
  const asked = await create(engineer, '/v1/datasets', {
    project_id: PROJECT,
    assistant_id: assistant,
    name,
    source: { kind: 'orchestrator_traces' },
    output_format: 'jsonl_chat',
    dedup: { exact: true, near: true },
    contamination: { policy: 'drop' },
    split: { validation_fraction: 0.1, by: 'random', seed: 7 },
  });
  const dataset = await settled(engineer, `/v1/datasets/${asked.id}`, 'ready');
  narrator.say(
    `${number(dataset, 'rows_read')} rows read, ${number(dataset, 'rows_rejected')} rejected, ${number(dataset, 'train_rows')} to train on`,
  );
  return dataset;
}

async function fineTune(
  engineer: FtmClient,
  datasetId: string,
  suffix: string,
  narrator: Narrator,
): Promise<Resource> {
  const asked = await create(engineer, '/v1/ft-jobs', {
    project_id: PROJECT,
    method: 'supervised',
    base_model: BASE_MODEL,
    dataset_id: datasetId,
    hyperparams: { n_epochs: 4 },
    suffix,
    seed: 7,
  });
  const job = await settled(engineer, `/v1/ft-jobs/${asked.id}`, 'completed');
  narrator.say(`${String(job['provider_model_id'])}, ${number(job, 'trained_tokens')} tokens trained`);
  return job;
}

async function modelOf(engineer: FtmClient, jobId: string): Promise<Resource> {
  for (let attempt = 0; attempt < 150; attempt += 1) {
    const { body } = await engineer.get<{ data: Resource[] }>(`/v1/model-versions?ft_job_id=${jobId}`);
    if (body.data[0] !== undefined) return body.data[0];
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`no model version was registered for the job ${jobId}`);
}

async function evaluate(
  engineer: FtmClient,
  suiteId: string,
  modelVersionId: string,
  baselineRunId: string | null,
): Promise<Resource> {
  const run = await create(engineer, '/v1/eval-runs', {
    project_id: PROJECT,
    suite_id: suiteId,
    model_ref: { type: 'ft_model_version', value: modelVersionId },
    ...(baselineRunId === null ? {} : { baseline_run_id: baselineRunId }),
  });
  return settled(engineer, `/v1/eval-runs/${run.id}`, 'completed');
}

async function promote(
  { engineer, approver }: People,
  modelVersionId: string,
  minScore: number,
  decisions: Decision[],
  what: string,
  { expectFourEyes = false } = {},
): Promise<Resource> {
  const promotion = await create(engineer, '/v1/promotions', {
    project_id: PROJECT,
    model_version_id: modelVersionId,
    target: { type: 'assistant', value: HELPER },
    min_eval_score: minScore,
    notes: `promote the ${what}`,
  });
  const body = { evidence_sha256: promotion['evidence_sha256'] };
  if (expectFourEyes) {
    const refusal = await engineer
      .post(`/v1/promotions/${promotion.id}/approve`, body)
      .catch((error: unknown) => error);
    expect(refusal instanceof FtmRefused && refusal.problem.status === 403, 'the requester cannot approve');
    decisions.push({
      what: `approval of the ${what} by its requester`,
      outcome: 'refused',
      who: 'user:ada',
      why: refusal instanceof FtmRefused ? refusal.problem.code : '',
    });
  }
  const approved = await approver.post(`/v1/promotions/${promotion.id}/approve`, body);
  expect(approved.body.status === 'promoted', `the promotion is ${approved.body.status}`);
  decisions.push({
    what: `promotion of the ${what}`,
    outcome: 'promoted',
    who: 'user:grace',
    why: `evidence ${String(promotion['evidence_sha256']).slice(0, 12)}…`,
  });
  return approved.body;
}

async function refused(engineer: FtmClient, body: unknown): Promise<FtmRefused> {
  const answer = await engineer.post('/v1/promotions', body).catch((error: unknown) => error);
  if (answer instanceof FtmRefused && answer.problem.status === 409) return answer;
  throw answer instanceof Error ? answer : new Error('the worse model was not refused');
}

async function pointer(engineer: FtmClient, at?: string): Promise<Record<string, unknown>> {
  const { body } = await engineer.get<{ data: Record<string, unknown>[] }>(
    `/v1/production-pointers?project_id=${PROJECT}${at === undefined ? '' : `&at=${encodeURIComponent(at)}`}`,
  );
  const found = body.data.find((each) => (each['target'] as { value: string }).value === HELPER);
  if (found === undefined) throw new Error('there is no production pointer for the assistant');
  return found;
}

async function expectLive(engineer: FtmClient, modelVersionId: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    if ((await pointer(engineer).catch(() => undefined))?.['model_version_id'] === modelVersionId) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the model version ${modelVersionId} is not live`);
}

async function expectRejectionsAreExplained(engineer: FtmClient, dataset: Resource): Promise<void> {
  const { body } = await engineer.get<{ data: Record<string, unknown>[] }>(
    `/v1/datasets/${dataset.id}/rejections?limit=5`,
  );
  expect(
    body.data.length > 0 && body.data.every((each) => typeof each['code'] === 'string'),
    'every rejected row has a code',
  );
}

/** Creates, and reads back what was created with read-your-writes. */
async function create(client: FtmClient, path: string, body: unknown): Promise<Resource> {
  const made = await client.post(path, body);
  const { body: read } = await client.get(
    `${path}/${made.body.id}`,
    made.position === null ? {} : { minPosition: made.position },
  );
  expect(read.id === made.body.id, 'a read after a write sees the write');
  return made.body;
}

async function settled(client: FtmClient, path: string, wanted: string): Promise<Resource> {
  const resource = await client.waitFor(path, (each) =>
    [wanted, 'failed', 'blocked', 'canceled'].includes(each.status),
  );
  expect(
    resource.status === wanted,
    `${path} is ${resource.status}: ${JSON.stringify(resource['failure'] ?? resource['reasons'] ?? null)}`,
  );
  return resource;
}

const get = async (client: FtmClient, path: string): Promise<Resource> => (await client.get(path)).body;

function number(resource: Resource, field: string): number {
  const value = resource[field];
  if (typeof value !== 'number')
    throw new Error(`${field} is missing in ${JSON.stringify(resource).slice(0, 300)}`);
  return value;
}

function expect(condition: boolean, promise: string): void {
  if (!condition) throw new Error(`a promise was not kept: ${promise}`);
}
