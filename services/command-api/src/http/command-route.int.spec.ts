import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommander } from '@ftm/commands/commander';
import { derivedUuid, streamId, tenantId, tenantStreamId } from '@ftm/contracts/ids';
import { datasetRequested, datasetSanitized, PROJECT } from '@ftm/domain/testing/examples';
import { createMemoryEventLog } from '@ftm/event-log/memory-event-log';
import { createOrchestratorClient } from '@ftm/orchestrator/client';
import {
  startOrchestratorProcess,
  TEST_SERVICE_KEY,
  type OrchestratorProcess,
} from '@ftm/orchestrator/testing/orchestrator-process';
import { fineTuneRoutes } from '../fine-tune/routes.ts';
import { modelVersionRoutes } from '../model-version/routes.ts';
import type { QuotaKind } from '../quotas.ts';
import { reEvalRoutes } from '../re-eval/routes.ts';
import type { Services } from '../services.ts';
import { appendingTo, serveRoutes } from '../testing/route-server.ts';
import { Problem } from './problem.ts';

/**
 * What all writes have in common, over HTTP with the rules, a log in memory, and the Orchestrator's simulator as a process of its own. The bearer token is
 * `<subject> <role> <projects>`.
 */
const TENANT = tenantId('acme');
const OTHER = 'p-two';
const log = createMemoryEventLog();
const full = new Set<QuotaKind>();
let dir: string;
let simulator: OrchestratorProcess;
let server: Awaited<ReturnType<typeof serveRoutes>>;
let keys = 0;
const newKey = (): string => `key-${(keys += 1)}`;
const append = appendingTo(log, TENANT);
const dataset = (project: string): string => derivedUuid('command-route', project);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ftm-command-route-'));
  simulator = await startOrchestratorProcess(dir);
  const services = {
    commander: createCommander(log, null),
    costs: { billedSamples: async () => [] },
    quotas: {
      requireRoom: async (_of: unknown, kind: QuotaKind) => {
        if (full.has(kind)) throw new Problem('TOO_MANY_OPEN', 'full');
      },
    },
    orchestrator: createOrchestratorClient({ baseUrl: simulator.url, serviceKey: TEST_SERVICE_KEY }),
    limits: { minDaysToShutdown: 30 },
  } as unknown as Services;
  server = await serveRoutes(
    [fineTuneRoutes, modelVersionRoutes, reEvalRoutes].flatMap((routes) => routes(services)),
    TENANT,
    (bearer) => {
      const [subject = '', role = '', projects = '*'] = bearer.split('|');
      return { subject, roles: [role], projects: projects.split(',') };
    },
  );
  for (const project of [PROJECT, OTHER])
    await append(
      streamId('dataset', dataset(project)),
      { type: 'DatasetRequested', data: { ...datasetRequested, projectId: project } },
      { type: 'DatasetSanitized', data: datasetSanitized },
    );
}, 60_000);
afterEach(async () => {
  full.clear();
  await simulator.admin('DELETE', 'policies');
  await simulator.admin('DELETE', 'faults');
});
afterAll(async () => {
  server.close();
  await simulator.kill();
  await rm(dir, { recursive: true, force: true });
});

const governanceCalls = async (): Promise<number> => {
  const { calls } = (await simulator.admin('GET', 'counters')) as { calls: { governance?: number } };
  return calls.governance ?? 0;
};

async function post(
  path: string,
  body: unknown,
  key: string,
  who = 'user:ada|engineer',
  more: Readonly<Record<string, string>> = {},
) {
  const answer = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${who}`,
      'content-type': 'application/json',
      'idempotency-key': key,
      ...more,
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    replayed: answer.headers.get('idempotent-replayed'),
    text,
    body: JSON.parse(text) as Record<string, unknown>,
  };
}
const job = (project: string, more: object = {}) => ({
  project_id: project,
  method: 'supervised',
  base_model: 'gpt-4.1-nano-2025-04-14',
  dataset_id: dataset(project),
  ...more,
});
const model = (more: object = {}) => ({
  project_id: PROJECT,
  base_model: 'gpt-4.1-nano-2025-04-14',
  provider_model_id: `ft:gpt-4.1-nano-2025-04-14:acme::${newKey()}`,
  ...more,
});
const refusals = async () => (await log.readStream(TENANT, tenantStreamId(TENANT))).map(({ event }) => event);

describe('an answer of a gate', () => {
  it('is not used for another question: a key whose request was refused opens no other project', async () => {
    await simulator.admin('POST', 'policies', {
      action: 'ft.job.create',
      project_id: PROJECT,
      code: 'FREEZE',
    });
    const key = newKey();
    const nowhere = derivedUuid('command-route', 'nowhere');
    const first = await post('/v1/ft-jobs', job(OTHER, { validation_dataset_id: nowhere }), key);
    expect(first).toMatchObject({ status: 422, body: { code: 'DATASET_NOT_FOUND' } });
    // The key is used up for another request, and with a new one the question is asked anew.
    expect(await post('/v1/ft-jobs', job(PROJECT), key)).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    expect(await post('/v1/ft-jobs', job(PROJECT), newKey())).toMatchObject({
      status: 409,
      body: { code: 'GATE_DENIED', reasons: [{ code: 'FREEZE' }] },
    });
  });

  it('stays on the log, once for each that was given, when the resource is at another version', async () => {
    const [key, body] = [newKey(), model()];
    const late = () => post('/v1/model-versions', body, key, 'user:ada|engineer', { 'if-match': '"7"' });
    const before = (await refusals()).length;
    expect(await late()).toMatchObject({ status: 412, body: { code: 'VERSION_CONFLICT' } });
    const kept = (await refusals()).slice(before);
    expect(kept).toMatchObject([
      { type: 'GateAnswered', data: { gate: 'model.register', decision: 'allow' } },
    ]);
    // The same question within the minute has the same answer: it is one.
    expect(await late()).toMatchObject({ status: 412 });
    const decisions = (await refusals())
      .slice(before)
      .map(({ data }) => (data as { decisionId: string }).decisionId);
    expect(new Set(decisions).size).toBe(decisions.length);
  });

  it('is not used for another person, who has keys of his own', async () => {
    await simulator.admin('POST', 'policies', {
      action: 'model.register',
      actor: 'user:bob',
      code: 'NOT_BOB',
    });
    const [key, body] = [newKey(), model()];
    expect((await post('/v1/model-versions', body, key)).status).toBe(201);
    expect(await post('/v1/model-versions', body, key, 'user:bob|engineer')).toMatchObject({
      status: 409,
      body: { code: 'GATE_DENIED', reasons: [{ code: 'NOT_BOB' }] },
    });
  });

  it('that is no is nobody else’s no', async () => {
    await simulator.admin('POST', 'policies', {
      action: 'model.register',
      actor: 'user:bob',
      code: 'NOT_BOB',
    });
    const [key, body] = [newKey(), model()];
    expect((await post('/v1/model-versions', body, key, 'user:bob|engineer')).status).toBe(409);
    expect((await post('/v1/model-versions', body, key)).status).toBe(201);
  });

  it('is an event on the tenant’s own stream where nothing came of it, with the refusal', async () => {
    await simulator.admin('POST', 'policies', { action: 'model.register', code: 'FREEZE' });
    const before = (await refusals()).length;
    const answer = await post('/v1/model-versions', model(), newKey());
    expect(answer.status).toBe(409);
    expect((await refusals()).slice(before)).toMatchObject([
      {
        type: 'GateAnswered',
        data: { gate: 'model.register', decision: 'deny', reasons: [{ code: 'FREEZE' }] },
      },
      { type: 'CommandRefused', data: { commandType: 'RegisterModelVersion', code: 'GATE_DENIED' } },
    ]);
  });

  it('comes with reasons that TRiSM has read', async () => {
    await simulator.admin('POST', 'policies', {
      action: 'model.register',
      code: 'FREEZE',
      message: 'ask maria.gonzales@example.org first',
    });
    const { text } = await post('/v1/model-versions', model(), newKey());
    expect(text).not.toContain('maria.gonzales@example.org');
    expect(JSON.stringify(await refusals())).not.toContain('maria.gonzales@example.org');
  });
});

describe('a retry', () => {
  it('of what was taken gets the same bytes, though the quota is used up and the gate would say no by now', async () => {
    const [key, body] = [newKey(), job(PROJECT)];
    const first = await post('/v1/ft-jobs', body, key);
    expect(first).toMatchObject({ status: 202, replayed: null });
    full.add('fine-tune');
    await simulator.admin('POST', 'policies', { action: 'ft.job.create' });
    const asked = await governanceCalls();
    const again = await post('/v1/ft-jobs', body, key);
    expect(again).toMatchObject({ status: 202, replayed: 'true' });
    expect(again.text).toBe(first.text);
    expect(await governanceCalls()).toBe(asked);
    expect((await post('/v1/ft-jobs', body, newKey())).status).toBe(429);
  });

  it('of what was refused gets the same refusal, and the gate is not asked again', async () => {
    await simulator.admin('POST', 'policies', { action: 'model.register', code: 'FREEZE' });
    const [key, body] = [newKey(), model()];
    const first = await post('/v1/model-versions', body, key);
    expect(first.status).toBe(409);
    await simulator.admin('DELETE', 'policies');
    const asked = await governanceCalls();
    const again = await post('/v1/model-versions', body, key);
    expect(again).toMatchObject({ status: 409, replayed: 'true', body: { code: 'GATE_DENIED' } });
    expect(again.body).toEqual({ ...first.body, request_id: again.body['request_id'] });
    expect(await governanceCalls()).toBe(asked);
    // Another key is another try.
    expect((await post('/v1/model-versions', body, newKey())).status).toBe(201);
  });

  it('after the gate could not be asked is a first try', async () => {
    await simulator.admin('POST', 'faults', { target: 'governance', kind: 'error', times: 1 });
    const [key, body] = [newKey(), model()];
    expect((await post('/v1/model-versions', body, key)).status).toBe(503);
    expect(await post('/v1/model-versions', body, key)).toMatchObject({ status: 201, replayed: null });
  });

  it('with the same key on another resource is another command', async () => {
    const made = await Promise.all(['a', 'b'].map(() => post('/v1/model-versions', model(), newKey())));
    const key = newKey();
    for (const { body } of made)
      expect(
        await post(`/v1/model-versions/${String(body['id'])}/retire`, { reason: 'old' }, key),
      ).toMatchObject({ status: 200, replayed: null });
  });
});

describe('words of a person', () => {
  const canary = 'maria.gonzales@example.org';
  it('are on the log as TRiSM left them', async () => {
    const { body } = await post('/v1/model-versions', model(), newKey());
    const path = `/v1/model-versions/${String(body['id'])}/retire`;
    const answer = await post(path, { reason: `${canary} asked for it` }, newKey());
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain(canary);
    expect(JSON.stringify(answer.body['retirement'])).toContain('asked for it');
  });

  it('do not go on the log while TRiSM is away; without words the command does', async () => {
    const { body } = await post('/v1/model-versions', model(), newKey());
    const path = `/v1/model-versions/${String(body['id'])}/retire`;
    await simulator.admin('POST', 'faults', { target: 'trism', kind: 'error' });
    expect((await post(path, { reason: 'old' }, newKey())).status).toBe(503);
    expect((await post(path, {}, newKey())).status).toBe(200);
  });

  it('name what is made, as TRiSM left them; the same request is the same answer', async () => {
    const named = {
      name: `for ${canary}`,
      description: `ask ${canary}`,
      metadata: { zone: 'eu', by: canary },
    };
    const [key, body] = [newKey(), model(named)];
    const first = await post('/v1/model-versions', body, key);
    expect(first).toMatchObject({ status: 201, body: { metadata: { zone: 'eu' } } });
    expect(first.body['name']).toMatch(/^for /);
    expect(first.body['description']).toMatch(/^ask /);
    expect(first.text).not.toContain(canary);
    const again = await post('/v1/model-versions', body, key);
    expect([again.replayed, again.body]).toEqual(['true', first.body]);
    expect((await post('/v1/model-versions', { ...body, name: 'other' }, key)).status).toBe(422);

    const plain = await post('/v1/model-versions', model(), newKey());
    expect(plain.body).toMatchObject({ name: null, description: null, metadata: {} });
    const events = await log.readStream(TENANT, streamId('model-version', String(plain.body['id'])));
    expect(events.map(({ event }) => event.type)).toEqual(['ModelVersionRegistered', 'GateAnswered']);
  });

  it('that TRiSM flags in a label are taken out, and no gate: nothing hangs on a label', async () => {
    await simulator.admin('POST', 'faults', { target: 'trism', kind: 'deny', times: 1 });
    expect((await post('/v1/model-versions', model({ name: 'a word' }), newKey())).status).toBe(201);
  });

  it.each([
    [{ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`k${at}`, 'v'])) }, 'metadata'],
    [{ metadata: { [canary]: 'v' } }, `metadata.${canary}`],
    [{ metadata: { k: 'v'.repeat(513) } }, 'metadata.k'],
    [{ metadata: { k: 1 } }, 'metadata.k'],
    [{ name: '' }, 'name'],
    [{ description: 'd'.repeat(2001) }, 'description'],
  ])('are no labels: %j', async (labels, field) => {
    const { status, body } = await post('/v1/model-versions', model(labels), newKey());
    expect(status).toBe(400);
    expect((body['errors'] as { path: string }[]).map(({ path }) => path)).toEqual([field]);
  });

  it.each([
    ['/v1/model-versions', model({ provider_model_id: 'ft of Maria Gonzales' }), 'provider_model_id'],
    ['/v1/model-versions', model({ base_model: '4111111111111111' }), 'base_model'],
    ['/v1/ft-jobs', job(PROJECT, { suffix: canary }), 'suffix'],
    ['/v1/ft-jobs', job(PROJECT, { suffix: '4111111111111111' }), 'suffix'],
    [
      '/v1/monitoring/re-evals',
      {
        project_id: PROJECT,
        suite_id: dataset(PROJECT),
        target: { type: 'assistant', value: canary },
        cron: '0 3 * * *',
      },
      'target.value',
    ],
    [
      '/v1/monitoring/re-evals',
      {
        project_id: PROJECT,
        suite_id: dataset(PROJECT),
        target: { type: 'assistant', value: 'helper' },
        cron: `0 3 * * ${canary}`,
      },
      'cron',
    ],
  ])('are no names: %s %j', async (path, body, field) => {
    expect(await post(path, body, newKey())).toMatchObject({
      status: 400,
      body: {
        code: 'INVALID_BODY',
        errors: expect.arrayContaining([expect.objectContaining({ path: field })]) as unknown,
      },
    });
  });
});
