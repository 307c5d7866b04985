import { workOn } from '../tasks.ts';
import { streamId, tenantId } from '@ftm/contracts/ids';
import type { StateOf } from '@ftm/domain/aggregates';
import { budgetMonthId } from '@ftm/domain/budget-month/state';
import { fineTuneRequested, PROJECT } from '@ftm/domain/testing/examples';
import { createOpenAiProvider } from '../provider/openai-provider.ts';
import { json, startHttpProvider, type HttpProvider } from '../provider/testing/http-provider.ts';
import { workOf } from '../work/work-table.ts';
import { runFineTune } from './runner.ts';
import { createLab, createSkippingClock, jobOf, waitAfter } from './testing/lab.ts';

/** What a provider leaves out is not known: whatever a job object lacks, the job ends, its money is given back, and nobody makes its cost up. */
const MONTH = '2026-01';
const PROVIDER_JOB = 'ftjob-x';
const tenant = tenantId('left-out');
let provider: HttpProvider;
beforeAll(async () => {
  provider = await startHttpProvider();
});
afterAll(() => provider.close());

type JobObject = Readonly<Record<string, unknown>>;

/** As the provider's reference has it. */
const FULL: JobObject = {
  object: 'fine_tuning.job',
  id: PROVIDER_JOB,
  status: 'running',
  model: 'gpt-4.1-nano-2025-04-14',
  created_at: 1_764_000_000,
  finished_at: null,
  estimated_finish: null,
  fine_tuned_model: null,
  organization_id: 'org-x',
  result_files: [],
  training_file: 'file-x',
  validation_file: null,
  trained_tokens: null,
  seed: 7,
  error: null,
  metadata: { ftm_job: 'x' },
  hyperparameters: { n_epochs: 3, batch_size: 1, learning_rate_multiplier: 2 },
  method: {
    type: 'supervised',
    supervised: { hyperparameters: { n_epochs: 3, batch_size: 1, learning_rate_multiplier: 2 } },
  },
};
const OVER = { finished_at: 1_764_000_100, trained_tokens: 1200 };
const SUCCEEDED = { ...FULL, ...OVER, status: 'succeeded', fine_tuned_model: 'ft:gpt-4.1-nano:x' };
const ENDS: Readonly<Record<string, JobObject>> = {
  succeeded: SUCCEEDED,
  failed: { ...FULL, ...OVER, status: 'failed', error: { code: 'server_error', message: 'm', param: null } },
  cancelled: { ...FULL, ...OVER, status: 'cancelled' },
};
const LIVE = ['queued', 'paused', 'a_status_of_tomorrow'];
const ABSENT = Symbol('absent');
const ODD = [ABSENT, null, 'x', '', -1, 1.5, 1e300, true, [null], {}, 'x'.repeat(100_000)];
/** What an end is read from; each is odd alone, and all others are odd together. */
const READ = [
  'status',
  'finished_at',
  'fine_tuned_model',
  'trained_tokens',
  'error',
  'hyperparameters',
  'method',
];
const OTHERS = Object.keys(FULL).filter((field) => !READ.includes(field));

const without = (job: JobObject, fields: readonly string[], value: unknown): JobObject =>
  Object.fromEntries(
    Object.entries(job).flatMap(([name, own]) => {
      if (!fields.includes(name)) return [[name, own]];
      return value === ABSENT ? [] : [[name, value]];
    }),
  );

/** The job as it is seen, look by look; the last one for ever. */
function shows(looks: readonly JobObject[], lists: unknown): void {
  let at = 0;
  provider.answer = (request, response) => {
    const isList = /\/(events|checkpoints)/.test(request.url ?? '');
    const body = isList ? lists : looks[Math.min(at, looks.length - 1)];
    if (!isList) at += 1;
    json(body)(request, response);
  };
}

const NOTHING = { object: 'list', data: [], has_more: false };

/** Follows a job that was submitted until its work has ended. @returns what became of it and of its money */
async function followed(looks: readonly JobObject[], lists: unknown = NOTHING) {
  shows(looks, lists);
  const clock = createSkippingClock(() => 0.5);
  const lab = createLab(clock);
  const id = 'job';
  const job = jobOf(tenant, id);
  const month = streamId('budget-month', budgetMonthId(PROJECT, MONTH));
  await lab.append(
    tenant,
    streamId('fine-tune', id),
    { type: 'FineTuneRequested', data: { ...fineTuneRequested, budgetMonth: MONTH } },
    {
      type: 'FineTuneSubmitIntended',
      data: { attempt: 1, requestSha256: 'x', trainingFileId: 'file-x', validationFileId: null },
    },
    { type: 'FineTuneSubmitted', data: { attempt: 1, providerJobId: PROVIDER_JOB, adopted: false } },
  );
  await lab.append(tenant, month, {
    type: 'BudgetHoldPlaced',
    data: { projectId: PROJECT, month: MONTH, ftJobId: id, amountUsdMicros: 3 },
  });
  const using = createOpenAiProvider({ baseUrl: provider.baseUrl, apiKey: 'k', timeoutMs: 10_000 });
  const tools = lab.tools({ providerFor: async () => using, clock });
  for (let run = 0; ; run += 1) {
    if (run > looks.length + 20) throw new Error('it does not end');
    const outcome = await runFineTune(workOn(job, tools));
    const events = await lab.history(tenant, streamId('fine-tune', id));
    const isOver = events.some((event) =>
      workOf(event).some(({ change, task }) => change === 'remove' && task === 'ft'),
    );
    if (isOver) break;
    clock.skip(waitAfter(outcome, 0, clock) ?? 0);
  }
  const state = await lab.commands.load(tenant, 'fine-tune', id);
  const money = await lab.commands.load(tenant, 'budget-month', budgetMonthId(PROJECT, MONTH));
  const settled = (await lab.history(tenant, month)).filter(({ type }) => type === 'BudgetHoldSettled');
  return { state, holds: money.status === 'absent' ? {} : money.holds, settled };
}

type Ended = Extract<StateOf<'fine-tune'>, { costUnknown: boolean }>;

async function expectEnd(known: 'known' | 'unknown', ...looks: readonly JobObject[]): Promise<Ended> {
  const { state, holds, settled } = await followed(looks);
  if (!('costUnknown' in state)) throw new Error(`the job is ${state.status}`);
  expect(holds).toEqual({});
  expect(settled).toHaveLength(1);
  // Either somebody said what it cost, or nobody knows; never a figure that was made up.
  expect(state.cost === null).toBe(state.costUnknown);
  expect(state.costUnknown).toBe(known === 'unknown');
  if (state.cost !== null) expect(state.cost.trainedTokens).toBe(1200);
  return state;
}

describe.each(Object.keys(ENDS))('a job that is %s', (end) => {
  const full = ENDS[end] ?? {};
  const MEANT = { succeeded: 'completed', failed: 'failed', cancelled: 'canceled' }[end];
  it('ends with all that is said', async () => {
    const state = await expectEnd('known', full);
    expect(state.status).toBe(MEANT);
  });
  it.each([...READ.map((field) => [field]), OTHERS])('ends whatever its %s is', async (...fields) => {
    for (const odd of ODD) {
      const known = fields.includes('trained_tokens') ? 'unknown' : 'known';
      const state = await expectEnd(known, without(full, fields, odd));
      if (!fields.includes('status') && !fields.includes('fine_tuned_model'))
        expect(state.status).toBe(MEANT);
    }
  });
});

it.each(LIVE)('a job that is %s ends when it has ended, whatever was left out before', async (status) => {
  const live = { ...FULL, status };
  // When it ended tells of its end, where its status does not.
  const fields = [...READ, ...OTHERS].filter((field) => field !== 'finished_at');
  const looks = fields.flatMap((field) => ODD.slice(0, 5).map((odd) => without(live, [field], odd)));
  const state = await expectEnd('known', ...looks, SUCCEEDED);
  expect(state.status).toBe('completed');
});

describe('a job', () => {
  it('of a status that nobody knows has ended when it says when', async () => {
    const state = await expectEnd('known', { ...FULL, ...OVER, status: 'expired' });
    expect(state.status).toBe('failed');
  });
  it('that succeeded and names its model later is completed', async () => {
    const { fine_tuned_model: _, ...unnamed } = SUCCEEDED;
    const state = await expectEnd('known', unnamed, unnamed, SUCCEEDED);
    expect(state).toMatchObject({ status: 'completed', result: { providerModelId: 'ft:gpt-4.1-nano:x' } });
  });
  it('that succeeded and never names a model has failed, and is paid for', async () => {
    const state = await expectEnd('known', { ...SUCCEEDED, fine_tuned_model: null });
    expect(state).toMatchObject({ status: 'failed', failure: { code: 'MODEL_MISSING' } });
  });
  it('that resolved nothing has no hyperparameters that are known', async () => {
    const state = await expectEnd('known', {
      ...SUCCEEDED,
      method: null,
      hyperparameters: { n_epochs: -1, batch_size: 'auto', learning_rate_multiplier: 0 },
    });
    expect(state).toMatchObject({
      result: {
        hyperparameters: { nEpochs: null, batchSize: null, learningRateMultiplier: null, beta: null },
      },
    });
  });
  it.each([
    [{}, 'PROVIDER_FAILED'],
    [{ code: 'a_code_of_tomorrow', message: 'm' }, 'a_code_of_tomorrow'],
    [{ code: 'a_code_of_tomorrow' }, 'a_code_of_tomorrow'],
    [{ code: 'Ada Lovelace, 12 St James’s Square', message: 'm' }, 'unknown_code'],
    [{ code: 'ada.lovelace@example.org', message: 'm' }, 'unknown_code'],
    ['it broke', 'PROVIDER_FAILED'],
  ])('that failed with %j has failed with the code %s', async (error, code) => {
    const state = await expectEnd('known', { ...ENDS['failed'], error });
    expect(state).toMatchObject({ status: 'failed', failure: { code } });
  });
  it('that was canceled as Azure’s reference shows it is canceled, at a cost that nobody knows', async () => {
    const state = await expectEnd('unknown', {
      object: 'fine_tuning.job',
      id: PROVIDER_JOB,
      status: 'cancelled',
      model: 'm',
      training_file: 'file-x',
      created_at: 1,
      finished_at: 2,
      hyperparameters: { n_epochs: -1 },
    });
    expect(state).toMatchObject({ status: 'canceled', canceled: { trainedTokens: null } });
  });
});

it.each([
  [{}],
  [{ data: null }],
  [{ data: 'x' }],
  [{ data: [null, 7, 'x', { type: 'metrics' }, { type: 'metrics', data: { step: 'x' } }] }],
  [[]],
  ['x'],
  [null],
])('an end does not wait for events and checkpoints that are never to be had: %j', async (lists) => {
  const { state } = await followed([SUCCEEDED], lists);
  expect(state).toMatchObject({ status: 'completed', result: { checkpoints: [] } });
});
