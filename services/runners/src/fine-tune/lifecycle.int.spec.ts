import type { CommandClient } from '@ftm/commands/steps';
import { workOn } from '../tasks.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { ourWords } from '@ftm/contracts/scanned-text';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import { derivedUuid, streamId, tenantId } from '@ftm/contracts/ids';
import type { StateOf } from '@ftm/domain/aggregates';
import type { StoredObject } from '@ftm/object-store/encrypted-store';
import { runModelRegistration } from '../model/runner.ts';
import { createOpenAiProvider } from '../provider/openai-provider.ts';
import { startSimulator, type Simulator } from '../provider/testing/simulator.ts';
import type { TrainingProvider } from '../provider/training-provider.ts';
import { runFineTune } from './runner.ts';
import { nextPollMs } from './schedule.ts';
import { chatRows, createLab, createSkippingClock, jobOf, requestJob, waitAfter } from './testing/lab.ts';

/** The runner against the simulator in a process of its own, on a clock that skips the waiting. */
const KEY = 'lifecycle-key';
const TENANT = tenantId('acme');
const HOUR_MS = 3_600_000;
/** A loaded machine trains slowly. */
const SLOW_MS = 60_000;
const clock = createSkippingClock(Math.random);
const lab = createLab(clock);
const tuned = { FTM_PROVIDER_TIMEOUT_MS: '500', FTM_PROVIDER_SETTLE_MS: '60000' };

let simulator: Simulator;
let provider: TrainingProvider;
beforeAll(async () => {
  simulator = await startSimulator([KEY]);
  provider = createOpenAiProvider({ baseUrl: simulator.baseUrl, apiKey: KEY, timeoutMs: 500 });
});
afterEach(async () => {
  await simulator.admin('DELETE', '/faults');
  await simulator.admin('POST', '/speed', { step_delay_ms: 0 });
});
afterAll(() => simulator.dispose());

type State = StateOf<'fine-tune'>;
const load = (id: string): Promise<State> => lab.commands.load(TENANT, 'fine-tune', id);
const history = (id: string) => lab.history(TENANT, streamId('fine-tune', id));
const types = async (id: string) => (await history(id)).map(({ type }) => type);
const fault = (order: object) => simulator.admin('POST', '/faults', order);
const creates = async (id: string): Promise<number> => {
  const counters = (await simulator.admin('GET', '/counters')) as {
    job_creates_by_metadata: Record<string, number>;
  };
  return counters.job_creates_by_metadata[id] ?? 0;
};

async function asked(asking: Parameters<typeof requestJob>[4] = {}, rows = chatRows(10)): Promise<string> {
  const id = randomUUID();
  await requestJob(lab, TENANT, id, rows, asking);
  return id;
}

/** Runs a job as the queue does until its state is as wanted. @returns how long it waited between runs, in ms */
async function drive(id: string, until: (state: State) => boolean, using = provider): Promise<number[]> {
  const tools = lab.tools({ clock, providerFor: async () => using, env: tuned });
  const waits: number[] = [];
  for (let failures = 0; !until(await load(id));) {
    const outcome = await runFineTune(workOn(jobOf(TENANT, id), tools)).catch(
      (error: unknown) => error as Error,
    );
    failures = outcome instanceof Error ? failures + 1 : 0;
    const ms = waitAfter(outcome, failures, clock);
    if (ms === null) break;
    waits.push(ms);
    clock.skip(ms);
    if (!(outcome instanceof Error)) await sleep(5);
    if (waits.length > 30_000) throw new Error(`does not end: ${JSON.stringify(await types(id))}`);
  }
  return waits;
}

const is =
  (...wanted: readonly State['status'][]) =>
  (state: State): boolean =>
    wanted.includes(state.status);
const ended = is('failed', 'canceled', 'blocked');
const paidFor = (state: State): boolean => state.status === 'completed' && state.cost !== null;
const command = (id: string, what: object, step: string = randomUUID()) =>
  lab.commands.send(jobOf(TENANT, id), step, { id, ...what } as Parameters<typeof lab.commands.send>[2]);

async function eventOf<T extends FtmEvent['type']>(id: string, type: T) {
  return (await history(id)).flatMap((event) =>
    event.type === type ? [event.data as Extract<FtmEvent, { type: T }>['data']] : [],
  );
}

async function mirrored(object: StoredObject | null | undefined) {
  const tools = lab.tools({ clock, providerFor: async () => provider, env: tuned });
  const plain = await tools.objects.get(TENANT, object ?? { uri: 'none', sha256: '', bytes: 0 });
  return JSON.parse(plain.toString()) as {
    points: { step: number }[];
    events: { level: string; message: string }[];
  };
}

async function progressOf(id: string) {
  const told = await eventOf(id, 'FineTuneProgressed');
  return {
    at: told.at(-1)?.step ?? 0,
    estimates: told.flatMap(({ estimatedFinish }) => estimatedFinish ?? []),
    mirrors: told.flatMap(({ mirrorObject }) => mirrorObject ?? []),
  };
}

describe('a job', () => {
  it(
    'ends with its model, its curve, what the provider said, and a checkpoint picked by a rule',
    async () => {
      const id = await asked({
        hyperparameters: { nEpochs: 3, batchSize: 1, learningRateMultiplier: null, beta: null },
      });
      await drive(id, paidFor);
      const [result] = await eventOf(id, 'FineTuneSucceeded');
      expect(result?.checkpoints).toHaveLength(3);
      expect(result?.selectedCheckpoint).toMatchObject({ rule: 'last', step: 30 });
      const tools = lab.tools({ clock, providerFor: async () => provider, env: tuned });
      const told = JSON.parse(
        (
          await tools.objects.get(TENANT, result?.curveObject ?? { uri: '', sha256: '', bytes: 0 })
        ).toString(),
      ) as { points: { step: number }[]; events: { message: string }[]; job: Record<string, unknown> };
      expect(told.points.map(({ step }) => step)).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
      expect(told.events.at(-1)?.message).toBe('The job has successfully completed');
      expect(told.job).toMatchObject({ object: 'fine_tuning.job', organization_id: expect.any(String) });
    },
    SLOW_MS,
  );

  it(
    'that the provider fails is failed with its words, a cause and a remedy',
    async () => {
      const id = await asked({}, chatRows(7));
      await drive(id, ended);
      expect(await eventOf(id, 'FineTuneFailed')).toEqual([
        {
          code: 'invalid_n_examples',
          message: 'Training file has 7 example(s), but must have at least 10 examples',
          providerMessage: 'Training file has 7 example(s), but must have at least 10 examples',
          remedy: 'build a dataset with at least 10 rows',
          retryable: false,
          trainedTokens: 0,
          rows: [],
          mirrorObject: expect.objectContaining({ uri: expect.any(String) }),
        },
      ]);
      const [failed] = await eventOf(id, 'FineTuneFailed');
      const { events } = await mirrored(failed?.mirrorObject);
      expect(events.at(-1)).toMatchObject({ level: 'error', message: failed?.providerMessage });
    },
    SLOW_MS,
  );

  it(
    'whose file the provider finds wrong is failed with the rows that it named',
    async () => {
      const rows = chatRows(12).split('\n');
      rows[3] = '{"messages":[]}';
      rows[7] = 'no JSON';
      const id = await asked({}, rows.join('\n'));
      await drive(id, ended);
      const [failed] = await eventOf(id, 'FineTuneFailed');
      expect(failed).toMatchObject({ code: 'invalid_training_file', rows: [4, 8], retryable: false });
      expect(failed?.providerMessage).toContain('Line 4:');
      expect(failed?.remedy).toContain('(rows 4, 8)');
    },
    SLOW_MS,
  );

  it(
    'is mirrored while it runs and when it is canceled, and shows when it will end',
    async () => {
      await simulator.admin('POST', '/speed', { step_delay_ms: 100 });
      const id = await asked({
        hyperparameters: { nEpochs: 3, batchSize: 1, learningRateMultiplier: null, beta: null },
      });
      await drive(id, (state) => 'progress' in state && (state.progress?.step ?? 0) > 4);
      const { at, estimates, mirrors } = await progressOf(id);
      expect(mirrors.length).toBeLessThanOrEqual(20);
      expect((await mirrored(mirrors.at(-1))).points.length).toBeGreaterThanOrEqual(at);
      expect(estimates.length).toBeGreaterThan(0);
      await command(id, { type: 'RequestCancel', reason: 'enough' });
      await drive(id, ended);
      const [canceled] = await eventOf(id, 'FineTuneCanceled');
      expect((await mirrored(canceled?.mirrorObject)).events.at(-1)?.message).toBe(
        'Fine-tuning job cancelled',
      );
    },
    SLOW_MS,
  );

  it(
    'that says when it will end is looked at as that comes nearer, not by its age',
    async () => {
      await simulator.admin('POST', '/speed', { step_delay_ms: 300 });
      const id = await asked({
        hyperparameters: { nEpochs: 3, batchSize: 1, learningRateMultiplier: null, beta: null },
      });
      await drive(id, (state) => 'progress' in state && (state.progress?.step ?? 0) > 1);
      // To a clock that is a day ahead the job is old, and by its age would be looked at in hours.
      const [submitted] = await eventOf(id, 'FineTuneSubmitted');
      const seen = await provider.getJob(submitted?.providerJobId ?? '');
      const bounds = { minMs: 10, maxMs: 24 * HOUR_MS };
      const real = { now: Date.now, random: () => 0.5 };
      const old = { ...seen, createdAt: Date.now() / 1000 - 86_400 };
      expect(nextPollMs(old, bounds, real)).toBeLessThan(5000);
      expect(nextPollMs({ ...old, estimatedFinish: null }, bounds, real)).toBeGreaterThan(HOUR_MS);
      await simulator.admin('POST', '/speed', { step_delay_ms: 0 });
      await drive(id, paidFor);
    },
    SLOW_MS,
  );

  it(
    'waits where the limits leave no place for it, says why, and is sent when there is one',
    async () => {
      const id = await asked();
      let full = true;
      const tools = {
        ...lab.tools({ clock, providerFor: async () => provider, env: tuned }),
        slots: {
          take: async () => (full ? { code: 'TENANT_LIMIT' as const, message: ourWords('full') } : null),
          hold: async () => undefined,
          release: async () => undefined,
        },
      };
      for (let run = 0; run < 5; run += 1) await runFineTune(workOn(jobOf(TENANT, id), tools));
      expect(await eventOf(id, 'FineTuneDeferred')).toEqual([{ code: 'TENANT_LIMIT', message: 'full' }]);
      expect(await creates(id)).toBe(0);
      full = false;
      await runFineTune(workOn(jobOf(TENANT, id), tools));
      expect(await creates(id)).toBe(1);
      await drive(id, paidFor);
    },
    SLOW_MS,
  );

  it(
    'that succeeded is registered once, as the checkpoint that the rule picked, which can be asked itself',
    async () => {
      const id = await asked({
        hyperparameters: { nEpochs: 3, batchSize: 1, learningRateMultiplier: null, beta: null },
        validationObject: await lab.putObject(TENANT, Buffer.from(chatRows(12))),
      });
      await drive(id, paidFor);
      const [result] = await eventOf(id, 'FineTuneSucceeded');
      expect(result?.selectedCheckpoint?.rule).toBe('best_validation_loss');
      const tools = lab.tools({ clock, providerFor: async () => provider, env: tuned });
      for (let run = 0; run < 2; run += 1) await runModelRegistration(workOn(jobOf(TENANT, id), tools));
      const model = derivedUuid(TENANT, 'model-version', id);
      expect(await lab.history(TENANT, streamId('model-version', model))).toMatchObject([
        {
          type: 'ModelVersionRegistered',
          data: {
            ftJobId: id,
            providerModelId: result?.selectedCheckpoint?.providerModelId,
            selection: result?.selectedCheckpoint,
          },
        },
        { type: 'GateAnswered' },
      ]);
      for (const { providerModelId } of result?.checkpoints ?? []) {
        expect(providerModelId).toMatch(/:ckpt-step-\d+$/);
        const answer = await provider.complete(providerModelId, [{ role: 'user', content: 'question 3' }]);
        expect(answer.outputTokens).toBeGreaterThan(0);
      }
    },
    SLOW_MS,
  );

  it(
    'shows a status that nobody knows as it is',
    async () => {
      await simulator.admin('POST', '/speed', { step_delay_ms: 60 });
      const id = await asked();
      await drive(id, is('running'));
      await fault({ target: 'jobs.get', kind: 'unknown_status', status: 'dreaming', times: 1 });
      await drive(id, (state) => state.status !== 'running' || state.progress?.providerStatus === 'dreaming');
      expect((await eventOf(id, 'FineTuneProgressed')).map((each) => each.providerStatus)).toContain(
        'dreaming',
      );
      await drive(id, paidFor);
    },
    SLOW_MS,
  );
});

describe('money', () => {
  it(
    'that is used up is not asked for again, and the job says so',
    async () => {
      await fault({ target: 'jobs.create', kind: 'insufficient_quota' });
      const id = await asked();
      await drive(id, ended);
      expect(await eventOf(id, 'FineTuneFailed')).toMatchObject([
        { code: 'insufficient_quota', retryable: true, remedy: expect.stringContaining('quota') },
      ]);
      expect(await creates(id)).toBe(0);
    },
    SLOW_MS,
  );

  it(
    'is not spent while the provider asks to wait; then once',
    async () => {
      await fault({ target: 'jobs.create', kind: 'rate_limit', retry_after: 77, times: 2 });
      const id = await asked();
      const waits = await drive(id, paidFor);
      expect(waits.filter((ms) => ms >= 77_000)).toHaveLength(2);
      expect(await eventOf(id, 'FineTuneSubmitRefused')).toMatchObject([
        { attempt: 1, kind: 'rate_limit' },
        { attempt: 2, kind: 'rate_limit' },
      ]);
      expect(await eventOf(id, 'FineTuneSubmitted')).toMatchObject([{ attempt: 3, adopted: false }]);
      expect(await creates(id)).toBe(1);
    },
    SLOW_MS,
  );

  it(
    'is not sent by a run that slept after it had announced it',
    async () => {
      const id = await asked();
      await drive(id, (state) => state.status === 'queued' && state.approval !== null);
      const tools = lab.tools({ clock, providerFor: async () => provider, env: tuned });
      const commands: CommandClient = {
        ...tools.commands,
        async send(job, step, what) {
          await tools.commands.send(job, step, what);
          if (what.type === 'IntendSubmit') clock.skip(10_000);
        },
      };
      await runFineTune(workOn(jobOf(TENANT, id), { ...tools, commands }));
      expect(await creates(id)).toBe(0);
      expect(await eventOf(id, 'FineTuneSubmitRefused')).toMatchObject([{ attempt: 1, kind: 'not_sent' }]);
      await drive(id, paidFor);
      expect(await creates(id)).toBe(1);
    },
    SLOW_MS,
  );

  it(
    'that was spent twice is stopped: the oldest job is kept, the others are canceled and told of',
    async () => {
      await simulator.admin('POST', '/speed', { step_delay_ms: 100 });
      const id = await asked();
      await fault({ target: 'jobs.create', kind: 'error_after_accept', times: 1 });
      await drive(id, (state) => state.status === 'queued' && state.intent !== null);
      const [first] = await provider.findJobs({ metadata: { ftm_job: id }, trainingFileIds: [] });
      const again = { ...(first?.raw as { model: string; training_file: string; metadata: object }) };
      // Somebody else’s tool sends the same request twice more.
      await sleep(1100);
      for (let more = 0; more < 2; more += 1)
        await provider.createJob({
          model: again.model,
          training_file: again.training_file,
          metadata: again.metadata,
        });
      await drive(id, is('running'));
      expect(await eventOf(id, 'FineTuneSubmitted')).toMatchObject([
        { providerJobId: first?.id, adopted: true },
      ]);
      const canceled = await eventOf(id, 'FineTuneDuplicateCanceled');
      expect(canceled).toHaveLength(2);
      for (const each of canceled) {
        expect(each.keptProviderJobId).toBe(first?.id);
        expect((await provider.getJob(each.canceledProviderJobId)).status).toBe('cancelled');
      }
      await simulator.admin('POST', '/speed', { step_delay_ms: 0 });
      await drive(id, paidFor);
    },
    SLOW_MS,
  );

  it(
    'that a list hid for longer than the settle window is found while the job is followed',
    async () => {
      await simulator.admin('POST', '/speed', { step_delay_ms: 100 });
      const id = await asked({ ambiguityPolicy: 'resubmit' });
      await fault({ target: 'jobs.create', kind: 'error_after_accept', times: 1 });
      const { id: stale } = (await fault({ target: 'jobs.list', kind: 'stale', delay_ms: 300_000 })) as {
        id: string;
      };
      await drive(id, is('running'));
      expect(await creates(id)).toBe(2);
      await simulator.admin('DELETE', `/faults/${stale}`);
      await drive(id, paidFor);
      expect(await eventOf(id, 'FineTuneDuplicateCanceled')).toHaveLength(1);
      const found = await provider.findJobs({ metadata: { ftm_job: id }, trainingFileIds: [] });
      expect(found.map(({ status }) => status).toSorted()).toEqual(['cancelled', 'succeeded']);
    },
    SLOW_MS,
  );
});

describe('an operator', () => {
  const ambiguous = async (): Promise<string> => {
    const id = await asked();
    await fault({ target: 'jobs.create', kind: 'error', status: 500, times: 1 });
    await drive(id, (state) => state.status === 'queued' && state.intent !== null);
    clock.skip(120_000);
    return id;
  };
  const resolution = (decision: string, providerJobId: string | null = null) => ({
    type: 'ResolveSubmit',
    resolution: { decision, providerJobId, reason: 'looked' },
  });

  it(
    'is waited for when nobody can know, and may have it sent again',
    async () => {
      const id = await ambiguous();
      const tools = lab.tools({ clock, providerFor: async () => provider, env: tuned });
      expect(await runFineTune(workOn(jobOf(TENANT, id), tools))).toEqual({ againInMs: 30_000 });
      await command(id, resolution('resubmit'));
      await drive(id, paidFor);
      expect(await creates(id)).toBe(1);
    },
    SLOW_MS,
  );

  it(
    'names the job to adopt, which must not be another’s',
    async () => {
      const other = await asked();
      await drive(other, paidFor);
      const [theirs] = await eventOf(other, 'FineTuneSubmitted');
      const id = await ambiguous();
      for (const wrong of [theirs?.providerJobId ?? '', 'ftjob-none']) {
        await command(id, resolution('adopt', wrong));
        clock.skip(30_000);
        const tools = lab.tools({ clock, providerFor: async () => provider, env: tuned });
        await runFineTune(workOn(jobOf(TENANT, id), tools));
        expect((await load(id)).status).toBe('queued');
      }
      const state = await load(id);
      if (state.status !== 'queued' || state.intent === null) throw new Error('not announced');
      // A job that was made by hand, without metadata: the operator knows.
      const byHand = await provider.createJob({
        model: 'gpt-4.1-nano-2025-04-14',
        training_file: state.intent.trainingFileId,
      });
      await command(id, resolution('adopt', byHand.id));
      await drive(id, paidFor);
      expect(await eventOf(id, 'FineTuneSubmitted')).toEqual([
        { attempt: 1, providerJobId: byHand.id, adopted: true },
      ]);
    },
    SLOW_MS,
  );
});

describe('a job at the provider', () => {
  it(
    'is paused and resumed',
    async () => {
      await simulator.admin('POST', '/speed', { step_delay_ms: 50 });
      const id = await asked();
      await drive(id, is('running'));
      await command(id, { type: 'RequestPause', reason: 'r' });
      await drive(id, is('paused', 'completed'));
      const state = await load(id);
      expect(state.status).toBe('paused');
      const [submitted] = await eventOf(id, 'FineTuneSubmitted');
      expect((await provider.getJob(submitted?.providerJobId ?? '')).status).toBe('paused');
      await command(id, { type: 'RequestResume', reason: 'r' });
      await drive(id, is('running', 'completed'));
      await simulator.admin('POST', '/speed', { step_delay_ms: 0 });
      await drive(id, paidFor);
      expect((await types(id)).filter((type) => /Pause|Resume/.test(type))).toEqual([
        'FineTunePauseRequested',
        'FineTunePaused',
        'FineTuneResumeRequested',
        'FineTuneResumed',
      ]);
    },
    SLOW_MS,
  );

  it(
    'is canceled, unless it was quicker: the provider’s truth counts',
    async () => {
      await simulator.admin('POST', '/speed', { step_delay_ms: 200 });
      const slow = await asked();
      await drive(slow, is('running'));
      await command(slow, { type: 'RequestCancel', reason: 'too dear' });
      await drive(slow, ended);
      expect(await eventOf(slow, 'FineTuneCanceled')).toMatchObject([{ reason: 'too dear' }]);
      await simulator.admin('POST', '/speed', { step_delay_ms: 0 });
      const quick = await asked();
      await drive(quick, is('running'));
      const [submitted] = await eventOf(quick, 'FineTuneSubmitted');
      while ((await provider.getJob(submitted?.providerJobId ?? '')).status !== 'succeeded') await sleep(20);
      await command(quick, { type: 'RequestCancel', reason: 'too late' });
      await drive(quick, paidFor);
      expect(await types(quick)).toContain('FineTuneSucceeded');
      // It succeeds between the look and the cancel: the refusal of the cancel is not an end.
      const racing = await asked();
      await drive(racing, is('running'));
      await command(racing, { type: 'RequestCancel', reason: 'at once' });
      const late: TrainingProvider = {
        ...provider,
        async getJob(jobId) {
          const seen = await provider.getJob(jobId);
          return seen.status === 'succeeded' && !looked.has(jobId)
            ? (looked.add(jobId), { ...seen, status: 'running' })
            : seen;
        },
      };
      const looked = new Set<string>();
      const [raced] = await eventOf(racing, 'FineTuneSubmitted');
      while ((await provider.getJob(raced?.providerJobId ?? '')).status !== 'succeeded') await sleep(20);
      await drive(racing, paidFor, late);
      expect(looked.size).toBe(1);
      expect(await types(racing)).toContain('FineTuneSucceeded');
    },
    SLOW_MS,
  );

  it('comes to its end by itself after the provider was away for a day, before and after the submit', async () => {
    const early = await asked();
    await simulator.admin('POST', '/speed', { step_delay_ms: 100 });
    const running = await asked();
    await drive(running, is('running'));
    await simulator.down();
    for (const id of [early, running]) {
      const started = clock.now();
      await drive(id, () => clock.now() - started > 24 * HOUR_MS);
    }
    expect((await load(early)).status).toBe('queued');
    expect((await load(running)).status).toBe('running');
    await simulator.up();
    for (const id of [early, running]) {
      await drive(id, paidFor);
      expect(await creates(id)).toBe(1);
    }
  }, 120_000);
});
