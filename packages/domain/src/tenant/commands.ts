import type { ScannedText } from '@ftm/contracts/scanned-text';
import type { GateAnswer } from '../gate-answer.ts';

export type TenantCommand =
  /** `confirmation` is the tenant's id once more, typed by who asks. */
  | {
      readonly type: 'RequestTenantErasure';
      readonly id: string;
      readonly confirmation: string;
      readonly reason: ScannedText;
    }
  /** By somebody else than who asked. */
  | { readonly type: 'ConfirmTenantErasure'; readonly id: string; readonly confirmation: string }
  /** `dataKeys`: how many the tenant ever had. */
  | { readonly type: 'RecordTenantErased'; readonly id: string; readonly dataKeys: number }
  /** What gates answered about something that no stream came of, such as an upload, or a command that was too late. */
  | { readonly type: 'RecordGateAnswers'; readonly id: string; readonly gates: readonly GateAnswer[] };
