import { setTimeout as sleep } from 'node:timers/promises';
import { createFtmClient, type FtmAnswer, type FtmClient, type ResourceKey } from '@ftm/api/client';
import type { AnswerOf, BodyOf } from '@ftm/api/endpoints';
import { FtmRefused } from '@ftm/api/refused';
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

type Dataset = AnswerOf<'GET /v1/datasets/{id}'>;
type Job = AnswerOf<'GET /v1/ft-jobs/{id}'>;
type Run = AnswerOf<'GET /v1/eval-runs/{id}'>;
type Decision = DemoFindings['decisions'][number];

/** The main job, end to end, as its users do it: over the API. @throws Error naming the first thing that is not as promised */
export async function tellTheStory({ apiUrl, env, started }: StoryOptions): Promise<DemoFindings> {
  const as = (role: string): FtmClient =>
    createFtmClient({ baseUrl: apiUrl, apiKey: `ftm-demo-acme-${role}`, checkAnswers: true });
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
  const suite = await made(
    engineer,
    'GET /v1/eval-suites/{id}',
    engineer.call('POST /v1/eval-suites', {
      body: {
        project_id: PROJECT,
        name: 'banking77-intents',
        cases: evalCases(EVAL_CASES),
        graders: [{ name: 'intent', kind: 'string_check', config: { operation: 'eq' } }],
      },
    }),
  );

  narrator.step(
    'A dataset of the assistant’s traces: validated, deduplicated, sanitised, checked against the suite',
  );
  const dataset = await build(engineer, 'bank-helper', HELPER, narrator);
  await expectRejectionsAreExplained(engineer, dataset);

  narrator.step('The base model goes live first, on its own evidence');
  const base = await made(
    engineer,
    'GET /v1/model-versions/{id}',
    engineer.call('POST /v1/model-versions', {
      body: {
        project_id: PROJECT,
        origin: 'external',
        base_model: BASE_MODEL,
        provider_model_id: BASE_MODEL,
      },
    }),
  );
  const baseRun = await evaluate(engineer, suite.id, base.id, null);
  narrator.say(`base: ${there(baseRun.score).toFixed(3)} over ${there(baseRun.case_count)} cases`);
  await promote(people, base.id, 0, decisions, 'base model');

  narrator.step('A fine-tune job: estimated, approved by policy, submitted exactly once');
  const job = await fineTune(engineer, dataset.id, 'bank-helper', narrator);
  const candidate = await modelOf(engineer, job.id);

  narrator.step('The candidate against the base, paired over the same cases');
  const candidateRun = await evaluate(engineer, suite.id, candidate.id, baseRun.id);
  const comparison = there(candidateRun.comparison);
  narrator.say(
    `candidate: ${there(candidateRun.score).toFixed(3)}; difference ${comparison.difference.toFixed(3)}; non-inferiority ${comparison.verdict}`,
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
  narrator.say(`worse: ${there(worseRun.score).toFixed(3)}`);
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
  await sleep(20);
  await approver.call('POST /v1/promotions/{id}/rollback', {
    params: { id: promotion.id },
    body: { reason: 'demonstration' },
  });
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
  expect(then.model_version_id === candidate.id, 'the reconstruction names the candidate');
  narrator.say(`then ${String(then.provider_model_id)}, now ${String(now.provider_model_id)}`);

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

  const { body: finished } = await engineer.call('GET /v1/ft-jobs/{id}', { params: { id: job.id } });
  const { estimate } = finished;
  const { body: curve } = await auditor.call('GET /v1/ft-jobs/{id}/curve', { params: { id: job.id } });
  const evalRow = (label: string, run: Run): DemoFindings['evals'][number] => ({
    label,
    model: run.provider_model_id,
    score: there(run.score),
    ciLow: there(run.ci_low),
    ciHigh: there(run.ci_high),
    cases: there(run.case_count),
  });
  return {
    title: 'FTM: from traces to a promoted model, and back',
    finishedAt: new Date().toISOString(),
    durationS: (Date.now() - started) / 1000,
    dataset: {
      id: dataset.id,
      rowsRead: there(dataset.rows_read),
      rowsRejected: there(dataset.rows_rejected),
      rejectedByCode: there(dataset.rejected_by_code),
      redactions: there(dataset.redactions),
      trainRows: there(dataset.train_rows),
      validationRows: there(dataset.validation_rows),
      trainTokens: there(dataset.train_tokens),
    },
    cost: {
      lowUsdMicros: estimate.low_usd_micros,
      expectedUsdMicros: estimate.expected_usd_micros,
      highUsdMicros: estimate.high_usd_micros,
      actualUsdMicros: there(finished.actual_usd_micros),
      trainedTokens: there(finished.trained_tokens),
    },
    lossCurve: curve.data.map((point) => ({
      step: point.step,
      trainLoss: point.train_loss,
      validLoss: point.valid_loss,
    })),
    evals: [evalRow('base', baseRun), evalRow('candidate', candidateRun), evalRow('drifted', worseRun)],
    comparison: {
      difference: comparison.difference,
      ciLow: comparison.ci_low,
      ciHigh: comparison.ci_high,
      pValue: comparison.p_value,
      test: comparison.test,
      verdict: comparison.verdict,
    },
    decisions,
    timeline: narrator.events,
    verification,
    reconstruction: {
      at: live,
      live: String(then.provider_model_id),
      now: String(now.provider_model_id),
    },
  };
}

async function build(
  engineer: FtmClient,
  name: string,
  assistant: string,
  narrator: Narrator,
): Promise<Dataset> {
  const asked = await made(
    engineer,
    'GET /v1/datasets/{id}',
    engineer.call('POST /v1/datasets', {
      body: {
        project_id: PROJECT,
        assistant_id: assistant,
        name,
        source: { kind: 'orchestrator_traces' },
        output_format: 'jsonl_chat',
        dedup: { exact: true, near: true },
        contamination: { policy: 'drop' },
        split: { validation_fraction: 0.1, by: 'random', seed: 7 },
      },
    }),
  );
  const dataset = await ended(engineer.waitFor('GET /v1/datasets/{id}', asked.id, hasEnded), 'ready');
  narrator.say(
    `${there(dataset.rows_read)} rows read, ${there(dataset.rows_rejected)} rejected, ${there(dataset.train_rows)} to train on`,
  );
  return dataset;
}

async function fineTune(
  engineer: FtmClient,
  datasetId: string,
  suffix: string,
  narrator: Narrator,
): Promise<Job> {
  const asked = await made(
    engineer,
    'GET /v1/ft-jobs/{id}',
    engineer.call('POST /v1/ft-jobs', {
      body: {
        project_id: PROJECT,
        method: 'supervised',
        base_model: BASE_MODEL,
        dataset_id: datasetId,
        hyperparams: { n_epochs: 4 },
        suffix,
        seed: 7,
      },
    }),
  );
  const job = await ended(engineer.waitFor('GET /v1/ft-jobs/{id}', asked.id, hasEnded), 'completed');
  narrator.say(`${there(job.provider_model_id)}, ${there(job.trained_tokens)} tokens trained`);
  return job;
}

async function modelOf(engineer: FtmClient, jobId: string): Promise<AnswerOf<'GET /v1/model-versions/{id}'>> {
  for (let attempt = 0; attempt < 150; attempt += 1) {
    const { body } = await engineer.call('GET /v1/model-versions', { query: { ft_job_id: jobId } });
    if (body.data[0] !== undefined) return body.data[0];
    await sleep(200);
  }
  throw new Error(`no model version was registered for the job ${jobId}`);
}

async function evaluate(
  engineer: FtmClient,
  suiteId: string,
  modelVersionId: string,
  baselineRunId: string | null,
): Promise<Run> {
  const run = await made(
    engineer,
    'GET /v1/eval-runs/{id}',
    engineer.call('POST /v1/eval-runs', {
      body: {
        project_id: PROJECT,
        suite_id: suiteId,
        model_ref: { type: 'ft_model_version', value: modelVersionId },
        ...(baselineRunId === null ? {} : { baseline_run_id: baselineRunId }),
      },
    }),
  );
  return ended(engineer.waitFor('GET /v1/eval-runs/{id}', run.id, hasEnded), 'completed');
}

async function promote(
  { engineer, approver }: People,
  modelVersionId: string,
  minScore: number,
  decisions: Decision[],
  what: string,
  { expectFourEyes = false } = {},
): Promise<AnswerOf<'GET /v1/promotions/{id}'>> {
  const promotion = await made(
    engineer,
    'GET /v1/promotions/{id}',
    engineer.call('POST /v1/promotions', {
      body: {
        project_id: PROJECT,
        model_version_id: modelVersionId,
        target: { type: 'assistant', value: HELPER },
        min_eval_score: minScore,
        notes: `promote the ${what}`,
      },
    }),
  );
  const evidence_sha256 = there(promotion.evidence_sha256);
  const approval = { params: { id: promotion.id }, body: { evidence_sha256 } };
  if (expectFourEyes) {
    const refusal = await engineer
      .call('POST /v1/promotions/{id}/approve', approval)
      .catch((error: unknown) => error);
    expect(refusal instanceof FtmRefused && refusal.problem.status === 403, 'the requester cannot approve');
    decisions.push({
      what: `approval of the ${what} by its requester`,
      outcome: 'refused',
      who: 'user:ada',
      why: refusal instanceof FtmRefused ? refusal.problem.code : '',
    });
  }
  const approved = await approver.call('POST /v1/promotions/{id}/approve', approval);
  expect(approved.body.status === 'promoted', `the promotion is ${approved.body.status}`);
  decisions.push({
    what: `promotion of the ${what}`,
    outcome: 'promoted',
    who: 'user:grace',
    why: `evidence ${evidence_sha256.slice(0, 12)}…`,
  });
  return approved.body;
}

async function refused(engineer: FtmClient, body: BodyOf<'POST /v1/promotions'>): Promise<FtmRefused> {
  const answer = await engineer.call('POST /v1/promotions', { body }).catch((error: unknown) => error);
  if (answer instanceof FtmRefused && answer.problem.status === 409) return answer;
  throw answer instanceof Error ? answer : new Error('the worse model was not refused');
}

async function pointer(
  engineer: FtmClient,
  at?: string,
): Promise<AnswerOf<'GET /v1/production-pointers/{id}'>> {
  const { body } = await engineer.call('GET /v1/production-pointers', { query: { project_id: PROJECT, at } });
  const found = body.data.find(({ target }) => target.value === HELPER);
  if (found === undefined) throw new Error('there is no production pointer for the assistant');
  return found;
}

async function expectLive(engineer: FtmClient, modelVersionId: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    if ((await pointer(engineer).catch(() => undefined))?.model_version_id === modelVersionId) return;
    await sleep(100);
  }
  throw new Error(`the model version ${modelVersionId} is not live`);
}

async function expectRejectionsAreExplained(engineer: FtmClient, dataset: Dataset): Promise<void> {
  const { body } = await engineer.call('GET /v1/datasets/{id}/rejections', {
    params: { id: dataset.id },
    query: { limit: 5 },
  });
  expect(
    body.data.length > 0 && body.data.every(({ code, remedy }) => code !== '' && remedy !== ''),
    'every rejected row has a code and a remedy',
  );
}

/** Reads back what was created: whoever wrote it sees it. */
async function made<R extends { readonly id: string }>(
  client: FtmClient,
  get: ResourceKey,
  creating: Promise<FtmAnswer<R>>,
): Promise<R> {
  const { body } = await creating;
  const read = await client.call(get, { params: { id: body.id } });
  expect(read.body.id === body.id, 'a read after a write sees the write');
  return body;
}

interface Ended {
  readonly id: string;
  readonly object: string;
  readonly status: string;
  readonly failure: unknown;
  readonly reasons: unknown;
}
const hasEnded = ({ status }: Pick<Ended, 'status'>): boolean =>
  ['ready', 'completed', 'failed', 'blocked', 'canceled'].includes(status);

async function ended<R extends Ended>(waiting: Promise<R>, wanted: R['status']): Promise<R> {
  const resource = await waiting;
  const { object, id, status, failure, reasons } = resource;
  expect(status === wanted, `${object} ${id} is ${status}: ${JSON.stringify(failure ?? reasons)}`);
  return resource;
}

/** What is null only while it is not known. */
function there<T>(value: T | null): T {
  if (value === null) throw new Error('what must be known by now is null');
  return value;
}

function expect(condition: boolean, promise: string): void {
  if (!condition) throw new Error(`a promise was not kept: ${promise}`);
}
