import { fromHeaders } from '@ftm/contracts/envelope';
import { tenantId } from '@ftm/contracts/ids';
import type { Registry } from '@ftm/event-log/registry';
import type { JournalRecord } from '@ftm/postgres/journal';
import type { ProjectedEvent } from './projection.ts';

/** A record of the journal, or one that was parked, as it would have come from the log. @throws UndecodableValue, RegistryUnavailable */
export async function readStored(
  registry: Registry,
  { partition, offset, tenantId: tenant, headers, value }: JournalRecord,
): Promise<ProjectedEvent> {
  const key = tenantId(tenant);
  const envelope = fromHeaders(key, headers);
  const event = await registry.decode(envelope.type, value);
  const decoded = { ok: true, event } as const;
  return {
    envelope,
    event,
    record: { partition, offset, tenantId: key, headers, value, envelope, decoded },
  };
}
