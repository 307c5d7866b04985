import type { RegressionDetected, ReEvalScheduled, ReEvalTriggered } from '@ftm/contracts/generated/events';
import type { GateAnswer } from '../gate-answer.ts';

export type ReEvalCommand =
  | {
      readonly type: 'ScheduleReEval';
      readonly id: string;
      readonly schedule: ReEvalScheduled;
      readonly gates: readonly GateAnswer[];
    }
  | { readonly type: 'TriggerReEval'; readonly id: string; readonly trigger: ReEvalTriggered }
  | { readonly type: 'UnscheduleReEval'; readonly id: string; readonly reason: string }
  | { readonly type: 'RecordRegression'; readonly id: string; readonly regression: RegressionDetected };
