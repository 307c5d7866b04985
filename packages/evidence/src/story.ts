import type { Checkpoint } from '@ftm/audit/checkpoint';
import type { RecordedEvent } from '@ftm/contracts/envelope';
import type { StreamId } from '@ftm/contracts/ids';

/** What a pack tells of a model. */
export interface PackStory {
  readonly tenantId: string;
  readonly modelVersionId: string;
  readonly checkpoint: Checkpoint;
  readonly events: readonly RecordedEvent[];
  /** Dataset id → manifest, where it could be read. */
  readonly manifests: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<StreamId, Readonly<Record<string, unknown>>>>;
  readonly edges: readonly { readonly from: StreamId; readonly to: StreamId }[];
}
