import type { ProjectedEvent } from '@ftm/projection/projection';
import { ALL_KEYS, saveErasedKeys, type ErasedKey } from '@ftm/postgres/erased-keys';
import type { Client } from '@ftm/postgres/pool';

/** Notes which data keys the log says are destroyed. */
export const applyToErasedKeys = (client: Client, events: readonly ProjectedEvent[]): Promise<void> =>
  saveErasedKeys(client, events.flatMap(erasedBy));

function erasedBy({ envelope: { tenantId }, event }: ProjectedEvent): ErasedKey[] {
  switch (event.type) {
    case 'DatasetErased': {
      const { dataKeyId, uploadDataKeyId } = event.data;
      return [dataKeyId, uploadDataKeyId].flatMap((id) => (id === null ? [] : [{ tenantId, dataKeyId: id }]));
    }
    case 'TenantErased':
      return [{ tenantId, dataKeyId: ALL_KEYS }];
    default:
      return [];
  }
}
