import type { EvalSuiteVersionPublished } from '@ftm/contracts/generated/events';
import type { GateAnswer } from '../gate-answer.ts';
import type { Labeled } from '../labels.ts';

/** A version whose cases lie in the store. */
export type StoredVersion = Omit<EvalSuiteVersionPublished, 'suiteVersion'>;

/** `version` is null when a gate said no: nothing was stored for it. */
export type EvalSuiteCommand =
  /** Creates the suite together with its version 1. */
  | (Labeled & {
      readonly type: 'CreateEvalSuite';
      readonly id: string;
      readonly projectId: string;
      readonly name: string;
      readonly version: StoredVersion | null;
      readonly gates: readonly GateAnswer[];
    })
  | {
      readonly type: 'PublishEvalSuiteVersion';
      readonly id: string;
      readonly version: StoredVersion | null;
      readonly gates: readonly GateAnswer[];
    };
