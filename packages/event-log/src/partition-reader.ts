import { PartitionAssigners, type Broker, type Cluster } from 'kafkajs';
import { readerClient, type KafkaConnection } from './kafka-clients.ts';

/** A committed record, control records and aborted ones taken out. */
export interface RawRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly value: Buffer;
}

export interface Fetched {
  readonly records: readonly RawRecord[];
  /** Where to go on: past control records and aborted ones too. */
  readonly nextOffset: bigint;
  /** Everything below is decided (last stable offset). */
  readonly stableOffset: bigint;
}

/** Reads partitions in read_committed from any offset: what other clients call `assign` and `seek`. */
export interface PartitionReader {
  /**
   * @param waitMs how long the broker may wait for something to come
   * @throws any error of the client; the next call starts on a new connection
   */
  fetch(partition: number, offset: bigint, waitMs: number): Promise<Fetched>;
  partitions(): Promise<number>;
  /** Last stable offset. */
  endOffset(partition: number): Promise<bigint>;
  close(): Promise<void>;
}

const READ_COMMITTED = 1;
const ABORT_MARKER_TYPE = 0;

/**
 * kafkajs has no `assign()`. Its consumer hands its cluster to the partition assigner, though, and with that a partition is fetched
 * from its leader without any group: no rebalance to wait for, no group left behind, and control batches are seen.
 * One reader serves one caller at a time, because a broker answers one request of a connection after the other.
 */
export function createPartitionReader(
  connection: KafkaConnection,
  topic: string,
  options: { readonly maxBytes?: number } = {},
): PartitionReader {
  const maxBytes = options.maxBytes ?? 2_000_000;
  let opened: Promise<Cluster> | undefined;

  async function open(): Promise<Cluster> {
    let cluster: Cluster | undefined;
    readerClient(connection).consumer({
      groupId: 'unused',
      allowAutoTopicCreation: false,
      partitionAssigners: [
        (context) => {
          cluster = context.cluster;
          return PartitionAssigners.roundRobin(context);
        },
      ],
    });
    if (cluster === undefined) throw new Error('the Kafka client did not create its assigner');
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    return cluster;
  }

  async function use<T>(call: (cluster: Cluster) => Promise<T>): Promise<T> {
    opened ??= open();
    const mine = opened;
    try {
      return await call(await mine);
    } catch (error) {
      // The leader may have moved, the connection may be gone: a new cluster finds out.
      if (opened === mine) opened = undefined;
      throw error;
    } finally {
      // Also when the reader was closed meanwhile: the client connects anew for a request that comes after.
      if (opened !== mine) await disconnect(mine);
    }
  }

  return {
    fetch: (partition, offset, waitMs) =>
      use(async (cluster) => {
        await cluster.refreshMetadataIfNecessary();
        const broker = await leaderOf(cluster, topic, partition);
        const response = (await broker.fetch({
          isolationLevel: READ_COMMITTED,
          maxWaitTime: waitMs,
          minBytes: 1,
          maxBytes,
          topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes }] }],
        })) as FetchResponse;
        const part = response.responses
          .find((each) => each.topicName === topic)
          ?.partitions.find((each) => each.partition === partition);
        if (part === undefined) throw new Error(`the broker answered without partition ${partition}`);
        return decode(part, offset);
      }),
    partitions: () =>
      use(async (cluster) => {
        const { length } = cluster.findTopicPartitionMetadata(topic);
        if (length === 0) throw new Error(`topic ${topic} does not exist`);
        return length;
      }),
    endOffset: (partition) =>
      use(async (cluster) => {
        const [offsets] = await cluster.fetchTopicsOffset([
          { topic, partitions: [{ partition }], fromBeginning: false },
        ]);
        const found = offsets?.partitions.find((each) => each.partition === partition);
        if (found === undefined) throw new Error(`no end offset of partition ${partition}`);
        return BigInt(found.offset);
      }),
    async close() {
      const mine = opened;
      opened = undefined;
      if (mine !== undefined) await disconnect(mine);
    },
  };
}

async function leaderOf(cluster: Cluster, topic: string, partition: number): Promise<Broker> {
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (nodeId === undefined) throw new Error(`partition ${partition} of ${topic} has no leader`);
  return cluster.findBroker({ nodeId });
}

async function disconnect(opened: Promise<Cluster>): Promise<void> {
  try {
    await (await opened).disconnect();
  } catch {
    // It is given up either way.
  }
}

function decode(part: FetchedPartition, from: bigint): Fetched {
  const aborted = [...(part.abortedTransactions ?? [])]
    .map((each) => ({ producerId: each.producerId, firstOffset: BigInt(each.firstOffset) }))
    .sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const aborting = new Set<string>();
  const records: RawRecord[] = [];
  let nextOffset = from;
  for (const message of part.messages) {
    const offset = BigInt(message.offset);
    const { producerId, inTransaction } = message.batchContext;
    while (aborted[0] !== undefined && aborted[0].firstOffset <= offset) {
      aborting.add(aborted[0].producerId);
      aborted.shift();
    }
    if (message.isControlRecord) {
      // A control record's key is version and type; only here does a key of zero bytes mean an abort.
      if (message.key !== null && message.key.readInt16BE(2) === ABORT_MARKER_TYPE)
        aborting.delete(producerId);
    } else if (offset >= from && !(inTransaction && aborting.has(producerId))) {
      records.push(rawRecord(part.partition, offset, message));
    }
    // A broker gives whole batches, so the first one may begin before the offset asked for.
    if (offset >= nextOffset) nextOffset = offset + 1n;
  }
  return { records, nextOffset, stableOffset: BigInt(part.lastStableOffset) };
}

function rawRecord(partition: number, offset: bigint, message: FetchedMessage): RawRecord {
  return {
    partition,
    offset,
    key: message.key?.toString('utf8') ?? '',
    headers: headersOf(message.headers),
    value: message.value ?? Buffer.alloc(0),
  };
}

/** A header that comes twice is joined: no event of ours has one, so its hash will not match. */
function headersOf(headers: FetchedMessage['headers']): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    texts[name] = Array.isArray(value)
      ? value.map((each) => each.toString('utf8')).join(',')
      : (value?.toString('utf8') ?? '');
  return texts;
}

interface FetchResponse {
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly FetchedPartition[];
  }[];
}

interface FetchedPartition {
  readonly partition: number;
  readonly lastStableOffset: string;
  readonly abortedTransactions: readonly { producerId: string; firstOffset: string }[] | null;
  readonly messages: readonly FetchedMessage[];
}

interface FetchedMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | Buffer[] | null>;
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
}
