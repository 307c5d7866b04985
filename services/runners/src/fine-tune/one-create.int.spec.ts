import { setTimeout as sleep } from 'node:timers/promises';
import { ourWords } from '@ftm/contracts/scanned-text';
import process from 'node:process';
import { derivedUuid, streamId, tenantId, type TenantId } from '@ftm/contracts/ids';
import { seededRandom } from '@ftm/domain/random';
import { startSimulator, type Simulator } from '../provider/testing/simulator.ts';
import { createOpenAiProvider } from '../provider/openai-provider.ts';
import type { TrainingProvider } from '../provider/training-provider.ts';
import { workOn, type Outcome } from '../tasks.ts';
import { runFineTune } from './runner.ts';
import {
  chatRows,
  createLab,
  createSkippingClock,
  jobOf,
  requestJob,
  waitAfter,
  type Lab,
  type SkippingClock,
} from './testing/lab.ts';
import { createLife, type Death, type Life } from './testing/lives.ts';

/**
 * Exactly one paid job: runs of the real runner against the simulator in a process of its own. Runners die before and after every step they take, answers are lost, late, wrong
 * or stale, two runners work on one job. At the end the provider's own counter is asked. Repeat a run with FTM_TEST_SEED=<seed>.
 */
const RUNS = 300;
const LANES = 4;
const SEED = Number(process.env['FTM_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const TIMEOUT_MS = 250;
/** No run takes as long, however slow the machine: only one that hangs does. */
const HANGS_MS = 1_800_000;
const SETTLE_MS = 60_000;
/** Steps of a life that sees no fault: the first runs, which see none, die before and after each of them in turn. */
const STEPS = 22;

/** A lane is an organisation of the provider with a tenant of its own, so that its faults hit its own jobs. */
interface Lane {
  readonly key: string;
  readonly tenant: TenantId;
  readonly provider: TrainingProvider;
  readonly clock: SkippingClock;
  readonly lab: Lab;
  readonly random: () => number;
}

let simulator: Simulator;
const lanes: Lane[] = [];
const keys = Array.from({ length: LANES }, (_, lane) => `lane-key-${lane}`);
const rows = chatRows(10);

beforeAll(async () => {
  simulator = await startSimulator(keys);
  keys.forEach((key, lane) => {
    const random = seededRandom(SEED + lane);
    const clock = createSkippingClock(random);
    const provider = createOpenAiProvider({ baseUrl: simulator.baseUrl, apiKey: key, timeoutMs: TIMEOUT_MS });
    lanes.push({ key, tenant: tenantId(`lane${lane}`), provider, clock, lab: createLab(clock), random });
  });
});
afterAll(() => simulator.dispose());

type Fault = Readonly<Record<string, unknown>>;
/** What may go wrong at the provider. The list lags for less than the settle window: that is what the window is for. */
const FAULTS: readonly (readonly Fault[])[] = [
  [],
  [{ target: 'jobs.create', kind: 'error_after_accept', status: 500, times: 1 }],
  [{ target: 'jobs.create', kind: 'error_after_accept', status: 503, times: 1 }],
  [{ target: 'jobs.create', kind: 'error_after_accept', status: 409, times: 1 }],
  [{ target: 'jobs.create', kind: 'garbage', times: 1 }],
  [{ target: 'jobs.create', kind: 'hang_after_accept', times: 1 }],
  [{ target: 'jobs.create', kind: 'hang', times: 1 }],
  [{ target: 'jobs.create', kind: 'error', status: 500, times: 1 }],
  [{ target: 'jobs.create', kind: 'rate_limit', retry_after: 7, times: 2 }],
  [
    { target: 'jobs.create', kind: 'error_after_accept', status: 500, times: 1 },
    { target: 'jobs.list', kind: 'stale', delay_ms: 60_000, times: 4 },
  ],
  [
    { target: 'jobs.create', kind: 'hang_after_accept', times: 1 },
    { target: 'jobs.list', kind: 'stale', delay_ms: 60_000, times: 3 },
    { target: 'jobs.list', kind: 'error', status: 502, times: 2 },
  ],
  [{ target: 'files.create', kind: 'error', status: 500, times: 1 }],
  [{ target: 'jobs.get', kind: 'garbage', times: 1 }],
  [{ target: 'jobs.list', kind: 'rate_limit', retry_after: 3, times: 1 }],
];

interface Told {
  readonly deaths: string[];
  operator: number;
}

async function oneJob(lane: Lane, run: number): Promise<Told> {
  const { tenant, lab, clock, random } = lane;
  const id = derivedUuid('one-create', String(run));
  await requestJob(lab, tenant, id, rows, {
    ambiguityPolicy: random() < 0.5 ? 'operator' : 'resubmit',
  });
  const calm = run < 2 * STEPS;
  const faults = calm ? [] : (FAULTS[Math.floor(random() * FAULTS.length)] ?? []);
  const ordered = await Promise.all(
    faults.map((fault) => simulator.admin('POST', '/faults', { ...fault, api_key: lane.key })),
  );
  const told: Told = { deaths: [], operator: 0 };
  const deaths: (Death | null)[] = [
    { step: Math.floor(run / 2) % STEPS, when: run % 2 === 0 ? 'before' : 'after' },
    ...Array.from({ length: 3 }, () =>
      random() < 0.6
        ? ({ step: Math.floor(random() * 12), when: random() < 0.5 ? 'before' : 'after' } as const)
        : null,
    ),
  ];
  let life = createLife(deaths.shift() ?? null);
  for (let turn = 0, failures = 0; ; turn += 1) {
    if (turn > 2000) throw new Error(`run ${run} does not end: ${await show(lane, id)}`);
    const twin = !calm && random() < 0.1 ? once(lane, id, createLife(null)) : undefined;
    const outcome = await once(lane, id, life);
    await twin;
    const died = life.diedAt();
    if (died !== null) {
      told.deaths.push(died);
      life = createLife(deaths.shift() ?? null);
      clock.skip(10_000);
      continue;
    }
    failures = outcome instanceof Error ? failures + 1 : 0;
    const waitMs = waitAfter(outcome, failures, clock);
    if (waitMs === null) break;
    clock.skip(waitMs);
    if (waitMs === 30_000) told.operator += await operate(lane, id);
    await sleep(2);
  }
  for (const fault of ordered)
    await simulator.admin('DELETE', `/faults/${(fault as { id: string }).id}`).catch(() => undefined);
  const types = (await lab.history(tenant, streamId('fine-tune', id))).map(({ type }) => type);
  const count = (type: string): number => types.filter((each) => each === type).length;
  expect({ run, submitted: count('FineTuneSubmitted'), cost: count('FineTuneCostRecorded') }).toEqual({
    run,
    submitted: 1,
    cost: 1,
  });
  return told;
}

/** One run of a job, as the queue makes it. */
async function once(lane: Lane, id: string, life: Life): Promise<Outcome | Error> {
  const { lab, clock, tenant, provider } = lane;
  const tools = lab.tools({
    clock,
    providerFor: async () => life.stepped('provider', provider),
    env: { FTM_PROVIDER_TIMEOUT_MS: String(TIMEOUT_MS), FTM_PROVIDER_SETTLE_MS: String(SETTLE_MS) },
  });
  return runFineTune(
    workOn(jobOf(tenant, id), {
      ...tools,
      commands: life.stepped('commands', tools.commands),
      orchestrator: life.stepped('orchestrator', tools.orchestrator),
      objects: life.stepped('objects', tools.objects),
    }),
  ).catch((error: unknown) => error as Error);
}

/** Somebody looks at the provider and says what is so. */
async function operate({ tenant, lab, provider }: Lane, id: string): Promise<number> {
  const state = await lab.commands.load(tenant, 'fine-tune', id);
  if (state.status !== 'queued' || state.intent === null || state.resolution !== null) return 0;
  const [found] = await provider.findJobs({ metadata: { ftm_job: id }, trainingFileIds: [] });
  await lab.commands.send(jobOf(tenant, id), `resolve:${state.version}`, {
    type: 'ResolveSubmit',
    id,
    resolution: {
      decision: found === undefined ? 'resubmit' : 'adopt',
      providerJobId: found?.id ?? null,
      reason: ourWords('looked at the provider'),
    },
  });
  return 1;
}

const show = async ({ lab, tenant }: Lane, id: string): Promise<string> =>
  JSON.stringify((await lab.history(tenant, streamId('fine-tune', id))).map(({ type }) => type));

it(
  `${RUNS} jobs whose runners die at every step are created once each (seed ${SEED})`,
  async () => {
    const told: Told[] = [];
    await Promise.all(
      lanes.map(async (lane, at) => {
        for (let run = at; run < RUNS; run += LANES) told.push(await oneJob(lane, run));
      }),
    );
    const counters = (await simulator.admin('GET', '/counters')) as {
      job_creates: number;
      job_creates_by_metadata: Record<string, number>;
    };
    const creates = Object.values(counters.job_creates_by_metadata);
    expect(creates.filter((count) => count !== 1)).toEqual([]);
    expect(creates).toHaveLength(RUNS);
    expect(counters.job_creates).toBe(RUNS);
    // That something was proved: runners did die around everything that the paid request hangs on, and operators were needed.
    const deaths = new Set(told.flatMap((each) => each.deaths));
    for (const step of ['IntendSubmit', 'provider.createJob', 'RecordSubmitted', 'provider.findJobs'])
      for (const when of ['before', 'after']) expect(deaths).toContain(`${when} ${step}`);
    expect(told.reduce((sum, each) => sum + each.operator, 0)).toBeGreaterThan(0);
  },
  HANGS_MS,
);
