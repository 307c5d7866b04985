import type { PromotionTarget } from '@ftm/contracts/generated/events';
import type { GateAnswer } from '../gate-answer.ts';

export type ProductionPointerCommand =
  /** An admin's override. `expectedVersion` is compared by the log (If-Match). */
  {
    readonly type: 'OverridePointer';
    readonly id: string;
    readonly projectId: string;
    readonly target: PromotionTarget;
    readonly modelVersionId: string;
    readonly reason: string;
    readonly gates: readonly GateAnswer[];
  };
