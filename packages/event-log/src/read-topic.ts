import type { KafkaConnection } from './kafka-clients.ts';
import { createPartitionReader, type PartitionReader, type RawRecord } from './partition-reader.ts';

/**
 * All committed records of a partition from an offset to what is stable now, for verification and audit.
 * @param from default 0
 */
export async function* readPartition(
  connection: KafkaConnection,
  topic: string,
  partition: number,
  from = 0n,
): AsyncGenerator<RawRecord> {
  const reader = createPartitionReader(connection, topic);
  try {
    yield* readToEnd(reader, partition, from);
  } finally {
    await reader.close();
  }
}

/** All committed records of a topic, partition by partition, each in log order. */
export async function readTopic(connection: KafkaConnection, topic: string): Promise<RawRecord[]> {
  const reader = createPartitionReader(connection, topic);
  const records: RawRecord[] = [];
  try {
    const count = await reader.partitions();
    for (let partition = 0; partition < count; partition += 1)
      for await (const record of readToEnd(reader, partition, 0n)) records.push(record);
  } finally {
    await reader.close();
  }
  return records;
}

async function* readToEnd(
  reader: PartitionReader,
  partition: number,
  from: bigint,
): AsyncGenerator<RawRecord> {
  const end = await reader.endOffset(partition);
  let offset = from;
  while (offset < end) {
    const fetched = await reader.fetch(partition, offset, 100);
    yield* fetched.records;
    offset = fetched.nextOffset;
  }
}
