import type { ScannedText, WithWords } from '@ftm/contracts/scanned-text';
import type {
  DatasetFailed,
  DatasetProgressed,
  DatasetRequested,
  DatasetSanitized,
  ObjectRef,
  Reason,
} from '@ftm/contracts/generated/events';
import type { GateAnswer } from '../gate-answer.ts';
import type { Labeled } from '../labels.ts';

export type DatasetCommand =
  /** A denied gate gives `DatasetRequested, GateAnswered, DatasetBlocked`. */
  | (Labeled & {
      readonly type: 'RequestDataset';
      readonly id: string;
      readonly request: DatasetRequested;
      readonly gates: readonly GateAnswer[];
    })
  | {
      readonly type: 'StartDatasetSanitization';
      readonly id: string;
      readonly attempt: number;
      readonly profile: string;
    }
  | { readonly type: 'RecordDatasetProgress'; readonly id: string; readonly progress: DatasetProgressed }
  | { readonly type: 'RecordDatasetSanitized'; readonly id: string; readonly result: DatasetSanitized }
  | {
      readonly type: 'BlockDataset';
      readonly id: string;
      readonly gate: string;
      readonly reasons: readonly WithWords<Reason>[];
      readonly rejectionsObject: ObjectRef | null;
    }
  /** A dataset that was not ready yet is `failed` with the code `CANCELED`. */
  | { readonly type: 'CancelDataset'; readonly id: string; readonly reason: ScannedText }
  /** Of a dataset that the gate `contamination` blocked. */
  | { readonly type: 'RequestContaminationOverride'; readonly id: string; readonly reason: ScannedText }
  /** By somebody else than who asked; the building goes on. */
  | {
      readonly type: 'ApproveContaminationOverride';
      readonly id: string;
      readonly gates: readonly GateAnswer[];
    }
  | { readonly type: 'FailDataset'; readonly id: string; readonly failure: WithWords<DatasetFailed> }
  | { readonly type: 'RequestDatasetErasure'; readonly id: string; readonly reason: ScannedText }
  | {
      readonly type: 'RecordDatasetErased';
      readonly id: string;
      readonly dataKeyId: string;
      readonly uploadDataKeyId: string | null;
    };
