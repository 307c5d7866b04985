import { workOn } from '../tasks.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { FtmEvent, PriceRow } from '@ftm/contracts/generated/events';
import { derivedUuid, streamId, tenantId } from '@ftm/contracts/ids';
import type { StateOf } from '@ftm/domain/aggregates';
import { budgetId } from '@ftm/domain/budget/state';
import { budgetMonthId, type OpenedMonth } from '@ftm/domain/budget-month/state';
import { PRICE_BOOK_ID } from '@ftm/domain/pricing/state';
import {
  datasetRequested,
  datasetSanitized,
  fineTuneRequested,
  gate,
  PROJECT,
} from '@ftm/domain/testing/examples';
import { createOpenAiProvider } from '../provider/openai-provider.ts';
import { startSimulator, type Simulator } from '../provider/testing/simulator.ts';
import { runFineTune } from './runner.ts';
import { chatRows, createLab, createSkippingClock, jobOf, waitAfter } from './testing/lab.ts';
import { startOrchestrator, type OrchestratorProcess } from './testing/orchestrator-process.ts';

/** The runner with the provider's and the Orchestrator's simulators, each a process of its own, and the rules over a log in memory. */
const KEY = 'money-key';
const PRICE = 1_500_000;
const clock = createSkippingClock(Math.random);
const lab = createLab(clock);
/** At the provider: jobs that have one. */
const places = new Set<string>();
let tenants = 0;
let tenant = tenantId('acme');
let simulator: Simulator;
let orchestrator: OrchestratorProcess;
beforeAll(async () => {
  [simulator, orchestrator] = await Promise.all([startSimulator([KEY]), startOrchestrator()]);
});
beforeEach(() => {
  tenants += 1;
  tenant = tenantId(`money-${tenants}`);
});
afterEach(async () => {
  await orchestrator.admin('POST', '/prism/orders', {});
  await orchestrator.admin('DELETE', '/faults');
});
afterAll(() => Promise.all([simulator.dispose(), orchestrator.dispose()]));

type State = StateOf<'fine-tune'>;
const load = (id: string): Promise<State> => lab.commands.load(tenant, 'fine-tune', id);
/** The month of a job. @throws Error when nothing was ever held in it */
async function money(id: string): Promise<OpenedMonth> {
  const job = await load(id);
  const month = job.status === 'absent' ? '' : (job.request.budgetMonth ?? '');
  const state = await lab.commands.load(tenant, 'budget-month', budgetMonthId(PROJECT, month));
  if (state.status === 'absent') throw new Error('nothing was ever held in the month');
  return state;
}
const types = async (id: string): Promise<string[]> =>
  (await lab.history(tenant, streamId('fine-tune', id))).map(({ type }) => type);
const setBudget = (monthlyUsdMicros: number) =>
  lab.append(tenant, streamId('budget', budgetId(PROJECT)), {
    type: 'BudgetSet',
    data: { projectId: PROJECT, monthlyUsdMicros, reason: 'test' },
  });
const row = (usdMicrosPerMillion: number): PriceRow => ({
  model: 'gpt-4.1-nano',
  kind: 'training',
  usdMicrosPerMillion,
  effectiveFrom: '2026-01-01',
  source: 'a contract',
  note: null,
});
const revisePrices = (usdMicrosPerMillion: number) =>
  lab.append(tenant, streamId('pricing', PRICE_BOOK_ID), {
    type: 'PriceBookRevised',
    data: { rows: [row(usdMicrosPerMillion)] },
  });
const creates = async (id: string): Promise<number> => {
  const counters = (await simulator.admin('GET', '/counters')) as {
    job_creates_by_metadata: Record<string, number>;
  };
  return counters.job_creates_by_metadata[id] ?? 0;
};

/** A job that was asked for through the rules. Its cost is 600 to 1200 millionths of a dollar, unless it is said otherwise. */
async function asked(
  options: { readonly rows?: number; readonly nEpochs?: number; readonly thresholdUsdMicros?: number } = {},
): Promise<string> {
  const { rows = 10, nEpochs = 1, thresholdUsdMicros = 0 } = options;
  const id = randomUUID();
  const datasetId = derivedUuid('money-dataset', id);
  const trainObject = await lab.putObject(tenant, Buffer.from(chatRows(rows)));
  await lab.append(
    tenant,
    streamId('dataset', datasetId),
    { type: 'DatasetRequested', data: datasetRequested },
    { type: 'DatasetSanitized', data: { ...datasetSanitized, trainObject } },
  );
  const {
    trainObject: _t,
    validationObject: _v,
    contaminationApprovedBy: _c,
    budgetMonth: _m,
    ...request
  } = fineTuneRequested;
  await lab.commands.send(jobOf(tenant, id), 'request', {
    type: 'RequestFineTune',
    id,
    request: {
      ...request,
      datasetId,
      baseModel: 'gpt-4.1-nano-2025-04-14',
      hyperparameters: { ...request.hyperparameters, nEpochs },
      estimate: {
        ...request.estimate,
        trainingTokens: 400,
        epochsLow: 1,
        epochsExpected: 1,
        epochsHigh: 2,
        lowUsdMicros: 600,
        expectedUsdMicros: 600,
        highUsdMicros: 1200,
        priceUsdMicrosPerMillion: PRICE,
      },
      costThresholdUsdMicros: thresholdUsdMicros,
    },
    gates: [gate()],
  });
  return id;
}

async function drive(id: string, until: (state: State) => boolean | Promise<boolean>): Promise<void> {
  const provider = createOpenAiProvider({ baseUrl: simulator.baseUrl, apiKey: KEY, timeoutMs: 5000 });
  const tools = {
    ...lab.tools({
      clock,
      providerFor: async () => provider,
      orchestrator: orchestrator.client,
      env: { FTM_PROVIDER_POLL_MAX_MS: '1000', FTM_APPROVAL_POLL_MS: '1000' },
    }),
    slots: {
      take: async (asking: { readonly id: string }) => (places.add(asking.id), null),
      hold: async (asking: { readonly id: string }) => void places.add(asking.id),
      release: async (asking: { readonly id: string }) => void places.delete(asking.id),
    },
  };
  for (let runs = 0, failures = 0; !(await until(await load(id))); runs += 1) {
    const outcome = await runFineTune(workOn(jobOf(tenant, id), tools)).catch(
      (error: unknown) => error as Error,
    );
    failures = outcome instanceof Error ? failures + 1 : 0;
    const ms = waitAfter(outcome, failures, clock);
    if (ms === null) return;
    clock.skip(ms);
    await sleep(10);
    if (runs > 600) throw new Error(`does not end: ${JSON.stringify(await types(id))}`);
  }
}
const paidFor = (state: State): boolean => state.status === 'completed' && state.cost !== null;
const approved = (state: State): boolean => state.status === 'queued' && state.approval !== null;

describe('a job above its threshold', () => {
  it('waits for PRISM, is submitted when it agrees, and gives back what it did not cost', async () => {
    await setBudget(2000);
    await orchestrator.admin('POST', '/prism/orders', { approve_after_ms: 300 });
    const id = await asked();
    expect(await money(id)).toMatchObject({ holds: { [id]: 1200 } });
    await drive(id, paidFor);
    expect((await types(id)).slice(0, 5)).toEqual([
      'FineTuneRequested',
      'GateAnswered',
      'FineTuneCostApprovalRequested',
      'FineTuneCostApproved',
      'FineTuneSubmitIntended',
    ]);
    const state = await load(id);
    const cost = 'cost' in state ? (state.cost?.actualUsdMicros ?? 0) : 0;
    expect(cost).toBeGreaterThan(0);
    expect(await money(id)).toMatchObject({ holds: {}, spentUsdMicros: cost });
  });
  it('is blocked with the reasons when PRISM says no, and holds nothing any more', async () => {
    await orchestrator.admin('POST', '/faults', { target: 'prism', kind: 'deny', times: 1 });
    const id = await asked();
    await drive(id, ({ status }) => status === 'blocked');
    expect(await load(id)).toMatchObject({ gate: 'prism', reasons: [{ code: 'ORDERED' }] });
    expect(await money(id)).toMatchObject({ holds: {} });
    expect(await creates(id)).toBe(0);
  });
  it('asks again when the approval has run out before the submit', async () => {
    // PRISM lives in real time: what it approves must hold on the clock that was skipped.
    const skippedMs = clock.now() - Date.now();
    await orchestrator.admin('POST', '/prism/orders', { valid_ms: skippedMs + 60_000 });
    const id = await asked();
    await drive(id, approved);
    clock.skip(61_000);
    await orchestrator.admin('POST', '/prism/orders', { valid_ms: 0 });
    await drive(id, (state) => state.status === 'queued' && (state.expiredApprovals?.count ?? 0) > 1);
    expect(places.has(id)).toBe(false);
    await orchestrator.admin('POST', '/prism/orders', {});
    await drive(id, paidFor);
    const told = await types(id);
    expect(told.filter((type) => type === 'FineTuneCostApproved')).toHaveLength(2);
    expect(told.indexOf('FineTuneCostApprovalExpired')).toBeLessThan(told.indexOf('FineTuneSubmitIntended'));
    expect(await creates(id)).toBe(1);
  });
  it('asks again when its price has risen, for what it may cost now, and is billed by that', async () => {
    const id = await asked();
    await drive(id, approved);
    await revisePrices(4 * PRICE);
    await drive(id, paidFor);
    expect((await types(id)).slice(2, 6)).toEqual([
      'FineTuneCostApproved',
      'FineTuneReestimated',
      'FineTuneCostApproved',
      'FineTuneSubmitIntended',
    ]);
    const state = await load(id);
    expect(state).toMatchObject({ approval: { amountUsdMicros: 4800 }, estimate: { highUsdMicros: 4800 } });
    if (state.status !== 'completed') throw new Error('it has to be completed');
    expect(state.cost?.actualUsdMicros).toBe(state.result.trainedTokens * 6);
  });
  it('is blocked when the project’s budget has no room for what it may cost now', async () => {
    await setBudget(2000);
    const id = await asked();
    await drive(id, approved);
    await revisePrices(2 * PRICE);
    await drive(id, ({ status }) => status === 'blocked');
    expect(await load(id)).toMatchObject({ gate: 'budget', reasons: [{ code: 'BUDGET_EXCEEDED' }] });
    expect(await money(id)).toMatchObject({ holds: {} });
    expect(await creates(id)).toBe(0);
  });
});

describe('a job whose approvals have always run out when they come', () => {
  it('asks ever more seldom, says what it waits for, and goes on when one holds', async () => {
    await orchestrator.admin('POST', '/prism/orders', { valid_ms: 0 });
    const id = await asked();
    const began = clock.now();
    await drive(id, () => clock.now() - began > 24 * 3_600_000);
    const told = await types(id);
    const expired = told.filter((type) => type === 'FineTuneCostApprovalExpired').length;
    // Twelve times in the first hour and a bit, and then once an hour.
    expect(expired).toBeGreaterThan(12);
    expect(expired).toBeLessThan(45);
    expect(told.filter((type) => type === 'FineTuneDeferred')).toHaveLength(1);
    expect(await load(id)).toMatchObject({
      status: 'queued',
      deferral: { code: 'APPROVAL_EXPIRES_EARLY', message: expect.stringContaining('hold for longer') },
    });
    expect(await creates(id)).toBe(0);
    await orchestrator.admin('POST', '/prism/orders', {});
    await drive(id, paidFor);
    expect(await creates(id)).toBe(1);
  });
});

describe('a job that fails at the provider', () => {
  const failing = async (trained: { readonly trained_tokens?: number }): Promise<string> => {
    await simulator.admin('POST', '/faults', { target: 'training', kind: 'error', times: 1, ...trained });
    const id = await asked({ thresholdUsdMicros: 1e9 });
    await drive(id, (state) => state.status === 'failed' && (state.costUnknown || state.cost !== null));
    return id;
  };
  it('has cost what the provider says was trained', async () => {
    const id = await failing({ trained_tokens: 120 });
    expect(await load(id)).toMatchObject({
      status: 'failed',
      costUnknown: false,
      cost: { trainedTokens: 120, actualUsdMicros: 180 },
    });
    expect(await money(id)).toMatchObject({ holds: {}, spentUsdMicros: 180, unknownCosts: 0 });
    const { usage } = (await orchestrator.admin('GET', '/counters')) as { usage: Record<string, number> };
    expect(usage[tenant]).toBe(180);
  });
  it('has a cost that is not known when the provider does not say, which is not nothing', async () => {
    const id = await failing({});
    expect(await load(id)).toMatchObject({ status: 'failed', costUnknown: true, cost: null });
    expect(await money(id)).toMatchObject({ holds: {}, spentUsdMicros: 0, unknownCosts: 1 });
  });
});

describe('a job whose dataset was erased after it was asked for', () => {
  it('ends before a byte leaves', async () => {
    const id = await asked();
    await lab.append(tenant, streamId('dataset', derivedUuid('money-dataset', id)), {
      type: 'DatasetErasureRequested',
      data: { reason: 'a person asked' },
    });
    const before = await simulator.admin('GET', '/counters');
    await drive(id, ({ status }) => status === 'failed');
    expect(await load(id)).toMatchObject({ failure: { code: 'DATASET_ERASED' } });
    expect(await simulator.admin('GET', '/counters')).toEqual(before);
  });
});

describe('the ledger', () => {
  it('is the sum that the provider has, and the one that PRISM was told', async () => {
    const provider = async (): Promise<number> => {
      const start = Math.floor(Date.now() / 1000) - 2 * 86_400;
      const answer = await fetch(`${simulator.baseUrl}/organization/costs?start_time=${start}`, {
        headers: { authorization: `Bearer ${KEY}` },
      });
      const { data } = (await answer.json()) as {
        data: readonly { results: readonly { amount: { value: number } }[] }[];
      };
      return data.flatMap(({ results }) => results).reduce((sum, { amount }) => sum + amount.value * 1e6, 0);
    };
    const before = await provider();
    const ids = [
      await asked({ thresholdUsdMicros: 1e9 }),
      await asked({ rows: 23, thresholdUsdMicros: 1e9 }),
      await asked({ rows: 12, nEpochs: 3, thresholdUsdMicros: 1e9 }),
    ];
    for (const id of ids) await drive(id, paidFor);
    const recorded = (await Promise.all(ids.map((id) => lab.history(tenant, streamId('fine-tune', id)))))
      .flat()
      .flatMap((event: FtmEvent) => (event.type === 'FineTuneCostRecorded' ? [event.data] : []));
    const ledger = recorded.reduce((sum, { actualUsdMicros }) => sum + actualUsdMicros, 0);
    expect(recorded).toHaveLength(3);
    // Each job is rounded up to a millionth of a dollar.
    expect(ledger - ((await provider()) - before)).toBeGreaterThanOrEqual(-1e-3);
    expect(ledger - ((await provider()) - before)).toBeLessThan(ids.length);
    const { usage } = (await orchestrator.admin('GET', '/counters')) as { usage: Record<string, number> };
    expect(usage[tenant]).toBe(ledger);
    expect((await money(ids[0] ?? '')).spentUsdMicros).toBe(ledger);
  });
});
