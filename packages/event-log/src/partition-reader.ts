import { PartitionAssigners, type Broker, type Cluster } from 'kafkajs';
import { readerClient, type KafkaConnection } from './kafka-clients.ts';
import {
  decodeBatches,
  decodeFetchAnswer,
  FETCH_VERSION,
  type DecodedBatch,
  type FetchedPartition,
} from './record-batches.ts';

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
 * kafkajs has no `assign()`. Its consumer hands its cluster to the partition assigner, though, and with that a
 * partition is fetched from its leader without any group: no rebalance to wait for, no group left behind, and control
 * batches are seen. One reader serves one caller at a time, because a broker answers one request of a connection
 * after the other.
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
        const { responses } = (await fetchRaw(broker).fetch({
          isolationLevel: READ_COMMITTED,
          maxWaitTime: waitMs,
          minBytes: 1,
          maxBytes,
          topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes }] }],
        })) as unknown as FetchAnswer;
        const part = responses
          .flatMap((each) => each.partitions)
          .find((each) => each.topic === topic && each.partition === partition);
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

/**
 * kafkajs takes a request and its answer's decoder from `lookupRequest`; here the answer stays bytes, and is decoded
 * by us.
 */
function fetchRaw(broker: Broker): Broker {
  const { lookupRequest } = broker as unknown as { readonly lookupRequest: LookupRequest };
  const lookup: LookupRequest = (apiKey, definition) => (options) => {
    const { request, response } = lookupRequest(apiKey, definition)(options);
    if (request.apiVersion !== FETCH_VERSION)
      throw new Error(`the broker answers Fetch ${request.apiVersion} only: Kafka 2.3 or later is needed`);
    return { request, response: { decode: decodeAnswer, parse: response.parse } };
  };
  return Object.create(broker, { lookupRequest: { value: lookup } }) as Broker;
}

type LookupRequest = (
  apiKey: number,
  definition: unknown,
) => (options: unknown) => {
  readonly request: { readonly apiVersion: number };
  readonly response: { decode(bytes: Buffer): Promise<unknown>; parse(data: unknown): Promise<unknown> };
};

/** As kafkajs's `parse` wants it, which looks for error codes. */
interface FetchAnswer {
  readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
}

function decodeAnswer(bytes: Buffer): Promise<FetchAnswer> {
  return Promise.resolve({ responses: [{ partitions: decodeFetchAnswer(bytes) }] });
}

async function decode(part: FetchedPartition, from: bigint): Promise<Fetched> {
  const aborted = [...part.abortedTransactions].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const aborting = new Set<bigint>();
  const records: RawRecord[] = [];
  let nextOffset = from;
  for (const batch of await decodeBatches(part.batches)) {
    while (aborted[0] !== undefined && aborted[0].firstOffset <= batch.lastOffset) {
      aborting.add(aborted[0].producerId);
      aborted.shift();
    }
    if (batch.isControl) {
      if (endsInAbort(batch)) aborting.delete(batch.producerId);
    } else if (!(batch.isTransactional && aborting.has(batch.producerId))) {
      // A broker gives whole batches, so the first one may begin before the offset asked for.
      for (const { offset, key, headers, value } of batch.records)
        if (offset >= from)
          records.push({
            partition: part.partition,
            offset,
            key: key?.toString('utf8') ?? '',
            headers,
            value: value ?? Buffer.alloc(0),
          });
    }
    if (batch.lastOffset >= nextOffset) nextOffset = batch.lastOffset + 1n;
  }
  return { records, nextOffset, stableOffset: part.lastStableOffset };
}

/** A control record's key is version and type; only here does a key of zero bytes mean an abort. */
function endsInAbort({ records }: DecodedBatch): boolean {
  const key = records[0]?.key ?? null;
  return key !== null && key.readInt16BE(2) === ABORT_MARKER_TYPE;
}
