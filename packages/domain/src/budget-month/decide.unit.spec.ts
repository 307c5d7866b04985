import { ourWords } from '@ftm/contracts/scanned-text';
import fc from 'fast-check';
import { streamId } from '@ftm/contracts/ids';
import { datasetRequested, datasetSanitized, fineTuneRequested, gate, PROJECT } from '../testing/examples.ts';
import { given, type Past } from '../testing/spec.ts';
import type { Command } from '../command.ts';
import { isRejection, type Verdict } from '../decision.ts';
import { budgetId, evolveBudget, initialBudget } from '../budget/state.ts';
import { placeHold, settleHold } from './decide.ts';
import {
  budgetMonthId,
  evolveBudgetMonth,
  heldUsdMicros,
  initialBudgetMonth,
  type BudgetMonthEvent,
  type BudgetMonthState,
} from './state.ts';

const MONTH = '2026-01';
const stream = streamId('budget-month', budgetMonthId(PROJECT, MONTH));
const job = 'fine-tune/f1' as const;
const {
  trainObject: _t,
  validationObject: _v,
  contaminationApprovedBy: _c,
  budgetMonth: _m,
  ...asked
} = fineTuneRequested;
const request: Command = { type: 'RequestFineTune', id: 'f1', request: asked, gates: [gate()] };
const ready: Past[] = [
  { stream: 'dataset/d1', event: { type: 'DatasetRequested', data: datasetRequested } },
  { stream: 'dataset/d1', event: { type: 'DatasetSanitized', data: datasetSanitized } },
];
const budgetOf = (monthlyUsdMicros: number | null): Past => ({
  stream: streamId('budget', budgetId(PROJECT)),
  event: { type: 'BudgetSet', data: { projectId: PROJECT, monthlyUsdMicros, reason: 'r' } },
});
const held = (ftJobId: string, amountUsdMicros: number, month = MONTH): Past => ({
  stream: streamId('budget-month', budgetMonthId(PROJECT, month)),
  event: { type: 'BudgetHoldPlaced', data: { projectId: PROJECT, ftJobId, month, amountUsdMicros } },
});
const requested: Past[] = [
  ...ready,
  { stream: job, event: { type: 'FineTuneRequested', data: fineTuneRequested } },
  held('f1', 3),
];

describe('a job that may cost 3', () => {
  it('is refused when less than that is left of the month, and otherwise holds it', async () => {
    await given(...ready, budgetOf(2))
      .when(request)
      .thenRejects('BUDGET_EXCEEDED');
    await given(...ready, budgetOf(5), held('other', 3))
      .when(request)
      .thenRejects('BUDGET_EXCEEDED');
    await given(...ready, budgetOf(6), held('other', 3))
      .when(request)
      .thenGives(
        { type: 'FineTuneRequested', data: fineTuneRequested },
        { type: 'GateAnswered', data: gate() },
        held('f1', 3),
      );
  });
  it('does not care for what is held in another month', async () => {
    await given(...ready, budgetOf(5), held('other', 5, '2025-12'))
      .when(request)
      .thenGives(
        { type: 'FineTuneRequested', data: fineTuneRequested },
        { type: 'GateAnswered', data: gate() },
        held('f1', 3),
      );
  });
  it('holds nothing when a gate says no', async () => {
    await given(...ready, budgetOf(5))
      .when({ ...request, gates: [gate('deny')] })
      .thenGives(
        { type: 'FineTuneRequested', data: fineTuneRequested },
        { type: 'GateAnswered', data: gate('deny') },
        { type: 'FineTuneBlocked', data: { gate: 'g', reasons: gate('deny').reasons } },
      );
  });
  it('gives all of it back when it is blocked, and nothing has left', async () => {
    await given(...requested)
      .when({ type: 'BlockFineTune', id: 'f1', gate: 'prism', reasons: [] })
      .thenGives(
        { type: 'FineTuneBlocked', data: { gate: 'prism', reasons: [] } },
        {
          stream,
          event: {
            type: 'BudgetHoldSettled',
            data: { ftJobId: 'f1', month: MONTH, heldUsdMicros: 3, actualUsdMicros: 0 },
          },
        },
      );
  });
  it('gives all of it back when it fails or is canceled: spent is what the provider names, or it is told that nobody knows', async () => {
    const submitted: Past[] = [
      ...requested,
      {
        stream: job,
        event: {
          type: 'FineTuneSubmitIntended',
          data: { attempt: 1, requestSha256: 's', trainingFileId: 't', validationFileId: null },
        },
      },
      {
        stream: job,
        event: { type: 'FineTuneSubmitted', data: { attempt: 1, providerJobId: 'j', adopted: false } },
      },
    ];
    const spentBy = async (past: readonly Past[], trainedTokens: number | null): Promise<unknown[]> => {
      const failure = {
        code: 'c',
        message: ourWords('m'),
        remedy: 'r',
        retryable: false,
        providerMessage: null,
        rows: [],
        mirrorObject: null,
        trainedTokens,
      };
      const failed = await given(...past)
        .when({ type: 'RecordFailed', id: 'f1', failure })
        .thenGivesTypes('FineTuneFailed', 'BudgetHoldSettled');
      const canceled = await given(...past)
        .when({
          type: 'RecordCanceled',
          id: 'f1',
          canceled: { reason: 'r', trainedTokens, mirrorObject: null },
        })
        .thenGivesTypes('FineTuneCanceled', 'BudgetHoldSettled');
      return [failed, canceled].map((events) => events.at(-1)?.event.data);
    };
    const told = (actualUsdMicros: number | null) =>
      Array<unknown>(2).fill({ ftJobId: 'f1', month: MONTH, heldUsdMicros: 3, actualUsdMicros });
    expect(await spentBy(submitted, 2_000_000)).toEqual(told(2));
    expect(await spentBy(submitted, 0)).toEqual(told(0));
    expect(await spentBy(submitted, null)).toEqual(told(null));
    expect(await spentBy(requested, null)).toEqual(told(0));
  });
  it('gives back what it did not cost, in the append that records the cost', async () => {
    const cost = { trainedTokens: 5, actualUsdMicros: 2, estimatedUsdMicros: 2, usageId: 'u' };
    await given(
      ...requested,
      {
        stream: job,
        event: { type: 'FineTuneSubmitted', data: { attempt: 1, providerJobId: 'j', adopted: false } },
      },
      {
        stream: job,
        event: {
          type: 'FineTuneSucceeded',
          data: {
            providerModelId: 'm',
            trainedTokens: 5,
            tokensUnknown: false,
            hyperparameters: fineTuneRequested.hyperparameters,
            curveObject: fineTuneRequested.trainObject,
            checkpoints: [],
            selectedCheckpoint: null,
          },
        },
      },
    )
      .when({
        type: 'RecordCost',
        id: 'f1',
        cost,
      })
      .thenGives(
        { type: 'FineTuneCostRecorded', data: cost },
        {
          stream,
          event: {
            type: 'BudgetHoldSettled',
            data: { ftJobId: 'f1', month: MONTH, heldUsdMicros: 3, actualUsdMicros: 2 },
          },
        },
      );
  });
  it('is given back by a success of which the provider names no tokens, and no cost is made up for it', async () => {
    const past = [
      ...requested,
      {
        stream: job,
        event: { type: 'FineTuneSubmitted', data: { attempt: 1, providerJobId: 'j', adopted: false } },
      },
    ] as const;
    const result = {
      providerModelId: 'm',
      trainedTokens: 0,
      tokensUnknown: true,
      hyperparameters: fineTuneRequested.hyperparameters,
      curveObject: fineTuneRequested.trainObject,
      checkpoints: [],
      selectedCheckpoint: null,
    };
    const events = await given(...past)
      .when({ type: 'RecordSucceeded', id: 'f1', result })
      .thenGives(
        { type: 'FineTuneSucceeded', data: result },
        {
          stream,
          event: {
            type: 'BudgetHoldSettled',
            data: { ftJobId: 'f1', month: MONTH, heldUsdMicros: 3, actualUsdMicros: null },
          },
        },
      );
    await given(...past, ...events)
      .when({
        type: 'RecordCost',
        id: 'f1',
        cost: { trainedTokens: 0, actualUsdMicros: 0, estimatedUsdMicros: 2, usageId: 'u' },
      })
      .thenRejects('FT_JOB_SETTLED');
  });
  it('needs room for what it costs more when the price has risen', async () => {
    const estimate = { ...fineTuneRequested.estimate, highUsdMicros: 5, priceUsdMicrosPerMillion: 2 };
    const dearer: Command = { type: 'RecordReestimated', id: 'f1', estimate };
    await given(...requested, budgetOf(4))
      .when(dearer)
      .thenRejects('BUDGET_EXCEEDED');
    await given(...requested, budgetOf(5))
      .when(dearer)
      .thenGives(
        { type: 'FineTuneReestimated', data: { estimate, previousHighUsdMicros: 3 } },
        held('f1', 5),
      );
  });
});

describe('a month', () => {
  const meta = { time: '', actor: '', version: 1, seq: 1 };
  const limited = (monthlyUsdMicros: number) =>
    evolveBudget(
      initialBudget,
      { type: 'BudgetSet', data: { projectId: PROJECT, monthlyUsdMicros, reason: 'r' } },
      meta,
    );
  const place = (state: BudgetMonthState, limit: number, ftJobId: string, amountUsdMicros: number) =>
    placeHold(limited(limit), state, { projectId: PROJECT, month: MONTH, ftJobId, amountUsdMicros });
  const folded = (state: BudgetMonthState, verdict: Verdict): BudgetMonthState =>
    isRejection(verdict)
      ? state
      : verdict.reduce((before, event) => evolveBudgetMonth(before, event as BudgetMonthEvent, meta), state);
  it('is never overspent by holds, in any order of asking and settling', () => {
    const step = fc.record({
      ftJobId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      amountUsdMicros: fc.nat(60),
      settles: fc.boolean(),
      share: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let state = initialBudgetMonth;
        for (const { ftJobId, amountUsdMicros, settles, share } of steps) {
          const hold = state.status === 'absent' ? 0 : (state.holds[ftJobId] ?? 0);
          state = folded(
            state,
            settles
              ? settleHold(state, ftJobId, share === null ? null : Math.floor(hold * share))
              : place(state, 100, ftJobId, amountUsdMicros),
          );
          const spent = state.status === 'absent' ? 0 : state.spentUsdMicros;
          expect(spent + heldUsdMicros(state)).toBeLessThanOrEqual(100);
        }
      }),
    );
  });
  it('that has less than is held takes nothing from who has a hold, and gives nothing more', () => {
    const state = folded(initialBudgetMonth, place(initialBudgetMonth, 100, 'x', 60));
    expect(place(state, 50, 'x', 55)).toMatchObject([{ data: { amountUsdMicros: 55 } }]);
    expect(place(state, 50, 'x', 61)).toMatchObject({ code: 'BUDGET_EXCEEDED' });
    expect(place(state, 50, 'y', 1)).toMatchObject({ code: 'BUDGET_EXCEEDED' });
  });
  it('says with figures why there is no room, and what to do', () => {
    const state = folded(initialBudgetMonth, place(initialBudgetMonth, 2_000_000, 'x', 1_500_000));
    expect(place(state, 2_000_000, 'y', 750_100)).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      message: expect.stringMatching(
        /\$0\.7501,.*\$2\.00 that project p1 has for 2026-01.*\$0\.50 left.*raise the budget/,
      ),
      reasons: expect.arrayContaining([
        { code: 'LEFT_USD_MICROS', message: '500000' },
        { code: 'NEEDED_USD_MICROS', message: '750100' },
      ]),
    });
  });
});
