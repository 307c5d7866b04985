import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@ftm/event-log/testing/environment';
import { ACME_PROJECT, BANK_HELPER } from '../orchestrator/seed.ts';
import { startStack, type PartName, type Stack } from '../stack/stack.ts';
import { readLog } from '../verify/read-log.ts';
import { findFaults } from '../verify/verify-log.ts';
import { startSystem, type System } from './system.ts';

/** One dependency after the other goes away under a running system, which is never restarted. The parts are its own: other specs need theirs. */
const BASE_MODEL = 'gpt-4.1-nano-2025-04-14';

let dir: string;
let stack: Stack;
let system: System;
let pids: readonly number[];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ftm-outages-'));
  stack = await startStack({ dir: join(dir, 'stack'), ports: 'ephemeral' });
  system = await startSystem({ stackEnv: stack.env, dir, env: { FTM_SESSION_TIMEOUT_MS: '3000' } });
  pids = processes();
}, 120_000);

afterAll(async () => {
  await system.stop();
  await stack.stop();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: {
    readonly id?: string;
    readonly status?: string;
    readonly code?: string;
  };
}

const processes = (): number[] =>
  [...system.apis, system.projector, system.runners].map((each) => each.pid());

async function ask(method: 'GET' | 'POST', path: string, key?: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(new URL(path, system.apiUrls[0]), {
    method,
    headers: {
      authorization: 'Bearer ftm-demo-acme-engineer',
      ...(key === undefined ? {} : { 'idempotency-key': key, 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  });
  return {
    status: answer.status,
    retryAfter: answer.headers.get('retry-after'),
    body: (await answer.json()) as Answer['body'],
  };
}

const build = (name: string): Promise<Answer> =>
  ask('POST', '/v1/datasets', name, {
    project_id: ACME_PROJECT,
    assistant_id: BANK_HELPER,
    name,
    source: { kind: 'orchestrator_traces', limit: 60 },
  });

/** Asks again, as a client does that is told to come back. */
async function until(
  what: string,
  attempt: () => Promise<Answer>,
  good: (answer: Answer) => boolean,
): Promise<Answer> {
  let last: unknown;
  for (const end = Date.now() + 90_000; Date.now() < end;) {
    last = await attempt().catch((error: unknown) => error);
    if (typeof last === 'object' && last !== null && 'status' in last && good(last as Answer))
      return last as Answer;
    await sleep(200);
  }
  throw new Error(`${what}: ${JSON.stringify(last)}`);
}

/** Reads a resource until it has the status, through everything that may go wrong meanwhile. */
const becomes = (path: string, status: string): Promise<Answer> =>
  until(
    `${path} becomes ${status}`,
    () => ask('GET', path),
    (answer) => answer.status === 200 && answer.body.status === status,
  );

async function orderFault(fault: Readonly<Record<string, unknown>>): Promise<void> {
  const answer = await fetch(new URL('/admin/faults', stack.env['FTM_OPENAI_BASE_URL']), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  expect(answer.status).toBe(201);
}

/** How many jobs the provider counted for each intent of ours. */
async function creates(): Promise<number[]> {
  const answer = await fetch(new URL('/admin/counters', stack.env['FTM_OPENAI_BASE_URL']));
  return Object.values(
    ((await answer.json()) as { job_creates_by_metadata?: Record<string, number> }).job_creates_by_metadata ??
      {},
  );
}

/** What a caller may be told while a part is away: it is done, or come back later. */
function expectDoneOrLater(answer: Answer): void {
  if (answer.status === 503) expect(Number(answer.retryAfter)).toBeGreaterThan(0);
  else expect([200, 201, 202]).toContain(answer.status);
}

const OUTAGES: readonly {
  readonly part: PartName;
  readonly signal: NodeJS.Signals;
  /** Who must refuse while it is away. */
  readonly refuses: readonly ('command' | 'read')[];
}[] = [
  { part: 'orchestrator', signal: 'SIGKILL', refuses: ['command'] },
  { part: 's3', signal: 'SIGKILL', refuses: [] },
  { part: 'registry', signal: 'SIGKILL', refuses: [] },
  // Its own word for a crash: what it had in memory is gone.
  { part: 'postgres', signal: 'SIGQUIT', refuses: ['read'] },
  { part: 'kafka', signal: 'SIGKILL', refuses: ['command'] },
];

describe('while the system runs', () => {
  it.each(OUTAGES)(
    '$part goes away: nothing is lost, and all goes on when it is back',
    async ({ part, signal, refuses }) => {
      const under = await until(
        'a dataset under way',
        () => build(`${part}-under-way`),
        ({ status }) => status < 300,
      );
      stack.part(part).kill(signal);
      await stack.part(part).exited();

      const [command, read] = await Promise.all([build(`${part}-away`), ask('GET', '/v1/datasets')]);
      expectDoneOrLater(command);
      expectDoneOrLater(read);
      if (refuses.includes('command')) expect(command.status).toBe(503);
      if (refuses.includes('read')) expect(read.status).toBe(503);
      await sleep(2000);

      await stack.part(part).restart();
      const made = await until(
        'the same command',
        () => build(`${part}-away`),
        ({ status }) => status < 300,
      );
      if (command.status < 300) expect(made.body.id).toBe(command.body.id);
      for (const id of [under.body.id, made.body.id]) await becomes(`/v1/datasets/${id ?? ''}`, 'ready');
      expect(processes()).toEqual(pids);
    },
  );

  it.each([
    {
      what: 'answers 500 for a job that it made, and its list is behind',
      faults: [
        { target: 'jobs.create', kind: 'error_after_accept', status: 500, times: 1 },
        { target: 'jobs.list', kind: 'stale', delay_ms: 2000, times: 2 },
      ],
      killed: false,
    },
    {
      what: 'has made the job but not yet answered when the runners are killed',
      faults: [{ target: 'jobs.create', kind: 'hang_after_accept', times: 1 }],
      killed: true,
    },
  ])('the provider $what: one job is paid for', async ({ faults, killed }) => {
    const before = await creates();
    for (const fault of faults) await orderFault(fault);
    const dataset = await until(
      'a dataset',
      () => build('to-train-on'),
      ({ status }) => status < 300,
    );
    await becomes(`/v1/datasets/${dataset.body.id ?? ''}`, 'ready');
    const asked = await until(
      'a job',
      () =>
        ask('POST', '/v1/ft-jobs', `killed-${killed}`, {
          project_id: ACME_PROJECT,
          method: 'supervised',
          base_model: BASE_MODEL,
          dataset_id: dataset.body.id,
          hyperparams: { n_epochs: 1 },
        }),
      ({ status }) => status < 300,
    );
    if (killed) {
      await eventually('the provider has made the job', async () => (await creates()).length > before.length);
      system.runners.kill('SIGKILL');
      await system.runners.restart();
    }
    await becomes(`/v1/ft-jobs/${asked.body.id ?? ''}`, 'completed');
    expect(await creates()).toEqual([...before, 1]);
  });

  it('left a log that verifies, with one request for each key', async () => {
    const records = await readLog((stack.env['FTM_KAFKA_BROKERS'] ?? '').split(','));
    expect(findFaults(records)).toEqual([]);
    const requests = records.filter((each) => each.envelope.type.endsWith('DatasetRequested'));
    expect(requests).toHaveLength(OUTAGES.length * 2 + 1);
  });
});
