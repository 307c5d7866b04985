import { setTimeout as sleep } from 'node:timers/promises';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import {
  createOrchestratorClient,
  OrchestratorRefused,
  OrchestratorUnavailable,
  type AuditEvent,
  type OrchestratorClient,
} from './client.ts';

const SERVICE_KEY = 'service-key-of-a-test';
const PROJECT = '11111111-1111-4111-8111-111111111111';
const of = { tenantId: 'acme', projectId: PROJECT };
let dataDir: string;
let simulator: { url: string; child: ChildProcess; ended: Promise<void> };
let client: OrchestratorClient;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ftm-orchestrator-client-'));
  simulator = await start('0');
});
afterAll(async () => {
  simulator.child.kill('SIGKILL');
  await simulator.ended;
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(() => {
  client = clientOf({});
});
afterEach(async () => {
  client.close();
  await admin('DELETE', 'faults');
});

/** The real simulator as a process; by path, because packages do not import the sandbox. */
async function start(port: string): Promise<typeof simulator> {
  const main = join(import.meta.dirname, '../../../sandbox/dist/orchestrator/main.js');
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, PORT: port, DATA_DIR: dataDir, SERVICE_KEY, S3_BUCKET: 'ftm-test' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString('utf8')));
    void ended.then(() => reject(new Error('the simulator ended')));
  });
  return { url: `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`, child, ended };
}

const clientOf = (more: {
  timeoutMs?: number;
  serviceKey?: string;
  circuitResetMs?: number;
}): OrchestratorClient =>
  createOrchestratorClient({ baseUrl: simulator.url, serviceKey: SERVICE_KEY, timeoutMs: 3000, ...more });

async function admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${simulator.url}/admin/${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return response.status === 204 ? {} : ((await response.json()) as Record<string, unknown>);
}
const fault = (order: object) => admin('POST', 'faults', order);

const question = {
  action: 'ft.job.create',
  ...of,
  actor: 'user:ada',
  resource: { type: 'ft_job', id: 'one' },
  context: { dataset_status: 'ready' },
};
const asked = (fingerprint: string) => ({ fingerprint, at: '2026-12-01T10:00:00.000Z' });
const ask = (fingerprint = `key-${Math.random()}`) => client.checkGovernance(question, asked(fingerprint));

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no failure',
    (error: unknown) => error,
  );
}
const unavailable = (reason: string) => ({ name: 'OrchestratorUnavailable', reason });

describe('what it asks, of the real simulator', () => {
  it('logs in', async () => {
    expect(await client.login('ftm-demo-acme-approver')).toMatchObject({
      subject: 'user:grace',
      tenantId: 'acme',
    });
    expect(await client.login('nobody')).toBeNull();
  });

  it('asks gates, TRiSM, PRISM and resources', async () => {
    expect(await ask()).toMatchObject({ decision: 'allow', reasons: [] });
    const { documents } = await client.sanitize({ ...of, profile: 'default' }, [
      { id: 'a', texts: ['Mail jo@example.org'] },
    ]);
    expect(documents).toMatchObject([
      { id: 'a', action: 'redact', texts: [expect.stringMatching(/^Mail \[EMAIL_\d+\]$/)] },
    ]);
    expect(await client.scan(of, 'Good for release')).toMatchObject({
      verdict: 'clean',
      text: 'Good for release',
    });
    expect((await client.score({ ...of, profile: 'default' }, [{ id: 'a', output: 'x' }])).scores).toEqual([
      { id: 'a', risk: 0, flags: [] },
    ]);
    const about = { ...of, subject: 'fine-tune/one' };
    expect(
      (await client.prismEstimate({ ...about, kind: 'training' }, { low: 1, expected: 2, high: 3 }))
        .estimateId,
    ).not.toBe('');
    const approval = await client.requestApproval(
      { ...about, amountUsdMicros: 60_000_000, reason: 'training' },
      'a',
    );
    expect(approval.status).toBe('pending');
    expect(await client.getApproval(approval.approvalId)).toEqual(approval);
    const usage = { ...about, kind: 'training', amountUsdMicros: 5, tokens: 7 };
    expect(await client.recordUsage(usage, 'u')).toEqual(await client.recordUsage(usage, 'u'));
    expect(await client.resolveResource({ ...of, purpose: 'datasets' })).toEqual({
      uri: `s3://ftm-test/datasets/acme/${PROJECT}`,
    });
  });

  it('reads every trace of the project once', async () => {
    const ids: string[] = [];
    for await (const trace of client.traces(of)) ids.push(trace.id);
    expect(ids.length).toBeGreaterThan(3000);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('sends audit events, and says how the Orchestrator refused', async () => {
    const hash = (seq: number): string => (seq === 0 ? '0' : String(seq)).repeat(64).slice(0, 64);
    const event = (seq: number, prev = hash(seq - 1)): AuditEvent => ({
      seq,
      prev,
      hash: hash(seq),
      id: `018f0000-0000-7000-8000-00000000000${seq}`,
      type: 'ftm.dataset.DatasetRequested',
      source: 'test',
      time: '2026-11-24T00:00:00.000Z',
      stream: 'dataset/one',
      version: seq,
      command: 'command',
      fingerprint: 'fingerprint',
      actor: 'user:ada',
      correlation: 'correlation',
      causation: null,
      traceparent: null,
      value_base64: 'AAAA',
    });
    expect(await client.auditPosition('t-client')).toEqual({ acknowledgedSeq: 0, hash: null });
    expect((await client.sendAuditEvents('t-client', [event(1), event(2)])).acknowledgedSeq).toBe(2);
    expect(await client.auditEvents('t-client', 2)).toEqual([event(2)]);
    const gap = await failure(client.sendAuditEvents('t-client', [event(4)]));
    expect(gap).toMatchObject({
      name: 'OrchestratorRefused',
      status: 409,
      code: 'AUDIT_GAP',
      body: { acknowledged_seq: 2 },
    });
    const broken = await failure(client.sendAuditEvents('t-client', [event(3, hash(9))]));
    expect(broken).toMatchObject({ code: 'AUDIT_CHAIN_BROKEN', body: { at_seq: 3 } });
  });

  it('is refused with the wrong service key', async () => {
    const stranger = clientOf({ serviceKey: 'wrong' });
    expect(await failure(stranger.login('x'))).toMatchObject({
      name: 'OrchestratorRefused',
      status: 401,
      code: 'UNAUTHENTICATED',
    });
    stranger.close();
  });
});

describe('trouble on order', () => {
  it('takes a denial for an answer', async () => {
    await fault({ target: 'governance', kind: 'deny', times: 1 });
    expect(await ask()).toMatchObject({ decision: 'deny', reasons: [{ code: 'ORDERED' }] });
    await fault({ target: 'login', kind: 'deny', times: 1 });
    expect(await client.login('ftm-demo-acme-engineer')).toBeNull();
    await fault({ target: 'traces', kind: 'deny', times: 1 });
    expect(await failure(client.listTraces(of, null))).toMatchObject({
      name: 'OrchestratorRefused',
      status: 403,
    });
    expect(await ask()).toMatchObject({ decision: 'allow' });
  });

  it.each([500, 503, 429])('takes a %d for no answer', async (status) => {
    await fault({ target: 'governance', kind: 'error', status, times: 1 });
    expect(await failure(ask())).toMatchObject(unavailable(status === 429 ? 'overloaded' : 'server_error'));
    expect(await ask()).toMatchObject({ decision: 'allow' });
  });

  it('stops waiting for one that hangs', async () => {
    const hasty = clientOf({ timeoutMs: 300 });
    await fault({ target: 'governance', kind: 'hang', times: 1 });
    expect(await failure(hasty.checkGovernance(question, asked('hang')))).toMatchObject(
      unavailable('timeout'),
    );
    expect(await hasty.checkGovernance(question, asked('hang'))).toMatchObject({ decision: 'allow' });
    hasty.close();
  });

  it('never trusts garbage, of whatever kind, and repeats none of it', async () => {
    await fault({ target: 'governance', kind: 'garbage', times: 3 });
    for (let turn = 0; turn < 3; turn += 1) {
      const error = await failure(ask());
      expect(error).toMatchObject(unavailable('garbage'));
      expect(String(error)).not.toMatch(/maybe|proxy/);
    }
    expect(await ask()).toMatchObject({ decision: 'allow' });
  });

  it('survives a connection that was closed under it', async () => {
    await ask();
    await fault({ target: 'governance', kind: 'down', times: 1 });
    expect(await ask()).toMatchObject({ decision: 'allow' });
    await fault({ target: 'governance', kind: 'down' });
    expect(await failure(ask())).toMatchObject(unavailable('network'));
  });

  it('leaves an endpoint alone after many failures, only that one, and comes back by itself', async () => {
    const patient = clientOf({ circuitResetMs: 200 });
    await fault({ target: 'governance', kind: 'error' });
    const reasons = new Set<string>();
    for (let turn = 0; turn < 20; turn += 1) {
      const error = await failure(patient.checkGovernance(question, asked(`c${turn}`)));
      if (error instanceof OrchestratorUnavailable) reasons.add(error.reason);
    }
    expect([...reasons]).toEqual(['server_error', 'circuit_open']);
    expect(await patient.login('ftm-demo-acme-engineer')).not.toBeNull();
    await admin('DELETE', 'faults');
    expect(await until(() => patient.checkGovernance(question, asked('after')))).toMatchObject({
      decision: 'allow',
    });
    patient.close();
  });

  it('comes back after the Orchestrator was killed and started again', async () => {
    const patient = clientOf({ circuitResetMs: 200 });
    await patient.login('ftm-demo-acme-engineer');
    simulator.child.kill('SIGKILL');
    await simulator.ended;
    expect(await failure(patient.login('x'))).toMatchObject(unavailable('network'));
    expect(await failure(patient.ping())).toMatchObject(unavailable('network'));
    simulator = await start(new URL(simulator.url).port);
    expect(await until(() => patient.login('ftm-demo-acme-engineer'))).toMatchObject({ subject: 'user:ada' });
    patient.close();
  });
});

describe('an Orchestrator that answers well-formed lies', () => {
  let server: Server;
  let answer: unknown;
  let lied: OrchestratorClient;
  let headers: NodeJS.Dict<string | string[]>;
  beforeAll(async () => {
    server = createServer((request, response) => {
      headers = request.headers;
      response.setHeader('content-type', 'application/json');
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const { port } = server.address() as AddressInfo;
    lied = createOrchestratorClient({
      baseUrl: `http://127.0.0.1:${port}`,
      serviceKey: SERVICE_KEY,
      maxAnswerBytes: 10_000,
      requestId: () => 'request-7',
    });
  });
  afterAll(async () => {
    lied.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('passes no document on that was not sent, and needs one for each', async () => {
    const sanitized = (documents: unknown[]) => ({ scan_id: 's', policy_version: 'p', documents });
    const document = { id: 'a', action: 'pass', texts: ['x'], findings: [] };
    const sanitize = () => lied.sanitize({ ...of, profile: 'p' }, [{ id: 'a', texts: ['x'] }]);
    answer = sanitized([document]);
    expect((await sanitize()).documents).toHaveLength(1);
    for (const wrong of [
      [],
      [{ ...document, id: 'b' }],
      [document, document],
      [{ ...document, texts: ['x', 'y'] }],
    ]) {
      answer = sanitized(wrong);
      expect(await failure(sanitize())).toMatchObject(unavailable('garbage'));
    }
  });

  it('lets no trace of another tenant or project through', async () => {
    const trace = {
      id: 't',
      tenant_id: 'acme',
      project_id: PROJECT,
      assistant_id: 'a',
      user_id: 'u',
      started_at: '2026-01-01T00:00:00Z',
      outcome: 'resolved',
      tags: [],
      messages: [],
    };
    answer = { data: [trace], next_cursor: null };
    expect((await lied.listTraces(of, null)).data).toHaveLength(1);
    for (const foreign of [{ tenant_id: 'globex' }, { project_id: 'other' }]) {
      answer = { data: [trace, { ...trace, ...foreign }], next_cursor: null };
      expect(await failure(lied.listTraces(of, null))).toMatchObject(unavailable('garbage'));
    }
  });

  it('stops reading what is too long', async () => {
    answer = `"${'x'.repeat(1_000_000)}"`;
    expect(await failure(lied.login('x'))).toMatchObject(unavailable('garbage'));
  });

  it('sends the request id along, and the key only as a header', async () => {
    answer = { active: false };
    await lied.login('x');
    expect(headers['x-request-id']).toBe('request-7');
    expect(headers['authorization']).toBe(`Bearer ${SERVICE_KEY}`);
  });
});

/** Again and again while the Orchestrator is unavailable; the test's own timeout is the limit. */
async function until<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof OrchestratorUnavailable) || error instanceof OrchestratorRefused) throw error;
      await sleep(50);
    }
  }
}
