import type { Envelope } from '@ftm/contracts/envelope';
import type { LogRecord } from '@ftm/event-log/consumer';
import { insertJournal } from '@ftm/postgres/journal';
import type { Client } from '@ftm/postgres/pool';

/** A record of the log, wherever it was read. */
export interface KeptRecord {
  readonly envelope: Envelope;
  readonly record: Pick<LogRecord, 'partition' | 'offset' | 'headers' | 'value'>;
  readonly parkedOnly?: boolean;
}

/** Every record that extends the chain, as it stands in Kafka. */
export function keepInJournal(client: Client, records: readonly KeptRecord[]): Promise<void> {
  return insertJournal(
    client,
    records.map(({ envelope, record }) => ({
      partition: record.partition,
      offset: record.offset,
      tenantId: envelope.tenantId,
      headers: record.headers,
      value: record.value,
      seq: envelope.seq,
      stream: envelope.stream,
      version: envelope.version,
      eventId: envelope.id,
      type: envelope.type,
      time: envelope.time,
      command: envelope.command,
      hash: envelope.hash,
    })),
  );
}
