import type { EvalSuiteVersionPublished } from '@ftm/contracts/generated/events';
import type { GateAnswer } from '../gate-answer.ts';

export type EvalSuiteCommand =
  /** Creates the suite together with its version 1. */
  | {
      readonly type: 'CreateEvalSuite';
      readonly id: string;
      readonly projectId: string;
      readonly name: string;
      readonly version: Omit<EvalSuiteVersionPublished, 'suiteVersion'>;
      readonly gates: readonly GateAnswer[];
    }
  | {
      readonly type: 'PublishEvalSuiteVersion';
      readonly id: string;
      readonly version: Omit<EvalSuiteVersionPublished, 'suiteVersion'>;
      readonly gates: readonly GateAnswer[];
    };
