import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runCli } from '@ftm/cli/testing/run-cli';
import { eventually } from '@ftm/event-log/testing/environment';
import { ACME_PROJECT, BANK_HELPER } from '../orchestrator/seed.ts';
import { startStack, type Stack } from '../stack/stack.ts';
import { startSystem, type System } from './system.ts';

/**
 * A project's budget over HTTP, against two API instances of the running system and a real log: the caller's side of what the rules promise. Jobs wait for PRISM, which approves
 * nothing by itself here, so that what is held stays held. The parts are its own: the simulators' orders would disturb other specs.
 */
const BASE_MODEL = 'gpt-4.1-nano-2025-04-14';
const BUDGET = `/v1/projects/${ACME_PROJECT}/budget`;
const PLACES = 12;
const ASKED = 50;

let dir: string;
let stack: Stack;
let system: System;
/** The body of a job. */
let job: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ftm-budget-'));
  stack = await startStack({ dir: join(dir, 'stack'), ports: 'ephemeral' });
  system = await startSystem({ stackEnv: stack.env, dir, apis: 2 });
  await admin('FTM_ORCHESTRATOR_URL', '/prism/orders', { approve_after_ms: 86_400_000 });
}, 180_000);

afterAll(async () => {
  await system.stop();
  await stack.stop();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

let calls = 0;
/** As a client does: what is answered with 503 and `Retry-After` is asked again then, with the same key. */
async function ask(
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
  more: { readonly who?: string; readonly key?: string; readonly api?: number } = {},
): Promise<Answer> {
  calls += 1;
  const key = more.key ?? `budget-${calls}`;
  const answer = await fetch(new URL(path, system.apiUrls[more.api ?? 0]), {
    method,
    headers: {
      authorization: `Bearer ftm-demo-acme-${more.who ?? 'engineer'}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  });
  const retryAfter = answer.headers.get('retry-after');
  if (answer.status === 503 && retryAfter !== null) {
    await answer.body?.cancel();
    await delay(Number(retryAfter) * 1000);
    return ask(method, path, body, { ...more, key });
  }
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    body: (await answer.json()) as Answer['body'],
  };
}

async function admin(
  simulator: 'FTM_ORCHESTRATOR_URL' | 'FTM_OPENAI_BASE_URL',
  path: string,
  body: unknown,
): Promise<void> {
  const answer = await fetch(new URL(`/admin${path}`, stack.env[simulator]), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.ok).toBe(true);
}

const seen = async (path: string): Promise<Answer['body']> => (await ask('GET', path)).body;
const until = (path: string, what: string, good: (body: Answer['body']) => boolean): Promise<void> =>
  eventually(`${path} is ${what}`, async () => good(await seen(path)), 90_000);

describe('fifty jobs that are asked for at once, of a budget with room for twelve', () => {
  let high: number;
  let taken: readonly { readonly id: string; readonly key: string }[];

  it('are twelve jobs, and 38 refusals that say what is left, what is needed and what to do', async () => {
    const dataset = await ask('POST', '/v1/datasets', {
      project_id: ACME_PROJECT,
      assistant_id: BANK_HELPER,
      name: 'budget',
      source: { kind: 'orchestrator_traces', limit: 60 },
    });
    const dataset_id = String(dataset.body['id']);
    await until(`/v1/datasets/${dataset_id}`, 'ready', ({ status }) => status === 'ready');
    job = {
      project_id: ACME_PROJECT,
      method: 'supervised',
      base_model: BASE_MODEL,
      dataset_id,
      hyperparams: { n_epochs: 1 },
      cost_threshold_usd: 0,
    };
    const estimate = await ask('POST', '/v1/ft-jobs/estimate', job);
    high = Number(estimate.body['high_usd_micros']);
    expect(high).toBeGreaterThan(0);
    const limit = PLACES * high + Math.floor(high / 2);
    expect(await ask('PUT', BUDGET, { monthly_usd: limit / 1e6 }, { who: 'admin' })).toMatchObject({
      status: 200,
      body: { monthly_usd_micros: limit },
    });

    const answers = await Promise.all(
      Array.from({ length: ASKED }, async (_, at) => {
        const key = `at-once-${at}`;
        return { key, answer: await ask('POST', '/v1/ft-jobs', job, { key, api: at % 2 }) };
      }),
    );

    taken = answers
      .filter(({ answer }) => answer.status === 202)
      .map(({ key, answer }) => ({ key, id: String(answer.body['id']) }));
    expect(taken).toHaveLength(PLACES);
    const refused = answers.filter(({ answer }) => answer.status !== 202).map(({ answer }) => answer);
    expect(refused).toHaveLength(ASKED - PLACES);
    const last = refused.find(({ body }) =>
      JSON.stringify(body['reasons']).includes(`"HELD_USD_MICROS","message":"${PLACES * high}"`),
    );
    for (const each of refused) {
      expect(each).toMatchObject({
        status: 409,
        type: expect.stringContaining('application/problem+json'),
        body: {
          code: 'BUDGET_EXCEEDED',
          detail: expect.stringMatching(
            new RegExp(`project ${ACME_PROJECT} has for \\d{4}-\\d\\d there are .* left: .*PUT ${BUDGET}`),
          ),
          reasons: expect.arrayContaining([
            { code: 'BUDGET_USD_MICROS', message: String(limit) },
            { code: 'NEEDED_USD_MICROS', message: String(high) },
          ]),
        },
      });
    }
    expect(last?.body['reasons']).toContainEqual({
      code: 'LEFT_USD_MICROS',
      message: String(Math.floor(high / 2)),
    });
    expect(await seen(BUDGET)).toMatchObject({
      spent_usd_micros: 0,
      held_usd_micros: PLACES * high,
      left_usd_micros: Math.floor(high / 2),
    });
  });

  it('hold nothing twice when one of them is asked for again with its key, by the other instance', async () => {
    const [{ key, id } = { key: '', id: '' }] = taken;
    for (const api of [0, 1])
      expect(await ask('POST', '/v1/ft-jobs', job, { key, api })).toMatchObject({ body: { id } });
    expect(await seen(BUDGET)).toMatchObject({ held_usd_micros: PLACES * high });
  });

  it('make room for one more when one is canceled, and when one has failed', async () => {
    const room = async (): Promise<void> => {
      expect(await ask('POST', '/v1/ft-jobs', job)).toMatchObject({ status: 202 });
      expect(await ask('POST', '/v1/ft-jobs', job)).toMatchObject({ status: 409 });
    };
    const [canceled = '', failed = ''] = taken.map(({ id }) => id);
    expect((await ask('POST', `/v1/ft-jobs/${canceled}/cancel`, {})).status).toBe(202);
    await room();

    // PRISM lets one go, and the provider fails it without a word on what it bills.
    await admin('FTM_OPENAI_BASE_URL', '/faults', { target: 'training', kind: 'error', times: 1 });
    const approval = (body: Answer['body']) =>
      body['approval'] as { readonly approval_id: string } | null | undefined;
    await until(`/v1/ft-jobs/${failed}`, 'waiting for PRISM', (body) => approval(body) != null);
    const { approval_id } = approval(await seen(`/v1/ft-jobs/${failed}`)) ?? { approval_id: '' };
    await admin('FTM_ORCHESTRATOR_URL', `/prism/approvals/${approval_id}`, { status: 'approved' });
    await until(`/v1/ft-jobs/${failed}`, 'failed', ({ status }) => status === 'failed');
    expect(await seen(`/v1/ft-jobs/${failed}`)).toMatchObject({ cost: null, cost_unknown: true });
    expect(await seen(BUDGET)).toMatchObject({ spent_usd_micros: 0, unknown_costs: 1 });
    await room();
    expect(await seen(BUDGET)).toMatchObject({ held_usd_micros: PLACES * high });
  });

  it('are in the list of months as they are on the log', async () => {
    const budget = await seen(BUDGET);
    await until('/v1/budget-months', 'projected', ({ data }) => {
      const [month] = data as readonly Answer['body'][];
      return month?.['held_usd_micros'] === budget['held_usd_micros'] && month?.['unknown_costs'] === 1;
    });
    const costs = await seen('/v1/costs');
    expect(costs).toMatchObject({ total_usd_micros: 0, data: [{ count: 1, unknown_count: 1 }] });
  });
});

describe('jobs that the provider has billed', () => {
  it('teach the next estimate, and are the sum of the report and of what PRISM was told', async () => {
    await ask('PUT', BUDGET, { monthly_usd: null }, { who: 'admin' });
    const cheap = { ...job, cost_threshold_usd: 1000 };
    const estimate = async () => (await ask('POST', '/v1/ft-jobs/estimate', cheap)).body;
    const before = await estimate();
    expect(before['calibration_jobs']).toBe(0);

    const ids = await Promise.all(
      [1, 2, 3].map(async (n_epochs) => {
        const { body } = await ask('POST', '/v1/ft-jobs', { ...cheap, hyperparams: { n_epochs } });
        return String(body['id']);
      }),
    );
    for (const id of ids) await until(`/v1/ft-jobs/${id}`, 'paid for', ({ cost }) => cost != null);
    const billed = await Promise.all(
      ids.map(async (id) => {
        const { trained_tokens, cost } = await seen(`/v1/ft-jobs/${id}`);
        return {
          tokens: Number(trained_tokens),
          usdMicros: (cost as { readonly actual_usd_micros: number }).actual_usd_micros,
        };
      }),
    );
    const [{ tokens, usdMicros } = { tokens: 0, usdMicros: 0 }] = billed;

    await eventually('the estimate is calibrated', async () => (await estimate())['calibration_jobs'] === 3);
    const after = await estimate();
    const off = (body: Answer['body']): number => Math.abs(Number(body['training_tokens']) - tokens);
    expect(off(after)).toBeLessThanOrEqual(off(before));
    expect(off(after) / tokens).toBeLessThan(0.01);
    expect(Number(after['token_error'])).toBeLessThan(Number(before['token_error']));
    expect(Number(after['low_usd_micros'])).toBeLessThanOrEqual(usdMicros);
    expect(Number(after['high_usd_micros'])).toBeGreaterThanOrEqual(usdMicros);

    const total = billed.reduce((sum, each) => sum + each.usdMicros, 0);
    expect(await seen('/v1/costs')).toMatchObject({
      total_usd_micros: total,
      data: [{ kind: 'fine_tune', count: 4, unknown_count: 1, actual_usd_micros: total }],
    });
    expect(await seen(BUDGET)).toMatchObject({ spent_usd_micros: total, left_usd_micros: null });
    const cli = {
      FTM_API_URL: system.apiUrls[0] ?? '',
      FTM_API_KEY: 'ftm-demo-acme-engineer',
      NO_COLOR: '1',
    };
    const lines = await runCli(['costs', '--project', ACME_PROJECT], cli);
    expect(lines.stdout).toContain(`in all $${(total / 1e6).toFixed(4)}, and what 1 jobs have cost`);
    const dataset = String(job['dataset_id']);
    const asked = ['--project', ACME_PROJECT, '--dataset', dataset, '--model', BASE_MODEL];
    const shown = await runCli(['ft-jobs', 'estimate', ...asked], cli);
    expect(shown.stdout).toContain('corrected by what 3 jobs were billed');
    const told = await fetch(new URL('/admin/counters', stack.env['FTM_ORCHESTRATOR_URL']));
    expect(((await told.json()) as { usage: Record<string, number> }).usage['acme']).toBe(total);
  });
});
