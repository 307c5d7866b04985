import type { ScannedText } from '@ftm/contracts/scanned-text';
import type {
  ModelEndOfLifeAnnounced,
  ModelEndOfLifeWarned,
  ModelVersionRegistered,
} from '@ftm/contracts/generated/events';
import type { GateAnswer } from '../gate-answer.ts';
import type { Labeled } from '../labels.ts';

export type ModelVersionCommand =
  | (Labeled & {
      readonly type: 'RegisterModelVersion';
      readonly id: string;
      readonly registration: ModelVersionRegistered;
      readonly gates: readonly GateAnswer[];
    })
  | { readonly type: 'RetireModelVersion'; readonly id: string; readonly reason: ScannedText }
  | {
      readonly type: 'AnnounceEndOfLife';
      readonly id: string;
      readonly announcement: ModelEndOfLifeAnnounced;
    }
  | { readonly type: 'WarnOfEndOfLife'; readonly id: string; readonly warning: ModelEndOfLifeWarned };
