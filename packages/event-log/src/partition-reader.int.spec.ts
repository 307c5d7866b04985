import { CompressionTypes, type Producer } from 'kafkajs';
import { memberClient } from './kafka-clients.ts';
import { createPartitionReader, type RawRecord } from './partition-reader.ts';
import { readBatches } from './read-topic.ts';
import { createTopic, environment } from './testing/environment.ts';

describe('a partition reader', () => {
  const { connection } = environment();
  let topic: string;
  let drop: () => Promise<void>;
  let producer: Producer;

  beforeAll(async () => {
    ({ topic, drop } = await createTopic(connection, 1));
    producer = memberClient(connection).producer({
      transactionalId: topic,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    for (const [name, end] of [
      ['first', 'commit'],
      ['gone', 'abort'],
      ['second', 'commit'],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({
        topic,
        compression: name === 'second' ? CompressionTypes.GZIP : CompressionTypes.None,
        messages: Array.from({ length: 300 }, (_, index) => ({
          key: index === 0 ? null : `${name}-${index}`,
          value: index === 1 ? null : Buffer.alloc(index * 3, index),
          headers: {
            // In another order, or another number, at every record.
            ...(index % 3 === 0 ? { more: 'x'.repeat(index) } : {}),
            name,
            [`ünïcödé-${index % 2}`]: `😀 ${index}`,
            twice: ['a', `b${index}`],
            empty: '',
          },
        })),
      });
      await transaction[end]();
    }
  });
  afterAll(async () => {
    await producer.disconnect();
    await drop();
  });

  async function read(from: bigint): Promise<RawRecord[]> {
    const reader = createPartitionReader(connection, topic, { maxBytes: 50_000 });
    const records: RawRecord[] = [];
    try {
      for await (const batch of readBatches(reader, 0, from, await reader.endOffset(0)))
        records.push(...batch.records);
    } finally {
      await reader.close();
    }
    return records;
  }

  it('gives what was committed, byte for byte, compressed or not', async () => {
    const records = await read(0n);
    expect(records).toEqual(
      ['first', 'second'].flatMap((name, part) =>
        Array.from({ length: 300 }, (_, index) => ({
          partition: 0,
          // Behind each transaction stands its end, behind the first one also those that were taken back.
          offset: BigInt(index + part * 602),
          key: index === 0 ? '' : `${name}-${index}`,
          value: index === 1 ? Buffer.alloc(0) : Buffer.alloc(index * 3, index),
          headers: {
            ...(index % 3 === 0 ? { more: 'x'.repeat(index) } : {}),
            name,
            [`ünïcödé-${index % 2}`]: `😀 ${index}`,
            twice: `a,b${index}`,
            empty: '',
          },
        })),
      ),
    );
  });

  it('begins in the middle of a batch where it is told to', async () => {
    const records = await read(700n);
    expect(records[0]?.offset).toBe(700n);
    expect(records).toHaveLength(202);
  });

  it('says that an offset is not there', async () => {
    const reader = createPartitionReader(connection, topic);
    await expect(reader.fetch(0, 5000n, 0)).rejects.toMatchObject({ type: 'OFFSET_OUT_OF_RANGE' });
    await reader.close();
  });
});
