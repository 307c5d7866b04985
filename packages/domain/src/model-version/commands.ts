import type {
  ModelEndOfLifeAnnounced,
  ModelEndOfLifeWarned,
  ModelVersionRegistered,
} from '@ftm/contracts/generated/events';
import type { GateAnswer } from '../gate-answer.ts';

export type ModelVersionCommand =
  | {
      readonly type: 'RegisterModelVersion';
      readonly id: string;
      readonly registration: ModelVersionRegistered;
      readonly gates: readonly GateAnswer[];
    }
  | { readonly type: 'RetireModelVersion'; readonly id: string; readonly reason: string }
  | {
      readonly type: 'AnnounceEndOfLife';
      readonly id: string;
      readonly announcement: ModelEndOfLifeAnnounced;
    }
  | { readonly type: 'WarnOfEndOfLife'; readonly id: string; readonly warning: ModelEndOfLifeWarned };
