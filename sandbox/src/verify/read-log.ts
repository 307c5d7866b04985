import { Kafka, logLevel, type IHeaders } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { fromHeaders, type Envelope } from '@ftm/contracts/envelope';
import { tenantId } from '@ftm/contracts/ids';
import { EVENTS_TOPIC, TECHNICAL_KEY } from '@ftm/contracts/topics';

export interface LoggedEvent {
  readonly partition: number;
  readonly offset: bigint;
  readonly envelope: Envelope;
  readonly value: Buffer;
}

/**
 * Everything committed in the events topic, in log order by partition, read by a plain Kafka consumer that shares no code with
 * FTM's writer and consumers.
 */
export async function readLog(
  brokers: readonly string[],
  topic: string = EVENTS_TOPIC,
): Promise<LoggedEvent[]> {
  const kafka = new Kafka({ brokers: [...brokers], clientId: 'ftm-verifier', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = (await admin.fetchTopicOffsets(topic)).filter((each) => BigInt(each.high) > BigInt(each.low));
  await admin.disconnect();
  const open = new Map(ends.map((each) => [each.partition, BigInt(each.high)]));
  const events: LoggedEvent[] = [];
  if (open.size === 0) return events;

  const consumer = kafka.consumer({
    groupId: `ftm-verifier-${randomUUID()}`,
    readUncommitted: false,
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let fail: (error: unknown) => void = () => undefined;
  const crashed = new Promise<never>((_, reject) => (fail = reject));
  crashed.catch(() => undefined);
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch, heartbeat }) => {
      try {
        for (const message of batch.messages) {
          const key = message.key?.toString('utf8') ?? '';
          if (key === TECHNICAL_KEY) continue;
          events.push({
            partition: batch.partition,
            offset: BigInt(message.offset),
            envelope: fromHeaders(tenantId(key), texts(message.headers)),
            value: message.value ?? Buffer.alloc(0),
          });
        }
      } catch (error) {
        fail(error);
      }
      await heartbeat();
    },
  });
  try {
    await Promise.race([crashed, drained(open, consumer, topic)]);
  } finally {
    await consumer.disconnect();
  }
  return events.sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
}

/** A partition may end in control records, which a consumer never sees: a fetch that starts at its end tells that it is drained. */
async function drained(
  open: Map<number, bigint>,
  consumer: ReturnType<Kafka['consumer']>,
  topic: string,
): Promise<void> {
  await new Promise<void>((resolve) => {
    let quiet = 0;
    consumer.on(consumer.events.FETCH, ({ payload }) => {
      quiet = payload.numberOfBatches === 0 ? quiet + 1 : 0;
      if (quiet >= 3) resolve();
    });
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      const end = open.get(payload.partition);
      if (payload.topic === topic && end !== undefined && BigInt(payload.lastOffset) + 1n >= end)
        open.delete(payload.partition);
      if (open.size === 0) resolve();
    });
  });
}

function texts(headers: IHeaders | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).flatMap(([name, value]) =>
      value === undefined || Array.isArray(value) ? [] : [[name, value.toString('utf8')]],
    ),
  );
}
