import type { RecordedEvent } from '@ftm/contracts/envelope';
import type { DatasetState } from '@ftm/domain/dataset/state';
import type { FineTuneState } from '@ftm/domain/fine-tune/state';
import type { ModelVersionState } from '@ftm/domain/model-version/state';

export interface CurvePoint {
  readonly step: number;
  readonly totalSteps: number | null;
  readonly trainLoss: number | null;
  readonly validLoss: number | null;
}

/** What a report is made of. */
export interface JobReportInput {
  readonly id: string;
  readonly state: Exclude<FineTuneState, { readonly status: 'absent' }>;
  readonly events: readonly RecordedEvent[];
  readonly curve: readonly CurvePoint[];
  readonly dataset: DatasetState;
  readonly model: { readonly id: string; readonly state: ModelVersionState };
}
