import { ourWords } from '@ftm/contracts/scanned-text';
import type { ReEvalScheduled } from '@ftm/contracts/generated/events';
import type { Command } from '../command.ts';
import { gate, PROJECT, target } from '../testing/examples.ts';
import { given, type Past } from '../testing/spec.ts';

const stream = 're-eval/r1' as const;
const schedule: ReEvalScheduled = {
  projectId: PROJECT,
  suiteId: 's1',
  target,
  cron: '0 3 * * *',
  timeZone: 'UTC',
  policy: { margin: 0.02, alpha: 0.05, autoRollback: false },
};
const trigger = (scheduledFor: string): Command => ({
  type: 'TriggerReEval',
  id: 'r1',
  trigger: { scheduledFor, evalRunId: 'e1' },
});
const unschedule: Command = { type: 'UnscheduleReEval', id: 'r1', reason: ourWords('enough') };
const regression = {
  type: 'RecordRegression' as const,
  id: 'r1',
  regression: {
    evalRunId: 'e1',
    baselineRunId: 'e0',
    difference: -0.1,
    ciLow: -0.15,
    ciHigh: -0.05,
    pValue: 0.001,
  },
} satisfies Command;

const scheduled: Past[] = [{ stream, event: { type: 'ReEvalScheduled', data: schedule } }];
const ended: Past[] = [...scheduled, { stream, event: { type: 'ReEvalUnscheduled', data: { reason: 'x' } } }];

describe('a schedule of re-evals', () => {
  it('triggers once for each time', async () => {
    const first = await given(...scheduled)
      .when(trigger('2026-01-01T03:00:00.000Z'))
      .thenGives({
        type: 'ReEvalTriggered',
        data: { scheduledFor: '2026-01-01T03:00:00.000Z', evalRunId: 'e1' },
      });
    const past = [...scheduled, ...first.map(({ event }) => ({ stream, event }))];
    await given(...past)
      .when(trigger('2026-01-01T03:00:00.000Z'))
      .thenGives();
    await given(...past)
      .when(trigger('2026-01-02T03:00:00.000Z'))
      .thenGives({
        type: 'ReEvalTriggered',
        data: { scheduledFor: '2026-01-02T03:00:00.000Z', evalRunId: 'e1' },
      });
  });

  it('does not trigger after its end', async () => {
    await given(...scheduled)
      .when(unschedule)
      .thenGives({ type: 'ReEvalUnscheduled', data: { reason: 'enough' } });
    await given(...ended)
      .when(unschedule)
      .thenGives();
    await given(...ended)
      .when(trigger('2026-01-01T03:00:00.000Z'))
      .thenRejects('RE_EVAL_UNSCHEDULED');
  });

  it('tells of a regression once, and is not made against a gate’s no', async () => {
    const found = await given(...scheduled)
      .when(regression)
      .thenGives({ type: 'RegressionDetected', data: regression.regression });
    await given(...scheduled, ...found.map(({ event }) => ({ stream, event })))
      .when(regression)
      .thenGives();
    await given()
      .when({ type: 'ScheduleReEval', id: 'r1', schedule, gates: [gate('deny')] })
      .thenRejects('GATE_DENIED');
  });
});
