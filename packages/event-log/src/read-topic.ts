import type { KafkaConnection } from './kafka-clients.ts';
import {
  createPartitionReader,
  type Fetched,
  type PartitionReader,
  type RawRecord,
} from './partition-reader.ts';

const FETCH_WAIT_MS = 100;

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
  for await (const { records } of readBatches(reader, partition, from, await reader.endOffset(partition)))
    yield* records;
}

/** A partition up to an end offset, batch by batch; the next batch is on its way while this one is worked on. */
export async function* readBatches(
  reader: PartitionReader,
  partition: number,
  from: bigint,
  end: bigint,
): AsyncGenerator<Fetched> {
  if (from >= end) return;
  let next: Promise<Fetched> | undefined = reader.fetch(partition, from, FETCH_WAIT_MS);
  while (next !== undefined) {
    const fetched: Fetched = await next;
    next = fetched.nextOffset < end ? reader.fetch(partition, fetched.nextOffset, FETCH_WAIT_MS) : undefined;
    // Whoever stops in the middle leaves this one unread, and unread failures would end the process.
    next?.catch(() => undefined);
    yield { ...fetched, records: fetched.records.filter((record) => record.offset < end) };
  }
}
