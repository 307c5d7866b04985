import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '@ftm/cli/testing/run-cli';
import { createFtmClient, type FtmClient } from '@ftm/api/client';
import type { AnswerOf } from '@ftm/api/endpoints';
import { evalCases } from '../orchestrator/traces/eval-cases.ts';
import { ACME_PROJECT, BANK_HELPER } from '../orchestrator/seed.ts';
import { freePorts } from '../stack/ports.ts';
import { startStack, type Stack } from '../stack/stack.ts';
import { startSystem, type System } from './system.ts';

/**
 * The running system with a provider that sends webhooks, while it polls so seldom that without them no job would come to its end here. The parts are its own: the provider's
 * settings would disturb other specs.
 */
const BASE_MODEL = 'gpt-4.1-nano-2025-04-14';
const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const KEY = 'ftm-demo-acme-engineer';
const WAIT = { timeoutMs: 120_000 };

let dir: string;
let stack: Stack;
let system: System;
let client: FtmClient;
let cli: Readonly<Record<string, string>>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ftm-following-'));
  stack = await startStack({ dir: join(dir, 'stack'), ports: 'ephemeral' });
  const [port = 0] = await freePorts(1);
  system = await startSystem({
    stackEnv: stack.env,
    dir,
    apiPorts: [port],
    env: {
      FTM_OPENAI_WEBHOOK_SECRETS: SECRET,
      FTM_PROVIDER_POLL_MS: '3600000',
      FTM_PROVIDER_POLL_MAX_MS: '3600000',
    },
  });
  const api = system.apiUrls[0] ?? '';
  client = createFtmClient({ baseUrl: api, apiKey: KEY, checkAnswers: true });
  cli = { FTM_API_URL: api, FTM_API_KEY: KEY, NO_COLOR: '1' };
  // Each notice twice, every other one held back, and one with a wrong signature before each.
  await admin('POST', '/webhooks', {
    url: `${api}/v1/provider-webhooks/openai`,
    secret: SECRET,
    duplicates: 1,
    out_of_order: true,
    forged: true,
  });
}, 180_000);

afterAll(async () => {
  await system.stop();
  await stack.stop();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

async function admin(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(new URL(`/admin${path}`, stack.env['FTM_OPENAI_BASE_URL']), {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(answer.ok).toBe(true);
  return answer.json();
}

async function webhooks(outcome: 'taken' | 'refused'): Promise<number> {
  const text = await (await fetch(`${system.apiUrls[0] ?? ''}/metrics`)).text();
  return Number(
    new RegExp(`ftm_provider_webhooks_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1] ?? 0,
  );
}

const eventTypes = async (id: string): Promise<string[]> =>
  (await client.call('GET /v1/ft-jobs/{id}/events', { params: { id } })).body.data.map(({ name }) => name);

type Job = AnswerOf<'GET /v1/ft-jobs/{id}'>;

const fineTune = async (datasetId: string, seed: number): Promise<Job> =>
  (
    await client.call('POST /v1/ft-jobs', {
      body: {
        project_id: ACME_PROJECT,
        method: 'supervised',
        base_model: BASE_MODEL,
        dataset_id: datasetId,
        hyperparams: { n_epochs: 2 },
        seed,
      },
    })
  ).body;

let jobs: readonly Job[];

describe('webhooks of the provider', () => {
  it('twice, out of order, before the poll and forged: each job is fetched once it has changed, and ends once', async () => {
    const { body: dataset } = await client.call('POST /v1/datasets', {
      body: {
        project_id: ACME_PROJECT,
        assistant_id: BANK_HELPER,
        name: 'following',
        source: { kind: 'orchestrator_traces', limit: 200 },
      },
    });
    await client.waitFor('GET /v1/datasets/{id}', dataset.id, ({ status }) => status === 'ready', WAIT);
    const asked = await Promise.all([1, 2].map((seed) => fineTune(dataset.id, seed)));
    jobs = await Promise.all(
      asked.map(({ id }) =>
        client.waitFor('GET /v1/ft-jobs/{id}', id, ({ status }) => status === 'completed', WAIT),
      ),
    );
    for (const { id } of jobs) {
      const types = await eventTypes(id);
      expect(types.filter((type) => type === 'FineTuneSucceeded')).toHaveLength(1);
      expect(types.filter((type) => type === 'FineTuneSubmitted')).toHaveLength(1);
    }
    expect(await webhooks('taken')).toBeGreaterThanOrEqual(4);
    expect(await webhooks('refused')).toBeGreaterThanOrEqual(2);
  }, 240_000);
});

describe('a job that has ended', () => {
  it('leaves no training file at the provider', async () => {
    for (const { id } of jobs)
      await client.waitFor('GET /v1/ft-jobs/{id}', id, (job) => job.provider_files_deleted, WAIT);
    const answer = await fetch(`${stack.env['FTM_OPENAI_BASE_URL'] ?? ''}/files?purpose=fine-tune`, {
      headers: { authorization: `Bearer ${stack.env['FTM_OPENAI_API_KEY'] ?? ''}` },
    });
    expect(((await answer.json()) as { data: unknown[] }).data).toEqual([]);
  }, 120_000);

  it('is a model version, as the checkpoint that was picked; and every checkpoint can be evaluated', async () => {
    const [job] = jobs;
    const chosen = job?.selected_checkpoint;
    const { body: models } = await client.call('GET /v1/model-versions', {
      query: { ft_job_id: job?.id ?? '' },
    });
    expect(models.data).toMatchObject([{ provider_model_id: chosen?.provider_model_id, selection: chosen }]);
    const { body: suite } = await client.call('POST /v1/eval-suites', {
      body: {
        project_id: ACME_PROJECT,
        name: 'following',
        cases: evalCases(10),
        graders: [{ name: 'intent', kind: 'string_check', config: { operation: 'eq' } }],
      },
    });
    const checkpoints = job?.checkpoints ?? [];
    expect(checkpoints.length).toBeGreaterThan(1);
    for (const { provider_model_id: value } of checkpoints) {
      const { body: run } = await client.call('POST /v1/eval-runs', {
        body: {
          project_id: ACME_PROJECT,
          suite_id: suite.id,
          model_ref: { type: 'provider_model_id', value },
        },
      });
      const done = await client.waitFor(
        'GET /v1/eval-runs/{id}',
        run.id,
        ({ status }) => status === 'completed' || status === 'failed',
        WAIT,
      );
      expect(done).toMatchObject({ status: 'completed', case_count: 10 });
    }
  }, 180_000);

  it('has a report, and is told by the command line from its first event to its last', async () => {
    const id = jobs[0]?.id ?? '';
    const page = await fetch(`${system.apiUrls[0] ?? ''}/v1/ft-jobs/${id}/report`, {
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await page.text()).toContain('<h2>Checkpoints</h2>');
    const watched = await runCli(['ft-jobs', 'watch', id], cli);
    expect(watched).toMatchObject({ code: 0, stderr: '' });
    expect(watched.stdout).toMatch(/FineTuneRequested[^]*FineTuneCostRecorded[^]*completed[^]*checkpoint/);
    const listed = await runCli(['ft-jobs', 'list', '--json'], cli);
    expect((JSON.parse(listed.stdout) as { data: unknown[] }).data).toHaveLength(2);
    const none = await runCli(['ft-jobs', 'watch', '6f8c2d7e-0000-4000-8000-000000000000'], cli);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('NOT_FOUND') });
  }, 120_000);
});
