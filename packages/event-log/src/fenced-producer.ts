import { withTimeout } from '@ftm/runtime/with-timeout';
import type { Message, Producer, Transaction } from 'kafkajs';
import { writerClient, type KafkaConnection } from './kafka-clients.ts';

/** A newer writer of the partition exists, or the broker has ended this one's transaction. */
export class Fenced extends Error {
  constructor(options?: { cause?: unknown }) {
    super('the writer was fenced', options);
    this.name = 'Fenced';
  }
}

/** A record for the one partition of a producer. */
export interface OutgoingRecord {
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
}

/**
 * A transactional producer of one partition for one claim. After any error it must be dropped: the outcome of what
 * was sent is unknown, and a producer that goes on after an abort or a lost reply loses the next batch silently.
 */
export interface FencedProducer {
  /**
   * Bumps the epoch and aborts what an older producer left, without a record of its own. The first `append` does as
   * much.
   * @throws any error, after which it must be dropped
   */
  claim(): Promise<void>;
  /**
   * One transaction. The caller never has two under way.
   * @returns offset of the first record, once the transaction is committed
   * @throws Fenced, or any error, with the outcome unknown
   */
  append(records: readonly OutgoingRecord[]): Promise<bigint>;
  /** Lets go of the connections. What is under way is not waited for. */
  drop(): void;
  close(): Promise<void>;
}

export interface FencedProducerOptions {
  readonly connection: KafkaConnection;
  readonly topic: string;
  readonly partition: number;
  readonly transactionalId: string;
  /** Of one transaction, after which its outcome counts as unknown. */
  readonly timeoutMs: number;
}

export async function openFencedProducer(options: FencedProducerOptions): Promise<FencedProducer> {
  const { topic, partition, timeoutMs } = options;
  const producer = writerClient(options.connection).producer({
    transactionalId: options.transactionalId,
    // The broker ends what a frozen writer left open, so that readers are not held up for long.
    transactionTimeout: timeoutMs + 5000,
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
  });
  let broken = false;
  let underWay: Promise<unknown> = Promise.resolve();
  let begun: Promise<Transaction> | undefined;
  await withDeadline(timeoutMs, producer.connect()).catch((error: unknown) => {
    broken = true;
    void producer.disconnect().catch(() => undefined);
    throw error;
  });

  async function transact(records: readonly OutgoingRecord[]): Promise<bigint> {
    const transaction = await (begun ?? producer.transaction());
    begun = undefined;
    const messages: Message[] = records.map((each) => ({ ...each, partition }));
    const [metadata] = await transaction.send({ topic, acks: -1, messages });
    if (metadata?.errorCode !== 0 || metadata.baseOffset === undefined)
      throw new Error(`the broker answered a send with error ${metadata?.errorCode ?? 'nothing'}`);
    // Given up while the send was under way: the caller has been told so, and a commit now would only surprise.
    if (broken) throw new Error('the producer was given up');
    await transaction.commit();
    return BigInt(metadata.baseOffset);
  }

  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    if (broken) throw new Error('a producer that failed is not used again');
    const doing = work();
    underWay = doing;
    try {
      return await withDeadline(timeoutMs, doing);
    } catch (error) {
      broken = true;
      throw isFenced(error) ? new Fenced({ cause: error }) : error;
    }
  }

  return {
    async claim() {
      // To the broker a transaction begins with its first record: this one waits for it here.
      await attempt(() => (begun ??= producer.transaction()));
    },
    append: (records) => attempt(() => transact(records)),
    drop() {
      broken = true;
      void close(producer);
      // The client connects anew for a send that it still retries: shut that door too when it has given up.
      underWay.catch(() => undefined).finally(() => void close(producer));
    },
    close: () => close(producer),
  };
}

async function close(producer: Producer): Promise<void> {
  await producer.disconnect().catch(() => undefined);
}

const withDeadline = <T>(timeoutMs: number, work: Promise<T>): Promise<T> =>
  withTimeout(work, timeoutMs, () => {
    throw new Error(`no answer from Kafka in ${timeoutMs} ms`);
  });

/** INVALID_PRODUCER_EPOCH (47), and PRODUCER_FENCED (90), which the client does not know by name. */
function isFenced(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if ('code' in each && (each.code === 47 || each.code === 90)) return true;
    if (each.message === 'Unknown error code 90') return true;
  }
  return false;
}
