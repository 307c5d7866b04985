import type { DatasetFailed, DatasetRequested, DatasetSanitized } from '@ftm/contracts/generated/events';
import type { GateAnswer } from '../gate-answer.ts';

export type DatasetCommand =
  /** A denied gate gives `DatasetRequested, GateAnswered, DatasetBlocked`. */
  | {
      readonly type: 'RequestDataset';
      readonly id: string;
      readonly request: DatasetRequested;
      readonly gates: readonly GateAnswer[];
    }
  | {
      readonly type: 'StartDatasetSanitization';
      readonly id: string;
      readonly attempt: number;
      readonly profile: string;
    }
  | { readonly type: 'RecordDatasetSanitized'; readonly id: string; readonly result: DatasetSanitized }
  | {
      readonly type: 'BlockDataset';
      readonly id: string;
      readonly gate: string;
      readonly reasons: readonly { readonly code: string; readonly message: string }[];
    }
  | { readonly type: 'FailDataset'; readonly id: string; readonly failure: DatasetFailed }
  | { readonly type: 'RequestDatasetErasure'; readonly id: string; readonly reason: string }
  | { readonly type: 'RecordDatasetErased'; readonly id: string; readonly dataKeyId: string };
