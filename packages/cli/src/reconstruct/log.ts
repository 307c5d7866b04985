import { EMPTY_CHAIN, link, type ChainHead } from '@ftm/contracts/chain';
import { fromHeaders, type RecordedEvent } from '@ftm/contracts/envelope';
import { tenantId } from '@ftm/contracts/ids';
import { TECHNICAL_KEY } from '@ftm/contracts/topics';
import type { KafkaConnection } from '@ftm/event-log/kafka-clients';
import { createPartitionReader } from '@ftm/event-log/partition-reader';
import { partitionOf } from '@ftm/event-log/partitions';
import { readBatches } from '@ftm/event-log/read-topic';
import { UndecodableValue, type Registry } from '@ftm/event-log/registry';

/** A record that extends its tenant's chain; its event is null where this program cannot read it. */
export type LoggedEvent = Omit<RecordedEvent, 'event'> & {
  readonly event: RecordedEvent['event'] | null;
};

export interface ReadLogOptions {
  readonly kafka: KafkaConnection;
  readonly topic: string;
  readonly registry: Registry;
  /** Of one tenant; else of all, partition by partition. */
  readonly tenant?: string;
  readonly onProgress?: (done: number, total: number, events: number) => void;
}

/**
 * What readers of the log take for the log: the records that extend their tenant's chain, in order. From Kafka alone.
 */
export async function* readLog(options: ReadLogOptions): AsyncGenerator<LoggedEvent> {
  const { kafka, topic, registry, tenant } = options;
  const reader = createPartitionReader(kafka, topic);
  const heads = new Map<string, ChainHead>();
  let events = 0;
  try {
    const count = await reader.partitions();
    const partitions =
      tenant === undefined
        ? Array.from({ length: count }, (_, each) => each)
        : [partitionOf(tenantId(tenant), count)];
    for (const [index, partition] of partitions.entries()) {
      const end = await reader.endOffset(partition);
      for await (const { records, nextOffset } of readBatches(reader, partition, 0n, end)) {
        for (const record of records) {
          const { key, headers, value, offset } = record;
          if (key === TECHNICAL_KEY || (tenant !== undefined && key !== tenant)) continue;
          const envelope = fromHeaders(tenantId(key), headers);
          const next = link(heads.get(key) ?? EMPTY_CHAIN, envelope, value);
          if (next.kind === 'void') continue;
          heads.set(key, next.head);
          events += 1;
          const event = await decode(registry, envelope.type, value);
          yield { envelope, event, position: { partition, offset } };
        }
        options.onProgress?.(index * 1e6 + share(nextOffset, end), partitions.length * 1e6, events);
      }
    }
  } finally {
    await reader.close();
  }
}

const share = (done: bigint, all: bigint): number => (all === 0n ? 1e6 : Number((done * 1_000_000n) / all));

async function decode(
  registry: Registry,
  type: string,
  value: Buffer,
): Promise<RecordedEvent['event'] | null> {
  try {
    return await registry.decode(type, value);
  } catch (error) {
    if (error instanceof UndecodableValue) return null;
    throw error;
  }
}
