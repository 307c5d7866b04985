import type { ScannedText } from '@ftm/contracts/scanned-text';
import type { GateAnswer } from '../gate-answer.ts';

export type ProductionPointerCommand =
  /** An admin's override. `expectedVersion` is compared by the log (If-Match). */
  {
    readonly type: 'OverridePointer';
    readonly id: string;
    readonly modelVersionId: string;
    readonly reason: ScannedText;
    readonly gates: readonly GateAnswer[];
  };
