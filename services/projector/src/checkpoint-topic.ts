import { CHECKPOINTS_TOPIC } from '@ftm/contracts/topics';
import { openFencedProducer, type FencedProducer } from '@ftm/event-log/fenced-producer';
import type { KafkaConnection } from '@ftm/event-log/kafka-clients';
import { createPartitionReader } from '@ftm/event-log/partition-reader';

export interface PublishedNote {
  readonly tenantId: string;
  readonly note: string;
  readonly offset: bigint;
}

/** The topic of signed checkpoints: one partition, key = tenant, value = the note. */
export interface CheckpointTopic {
  /** Whoever published until now publishes nothing more, not even what is under way. */
  claim(): Promise<void>;
  /**
   * Only after a claim, and one at a time.
   * @returns the offset after it, once all replicas have it
   * @throws any error: whether it was published is unknown, and a new claim is needed
   */
  publish(tenantId: string, note: string): Promise<bigint>;
  /** What was published from an offset on. */
  readFrom(
    offset: bigint,
  ): Promise<{ readonly notes: readonly PublishedNote[]; readonly nextOffset: bigint }>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 10_000;

export function openCheckpointTopic(connection: KafkaConnection, transactionalId: string): CheckpointTopic {
  let producer: FencedProducer | undefined;
  return {
    async claim() {
      producer?.drop();
      producer = undefined;
      const next = await openFencedProducer({
        connection,
        topic: CHECKPOINTS_TOPIC,
        partition: 0,
        transactionalId,
        timeoutMs: TIMEOUT_MS,
      });
      try {
        await next.claim();
        producer = next;
      } catch (error) {
        next.drop();
        throw error;
      }
    },
    async publish(tenantId, note) {
      if (producer === undefined) throw new Error('checkpoints are published only after a claim');
      const offset = await producer.append([
        {
          key: tenantId,
          value: Buffer.from(note),
          headers: { 'content-type': 'text/plain; charset=utf-8', ce_type: 'ftm.audit.Checkpoint' },
        },
      ]);
      return offset + 1n;
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
      await producer?.close();
    },
  };
}
