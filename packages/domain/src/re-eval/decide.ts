import { answered, gateRejection, notFound, NOTHING, reject, type Verdict } from '../decision.ts';
import type { ReEvalCommand } from './commands.ts';
import type { ReEvalState } from './state.ts';

export function decideReEval(command: ReEvalCommand, state: ReEvalState): Verdict {
  if (command.type === 'ScheduleReEval') {
    if (state.status !== 'absent') return NOTHING;
    return (
      gateRejection(command.gates) ?? [
        { type: 'ReEvalScheduled', data: command.schedule },
        ...answered(command.gates),
      ]
    );
  }
  if (state.status === 'absent') return notFound('re-eval');
  switch (command.type) {
    case 'TriggerReEval':
      if (state.status === 'unscheduled') return reject('RE_EVAL_UNSCHEDULED', 'the schedule has ended');
      return state.last?.scheduledFor === command.trigger.scheduledFor
        ? NOTHING
        : [{ type: 'ReEvalTriggered', data: command.trigger }];
    case 'UnscheduleReEval':
      return state.status === 'unscheduled'
        ? NOTHING
        : [{ type: 'ReEvalUnscheduled', data: { reason: command.reason } }];
    case 'RecordRegression':
      if (state.regressions.some((each) => each.evalRunId === command.regression.evalRunId)) return NOTHING;
      return [{ type: 'RegressionDetected', data: command.regression }];
  }
}
