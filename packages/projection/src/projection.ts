import { EMPTY_CHAIN, link, type ChainHead } from '@ftm/contracts/chain';
import type { Envelope } from '@ftm/contracts/envelope';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import {
  createLogConsumer,
  LostOwnership,
  type ConsumerEvent,
  type LogBatch,
  type LogConsumer,
  type LogRecord,
} from '@ftm/event-log/consumer';
import type { KafkaConnection } from '@ftm/event-log/kafka-clients';
import type { Registry } from '@ftm/event-log/registry';
import {
  advance,
  claimPartition,
  loadHeads,
  park,
  parkedStreams,
  saveHeads,
  saveVoid,
} from '@ftm/postgres/checkpoints';
import { withTransaction, type Client, type Pool } from '@ftm/postgres/pool';

/** An event that extends its tenant's chain and can be read. */
export interface ProjectedEvent {
  readonly envelope: Envelope;
  readonly event: FtmEvent;
  readonly record: LogRecord;
}

/** A record whose envelope is sound; whether its value can be read is another question. */
export interface SoundRecord {
  readonly envelope: Envelope;
  readonly record: LogRecord;
}

export type ProjectionEvent =
  | ConsumerEvent
  | {
      readonly kind: 'void_record';
      readonly partition: number;
      readonly offset: bigint;
      readonly reason: string;
    }
  | {
      readonly kind: 'parked';
      readonly partition: number;
      readonly offset: bigint;
      readonly stream: string;
      readonly reason: string;
    };

export interface ProjectionOptions {
  readonly kafka: KafkaConnection;
  readonly topic?: string;
  readonly registry: Registry;
  readonly pool: Pool;
  /** Name of the consumer: of its group, its checkpoints and its chain heads. */
  readonly consumer: string;
  readonly sessionTimeoutMs?: number;
  /** Every record that extends the chain, also those whose value cannot be read. */
  readonly keep?: (client: Client, records: readonly SoundRecord[]) => Promise<void>;
  /** What can be read. @throws PoisonEvent when one event cannot be projected: it is parked, and the batch is tried again without it */
  readonly apply: (client: Client, events: readonly ProjectedEvent[]) => Promise<void>;
  readonly onEvent?: (event: ProjectionEvent) => void;
}

/** An event that this projection cannot take, and never will. */
export class PoisonEvent extends Error {
  readonly offset: bigint;
  constructor(offset: bigint, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'PoisonEvent';
    this.offset = offset;
  }
}

/**
 * Reads the log into Postgres. A batch is one transaction: the checkpoint moves (or another process has the partition, and everything is rolled back),
 * the chain is checked, records are kept and applied. A crash at any point leaves the batch as a whole undone.
 */
export function runProjection(options: ProjectionOptions): LogConsumer {
  return createLogConsumer({
    ...options.kafka,
    groupId: `ftm-${options.consumer}${options.topic === undefined ? '' : `-${options.topic}`}`,
    registry: options.registry,
    ...(options.topic === undefined ? {} : { topic: options.topic }),
    ...(options.sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs: options.sessionTimeoutMs }),
    claim: (partition) => claimPartition(options.pool, options.consumer, partition),
    handle: (batch) => handle(batch, options),
    onEvent: (event) => options.onEvent?.(event),
  });
}

async function handle(batch: LogBatch, options: ProjectionOptions): Promise<void> {
  const poison = new Map<bigint, string>();
  for (;;) {
    try {
      const happened = await withTransaction(options.pool, (client) =>
        project(client, batch, poison, options),
      );
      for (const event of happened) options.onEvent?.(event);
      return;
    } catch (error) {
      if (!(error instanceof PoisonEvent)) throw error;
      poison.set(error.offset, error.message);
    }
  }
}

async function project(
  client: Client,
  batch: LogBatch,
  poison: ReadonlyMap<bigint, string>,
  { consumer, keep, apply }: ProjectionOptions,
): Promise<ProjectionEvent[]> {
  const { partition, firstOffset, nextOffset, epoch } = batch;
  if (!(await advance(client, consumer, partition, { from: firstOffset, to: nextOffset, epoch })))
    throw new LostOwnership();
  const happened: ProjectionEvent[] = [];
  const tenants = [...new Set(batch.records.map((record) => record.tenantId))];
  const heads = new Map<string, ChainHead & { time: string }>();
  const known = await loadHeads(client, consumer, tenants);
  const parked = await parkedStreams(client, consumer, tenants);

  const sound: SoundRecord[] = [];
  for (const record of batch.records) {
    const result =
      record.envelope === null
        ? { kind: 'void' as const, reason: 'the headers are no envelope' }
        : link(
            heads.get(record.tenantId) ?? known.get(record.tenantId) ?? EMPTY_CHAIN,
            record.envelope,
            record.value,
          );
    if (result.kind === 'void' || record.envelope === null) {
      const reason = result.kind === 'void' ? result.reason : '';
      await saveVoid(client, consumer, { ...record, reason });
      happened.push({ kind: 'void_record', partition, offset: record.offset, reason });
      continue;
    }
    heads.set(record.tenantId, { ...result.head, time: record.envelope.time });
    sound.push({ envelope: record.envelope, record });
  }
  await keep?.(client, sound);

  const readable: ProjectedEvent[] = [];
  for (const { envelope, record } of sound) {
    const stream = `${record.tenantId} ${envelope.stream}`;
    const reason =
      poison.get(record.offset) ??
      (record.decoded.ok
        ? parked.has(stream)
          ? 'an earlier event of the stream is parked'
          : undefined
        : record.decoded.error);
    if (reason === undefined && record.decoded.ok) {
      readable.push({ envelope, event: record.decoded.event, record });
      continue;
    }
    parked.add(stream);
    await park(client, consumer, { ...record, stream: envelope.stream, reason: reason ?? 'unreadable' });
    happened.push({
      kind: 'parked',
      partition,
      offset: record.offset,
      stream: envelope.stream,
      reason: reason ?? 'unreadable',
    });
  }
  await apply(client, readable);
  await saveHeads(client, consumer, heads);
  return happened;
}
