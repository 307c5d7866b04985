import fc from 'fast-check';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import { streamId } from '@ftm/contracts/ids';
import { datasetRequested, datasetSanitized, fineTuneRequested, gate, PROJECT } from '../testing/examples.ts';
import { given, type Past } from '../testing/spec.ts';
import type { Command } from '../command.ts';
import { placeHold, settleHold } from './decide.ts';
import { budgetId, evolveBudget, heldUsdMicros, initialBudget, type BudgetState } from './state.ts';

const stream = streamId('budget', budgetId(PROJECT));
const job = 'fine-tune/f1' as const;
const { trainObject: _t, validationObject: _v, contaminationApprovedBy: _c, ...asked } = fineTuneRequested;
const request: Command = { type: 'RequestFineTune', id: 'f1', request: asked, gates: [gate()] };
const ready: Past[] = [
  { stream: 'dataset/d1', event: { type: 'DatasetRequested', data: datasetRequested } },
  { stream: 'dataset/d1', event: { type: 'DatasetSanitized', data: datasetSanitized } },
];
const budgetOf = (monthlyUsdMicros: number | null): Past => ({
  stream,
  event: { type: 'BudgetSet', data: { projectId: PROJECT, monthlyUsdMicros, reason: 'r' } },
});
const held = (ftJobId: string, amountUsdMicros: number, month = '2026-01'): Past => ({
  stream,
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
    const events = await given(...ready, budgetOf(6), held('other', 3))
      .when(request)
      .thenGives('FineTuneRequested', 'GateAnswered', 'BudgetHoldPlaced');
    expect(events.at(-1)).toMatchObject({
      stream,
      event: { data: { ftJobId: 'f1', month: '2026-01', amountUsdMicros: 3 } },
    });
  });
  it('does not care for what is held in another month', async () => {
    await given(...ready, budgetOf(5), held('other', 5, '2025-12'))
      .when(request)
      .thenGives('FineTuneRequested', 'GateAnswered', 'BudgetHoldPlaced');
  });
  it('holds nothing when a gate says no', async () => {
    await given(...ready, budgetOf(5))
      .when({ ...request, gates: [gate('deny')] })
      .thenGives('FineTuneRequested', 'GateAnswered', 'FineTuneBlocked');
  });
  it('gives all of it back when it is blocked or fails', async () => {
    const blocked = await given(...requested)
      .when({ type: 'BlockFineTune', id: 'f1', gate: 'prism', reasons: [] })
      .thenGives('FineTuneBlocked', 'BudgetHoldSettled');
    expect(blocked.at(-1)?.event.data).toMatchObject({ heldUsdMicros: 3, actualUsdMicros: 0 });
  });
  it('gives back what it did not cost, in the append that records the cost', async () => {
    const events = await given(
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
        cost: { trainedTokens: 5, actualUsdMicros: 2, estimatedUsdMicros: 2, usageId: 'u' },
      })
      .thenGives('FineTuneCostRecorded', 'BudgetHoldSettled');
    expect(events.at(-1)?.event.data).toMatchObject({ actualUsdMicros: 2 });
  });
  it('that is canceled has spent the tokens that were trained', async () => {
    const events = await given(
      ...ready,
      {
        stream: job,
        event: {
          type: 'FineTuneRequested',
          data: {
            ...fineTuneRequested,
            estimate: { ...fineTuneRequested.estimate, priceUsdMicrosPerMillion: 1_000_000 },
          },
        },
      },
      held('f1', 9),
    )
      .when({ type: 'RecordCanceled', id: 'f1', canceled: { reason: 'r', trainedTokens: 4 } })
      .thenGives('FineTuneCanceled', 'BudgetHoldSettled');
    expect(events.at(-1)?.event.data).toMatchObject({ actualUsdMicros: 4 });
  });
  it('needs room for what it costs more when the price has risen', async () => {
    const estimate = { ...fineTuneRequested.estimate, highUsdMicros: 5, priceUsdMicrosPerMillion: 2 };
    const dearer: Command = { type: 'RecordReestimated', id: 'f1', estimate };
    await given(...requested, budgetOf(4))
      .when(dearer)
      .thenRejects('BUDGET_EXCEEDED');
    const events = await given(...requested, budgetOf(5))
      .when(dearer)
      .thenGives('FineTuneReestimated', 'BudgetHoldPlaced');
    expect(events.at(-1)?.event.data).toMatchObject({ ftJobId: 'f1', amountUsdMicros: 5 });
  });
});

describe('a budget', () => {
  const fold = (state: BudgetState, ...events: readonly FtmEvent[]): BudgetState =>
    events.reduce(
      (before, event) => evolveBudget(before, event as never, { time: '', actor: '', version: 1, seq: 1 }),
      state,
    );
  it('is never overspent by holds, in any order of asking and settling', () => {
    const step = fc.record({
      ftJobId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      amountUsdMicros: fc.nat(60),
      settles: fc.boolean(),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let state = fold(initialBudget, {
          type: 'BudgetSet',
          data: { projectId: PROJECT, monthlyUsdMicros: 100, reason: 'r' },
        });
        for (const { ftJobId, amountUsdMicros, settles, share } of steps) {
          if (state.status === 'absent') throw new Error('a budget that was set is there');
          const hold = state.holds[ftJobId];
          if (settles)
            state = fold(
              state,
              ...settleHold(state, ftJobId, Math.floor((hold?.amountUsdMicros ?? 0) * share)),
            );
          else {
            const placed = placeHold(
              state,
              { projectId: PROJECT, ftJobId, amountUsdMicros },
              '2026-01-05T00:00:00.000Z',
            );
            if (!('code' in placed)) state = fold(state, placed);
          }
          if (state.status === 'absent') throw new Error('a budget that was set is there');
          const spent = state.spentUsdMicros['2026-01'] ?? 0;
          expect(spent + heldUsdMicros(state, '2026-01')).toBeLessThanOrEqual(100);
        }
      }),
    );
  });
  it('says with figures why there is no room', () => {
    const state = fold(initialBudget, budgetOf(2_000_000).event, held('x', 1_500_000).event);
    expect(
      placeHold(
        state,
        { projectId: PROJECT, ftJobId: 'y', amountUsdMicros: 750_000 },
        '2026-01-31T23:59:59Z',
      ),
    ).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      message: expect.stringMatching(/\$0\.75.*\$2\.00 for 2026-01.*\$0\.50 left/),
    });
  });
});
