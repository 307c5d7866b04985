import { createHash, randomUUID } from 'node:crypto';
import process from 'node:process';
import { EMPTY_CHAIN, eventHash } from '@ftm/contracts/chain';
import { fullName } from '@ftm/contracts/codec';
import { toHeaders, type Envelope } from '@ftm/contracts/envelope';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import { streamId, tenantId, type StreamId, type TenantId } from '@ftm/contracts/ids';
import { EVENT_SOURCE } from '@ftm/contracts/topics';
import { memberClient, writerClient, type KafkaConnection } from '@ftm/event-log/kafka-clients';
import { partitionOf } from '@ftm/event-log/partitions';
import type { Registry } from '@ftm/event-log/registry';

export interface GeneratedLog {
  readonly topic: string;
  readonly checkpointsTopic: string;
  readonly tenants: readonly TenantId[];
  readonly events: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  drop(): Promise<void>;
}

const PARTITIONS = 12;
const EVENTS_A_STREAM = 8;
/** Of one partition in one request: below the 1 MiB that a broker takes. */
const RECORDS_A_SEND = 500;
const SENDS_A_TRANSACTION = 10;

/**
 * A sound log in topics of its own: a tenant for each partition, streams of eight events, written in big
 * transactions.
 */
export async function generateLog(
  connection: KafkaConnection,
  registry: Registry,
  events: number,
): Promise<GeneratedLog> {
  const topic = `bench-${randomUUID()}`;
  const checkpointsTopic = `${topic}-checkpoints`;
  const admin = memberClient(connection).admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: true,
    topics: [
      { topic, numPartitions: PARTITIONS },
      { topic: checkpointsTopic, numPartitions: 1 },
    ],
  });
  const created: FtmEvent = { type: 'EvalSuiteCreated', data: { projectId: 'bench', name: 'bench' } };
  const answered: FtmEvent = {
    type: 'GateAnswered',
    data: {
      gate: 'eval.suite.create',
      decision: 'allow',
      decisionId: 'bench',
      reasons: [],
      policyVersion: '1',
    },
  };
  const first = { type: fullName(created.type), value: await registry.encode(created) };
  const later = { type: fullName(answered.type), value: await registry.encode(answered) };
  const tenants = Array.from({ length: PARTITIONS }, (_, partition) => tenantOf(partition));
  const authors = tenants.map((tenant) => createAuthor(tenant, first, later));

  const producer = writerClient(connection).producer({
    transactionalId: topic,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  const began = performance.now();
  const cpuBegan = process.cpuUsage();
  let left = events;
  while (left > 0) {
    const transaction = await producer.transaction();
    for (let sends = 0; sends < SENDS_A_TRANSACTION && left > 0; sends += 1) {
      const each = Math.min(RECORDS_A_SEND, Math.ceil(left / PARTITIONS));
      const messages = authors.flatMap((next, partition) =>
        Array.from({ length: Math.max(0, Math.min(each, left - partition * each)) }, () => ({
          ...next(),
          partition,
        })),
      );
      await transaction.send({ topic, messages });
      left -= messages.length;
    }
    await transaction.commit();
  }
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpuBegan);
  await producer.disconnect();
  return {
    topic,
    checkpointsTopic,
    tenants,
    events,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    async drop() {
      await admin.deleteTopics({ topics: [topic, checkpointsTopic] });
      await admin.disconnect();
    },
  };
}

interface Written {
  readonly type: string;
  readonly value: Buffer;
}

/** The next record of a tenant, at every call. */
function createAuthor(tenant: TenantId, first: Written, later: Written) {
  let head = EMPTY_CHAIN;
  let stream: StreamId = streamId('eval-suite', randomUUID());
  const fingerprint = createHash('sha256').update(tenant).digest('hex');
  const from = Date.UTC(2026, 0, 1);
  return () => {
    const version = (head.seq % EVENTS_A_STREAM) + 1;
    if (version === 1) stream = streamId('eval-suite', randomUUID());
    const { type, value } = version === 1 ? first : later;
    const id = randomUUID();
    const unsealed: Omit<Envelope, 'hash'> = {
      tenantId: tenant,
      id,
      type,
      source: EVENT_SOURCE,
      time: new Date(from + head.seq).toISOString(),
      stream,
      version,
      seq: head.seq + 1,
      prev: head.hash,
      command: head.hash,
      fingerprint,
      actor: 'bench',
      correlation: id,
      causation: null,
      traceparent: null,
    };
    const hash = eventHash(unsealed, value);
    head = { seq: unsealed.seq, hash };
    return { key: tenant, value, headers: toHeaders({ ...unsealed, hash }) };
  };
}

function tenantOf(partition: number): TenantId {
  for (let number = 0; ; number += 1) {
    const tenant = tenantId(`bench-${number}`);
    if (partitionOf(tenant, PARTITIONS) === partition) return tenant;
  }
}
