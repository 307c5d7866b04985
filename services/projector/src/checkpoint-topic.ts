import { CHECKPOINTS_TOPIC } from '@ftm/contracts/topics';
import { writerClient, type KafkaConnection } from '@ftm/event-log/kafka-clients';
import { createPartitionReader } from '@ftm/event-log/partition-reader';

export interface PublishedNote {
  readonly tenantId: string;
  readonly note: string;
  readonly offset: bigint;
}

/** The topic of signed checkpoints: one partition, key = tenant, value = the note. */
export interface CheckpointTopic {
  /** @returns the offset after it, once all replicas have it */
  publish(tenantId: string, note: string): Promise<bigint>;
  /** What was published from an offset on. */
  readFrom(
    offset: bigint,
  ): Promise<{ readonly notes: readonly PublishedNote[]; readonly nextOffset: bigint }>;
  close(): Promise<void>;
}

export function openCheckpointTopic(connection: KafkaConnection): CheckpointTopic {
  const producer = writerClient(connection).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
  });
  let connected: Promise<void> | undefined;
  return {
    async publish(tenantId, note) {
      connected ??= producer.connect();
      try {
        await connected;
      } catch (error) {
        connected = undefined;
        throw error;
      }
      const [written] = await producer.send({
        topic: CHECKPOINTS_TOPIC,
        acks: -1,
        messages: [
          {
            key: tenantId,
            value: note,
            partition: 0,
            headers: { 'content-type': 'text/plain; charset=utf-8', ce_type: 'ftm.audit.Checkpoint' },
          },
        ],
      });
      return BigInt(written?.baseOffset ?? 0) + 1n;
    },
    async readFrom(from) {
      const reader = createPartitionReader(connection, CHECKPOINTS_TOPIC);
      const notes: PublishedNote[] = [];
      try {
        const end = await reader.endOffset(0);
        let offset = from;
        while (offset < end) {
          const fetched = await reader.fetch(0, offset, 100);
          for (const { key, value, offset: at } of fetched.records)
            notes.push({ tenantId: key, note: value.toString('utf8'), offset: at });
          offset = fetched.nextOffset;
        }
        return { notes, nextOffset: offset };
      } finally {
        await reader.close();
      }
    },
    async close() {
      if (connected !== undefined) await producer.disconnect();
    },
  };
}
