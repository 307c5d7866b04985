import { isTenantId } from '@ftm/contracts/ids';
import { EMPTY_CHAIN, link, type ChainHead, type Link } from '@ftm/contracts/chain';
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
import { isRefusedData, withTransaction, type Client, type Pool } from '@ftm/postgres/pool';
import { unsoundness } from './soundness.ts';

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

/** Events `before + 1` to `size` of a tenant are new. */
export interface Extension {
  readonly before: number;
  readonly size: number;
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
  /** Of the group. Projections of one log into different databases must not share one: each would get a part of the partitions. */
  readonly groupSuffix?: string | undefined;
  /** Every record that extends the chain, also those whose value cannot be read. */
  readonly keep?: (client: Client, records: readonly SoundRecord[]) => Promise<void>;
  /** After that: how far the tenants' chains have come. All in between was kept, or is parked where it could not be. */
  readonly extended?: (client: Client, chains: ReadonlyMap<string, Extension>) => Promise<void>;
  /** What can be read. @throws PoisonEvent when one event cannot be projected: it is parked, and the batch is tried again without it */
  readonly apply: (client: Client, events: readonly ProjectedEvent[]) => Promise<void>;
  /** Around the handling of each batch, for traces; it calls `work` once. */
  readonly around?: (batch: LogBatch, work: () => Promise<void>) => Promise<void>;
  readonly onEvent?: (event: ProjectionEvent) => void;
}

/** Events that this projection cannot take, and never will. */
export class PoisonEvent extends Error {
  /** Offset → why. */
  readonly reasons: ReadonlyMap<bigint, string>;
  constructor(reasons: ReadonlyMap<bigint, string>) {
    super([...reasons].map(([offset, reason]) => `${offset}: ${reason}`).join('; '));
    this.name = 'PoisonEvent';
    this.reasons = reasons;
  }
}

interface Poison {
  readonly reason: string;
  /** Can the record itself be stored? */
  readonly keep: boolean;
}

/**
 * Reads the log into Postgres. A batch is one transaction: the checkpoint moves (or another process has the partition, and everything is rolled back),
 * the chain is checked, records are kept and applied. A crash at any point leaves the batch as a whole undone.
 */
export function runProjection(options: ProjectionOptions): LogConsumer {
  return createLogConsumer({
    ...options.kafka,
    groupId: ['ftm', options.consumer, options.topic, options.groupSuffix]
      .filter((each) => each !== undefined)
      .join('-'),
    registry: options.registry,
    ...(options.topic === undefined ? {} : { topic: options.topic }),
    ...(options.sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs: options.sessionTimeoutMs }),
    claim: (partition) => claimPartition(options.pool, options.consumer, partition),
    handle: (batch) => {
      const work = (): Promise<void> => handle(batch, options);
      return options.around === undefined ? work() : options.around(batch, work);
    },
    onEvent: (event) => options.onEvent?.(event),
  });
}

async function handle(batch: LogBatch, options: ProjectionOptions): Promise<void> {
  const poison = new Map<bigint, Poison>();
  for (;;) {
    try {
      const happened = await withTransaction(options.pool, (client) =>
        project(client, batch, poison, options),
      );
      for (const event of happened) options.onEvent?.(event);
      return;
    } catch (error) {
      if (error instanceof PoisonEvent) addPoison(poison, error);
      else if (!isRefusedData(error)) throw error;
      else if (batch.records.length > 1) return handleHalves(batch, options);
      else blameOnly(batch, poison, error);
    }
  }
}

function addPoison(poison: Map<bigint, Poison>, error: PoisonEvent): void {
  const before = poison.size;
  for (const [offset, reason] of error.reasons) poison.set(offset, { reason, keep: true });
  if (poison.size === before) throw error;
}

/** The database does not say which record of a batch it refuses, so the batch is cut until one is left. Each half is a batch of its own. */
async function handleHalves(batch: LogBatch, options: ProjectionOptions): Promise<void> {
  const middle = batch.records.length >> 1;
  const cut = batch.records[middle]?.offset ?? batch.nextOffset;
  await handle({ ...batch, nextOffset: cut, records: batch.records.slice(0, middle) }, options);
  await handle({ ...batch, firstOffset: cut, records: batch.records.slice(middle) }, options);
}

/** First it is taken for an event that cannot be applied, then for a record that cannot even be kept. */
function blameOnly(batch: LogBatch, poison: Map<bigint, Poison>, error: unknown): void {
  const offset = batch.records[0]?.offset;
  if (offset === undefined || poison.get(offset)?.keep === false) throw error;
  const reason = `the database refuses it: ${(error as Error).message}`;
  poison.set(offset, { reason, keep: !poison.has(offset) });
}

async function project(
  client: Client,
  batch: LogBatch,
  poison: ReadonlyMap<bigint, Poison>,
  options: ProjectionOptions,
): Promise<ProjectionEvent[]> {
  const { consumer, apply } = options;
  const { partition, firstOffset, nextOffset, epoch } = batch;
  if (!(await advance(client, consumer, partition, { from: firstOffset, to: nextOffset, epoch })))
    throw new LostOwnership();
  if (batch.records.length === 0) return [];
  const happened: ProjectionEvent[] = [];
  const tenants = [...new Set(batch.records.map((record) => record.tenantId).filter(isTenantId))];
  const heads = new Map<string, ChainHead & { time: string }>();
  const known = await loadHeads(client, consumer, tenants);
  const parked = await parkedStreams(client, consumer, tenants);

  const setAside = async (record: LogRecord, stream: string | null, reason: string): Promise<void> => {
    await park(client, consumer, { ...record, stream, reason });
    happened.push({ kind: 'parked', partition, offset: record.offset, stream: stream ?? '', reason });
  };

  const sound: SoundRecord[] = [];
  for (const record of batch.records) {
    const result = extend(heads.get(record.tenantId) ?? known.get(record.tenantId) ?? EMPTY_CHAIN, record);
    if (result.kind === 'void') {
      await saveVoid(client, consumer, { ...record, reason: result.reason });
      happened.push({ kind: 'void_record', partition, offset: record.offset, reason: result.reason });
      continue;
    }
    const { envelope } = result;
    // It extends the chain, so what follows must extend it, whatever becomes of it here.
    heads.set(record.tenantId, { ...result.head, time: timeOf(envelope) });
    const unstorable = poison.get(record.offset);
    const unsound = unsoundness(envelope, record.headers);
    if (unsound !== null) await setAside(record, null, unsound);
    else if (unstorable?.keep === false) {
      parked.add(`${record.tenantId} ${envelope.stream}`);
      await setAside(record, envelope.stream, unstorable.reason);
    } else sound.push({ envelope, record });
  }
  await keepAll(client, options, sound, extensions(known, heads));

  const readable: ProjectedEvent[] = [];
  for (const { envelope, record } of sound) {
    const stream = `${record.tenantId} ${envelope.stream}`;
    const { decoded } = record;
    const reason =
      poison.get(record.offset)?.reason ??
      (parked.has(stream) ? 'an earlier event of the stream is parked' : undefined) ??
      (decoded.ok ? undefined : decoded.error);
    if (reason === undefined && decoded.ok) {
      readable.push({ envelope, event: decoded.event, record });
      continue;
    }
    parked.add(stream);
    await setAside(record, envelope.stream, reason ?? 'unreadable');
  }
  await apply(client, readable);
  await saveHeads(client, consumer, heads);
  return happened;
}

async function keepAll(
  client: Client,
  { keep, extended }: ProjectionOptions,
  records: readonly SoundRecord[],
  chains: ReadonlyMap<string, Extension>,
): Promise<void> {
  await keep?.(client, records);
  await extended?.(client, chains);
}

function extensions(
  before: ReadonlyMap<string, ChainHead>,
  after: ReadonlyMap<string, ChainHead>,
): Map<string, Extension> {
  return new Map(
    [...after].map(([tenant, { seq }]) => [tenant, { before: before.get(tenant)?.seq ?? 0, size: seq }]),
  );
}

function extend(
  head: ChainHead,
  record: LogRecord,
): (Extract<Link, { kind: 'extends' }> & { envelope: Envelope }) | Extract<Link, { kind: 'void' }> {
  if (!isTenantId(record.tenantId)) return { kind: 'void', reason: 'the key is no tenant' };
  if (record.envelope === null) return { kind: 'void', reason: 'the headers are no envelope' };
  const result = link(head, record.envelope, record.value);
  return result.kind === 'void' ? result : { ...result, envelope: record.envelope };
}

/** A time that is none must not stop the chain: it is parked, and its place in the heads is the beginning of time. */
function timeOf(envelope: Envelope): string {
  return Number.isNaN(Date.parse(envelope.time)) ? '1970-01-01T00:00:00.000Z' : envelope.time;
}
