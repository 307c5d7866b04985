import { randomUUID } from 'node:crypto';
import { EMPTY_CHAIN, link } from '@ftm/contracts/chain';
import { fullName } from '@ftm/contracts/codec';
import { fromHeaders, type Envelope } from '@ftm/contracts/envelope';
import type { TenantId } from '@ftm/contracts/ids';
import { EVENT_SOURCE, TECHNICAL_KEY } from '@ftm/contracts/topics';
import { recordBytes } from './batch.ts';
import { LogUnavailable } from './event-log.ts';
import { openFencedProducer, type FencedProducer } from './fenced-producer.ts';
import type { TenantHead } from './journal.ts';
import { createPartitionReader, type RawRecord } from './partition-reader.ts';
import { PartitionState } from './partition-state.ts';
import { Tail } from './tail.ts';
import { uuid7 } from './uuid7.ts';
import type { WriterOptions } from './writer-options.ts';

/** A partition that is ours until a newer claim. */
export interface Claim {
  readonly producer: FencedProducer;
  readonly offset: bigint;
}

const WRITER_CLAIMED = 'WriterClaimed';
const FETCH_WAIT_MS = 20;

/**
 * Takes the partition: the claim record's transaction bumps the epoch, aborts what the old owner left, and makes the
 * partition's leader refuse whatever the old owner sends later.
 */
export async function claimPartition(options: WriterOptions): Promise<Claim> {
  const { partition, instance, address } = options;
  const claimId = randomUUID();
  const claimedAt = Date.now();
  // Before the fence: a registry that is away must not cost the present owner its partition.
  const value = await options.registry.encodeTechnical(WRITER_CLAIMED, {
    partition,
    instance,
    address,
    claimId,
    claimedAt,
  });
  const headers = {
    ce_specversion: '1.0',
    ce_id: uuid7(claimedAt),
    ce_type: fullName(WRITER_CLAIMED),
    ce_source: EVENT_SOURCE,
    ce_time: new Date(claimedAt).toISOString(),
    'content-type': 'application/vnd.apache.avro+confluent',
  };
  const producer = await openFencedProducer({
    connection: options.connection,
    topic: options.topic,
    partition,
    transactionalId: `${options.transactionalIdPrefix}.${partition}`,
    timeoutMs: options.commitTimeoutMs,
  });
  try {
    const offset = await producer.append([{ key: TECHNICAL_KEY, value, headers }]);
    return { producer, offset };
  } catch (error) {
    producer.drop();
    throw error;
  }
}

/**
 * Reads what the journal lacks, up to the claim record: in read_committed that record is seen only when every older
 * transaction is decided, so nothing of an older owner can appear later.
 * @throws LogUnavailable when the journal does not answer or lags too far
 */
export async function catchUp(options: WriterOptions, claimOffset: bigint): Promise<PartitionState> {
  const { partition, journal } = options;
  const from = await askJournal(() => journal.position(partition));
  const tail = new Tail(options.tail);
  const read = await readTail(options, from, claimOffset);
  const tenants = [...new Set(read.map((each) => each.envelope.tenantId))];
  // Asked after the read, so the journal may have got further meanwhile: what it has is left out of the tail.
  const journaled =
    tenants.length === 0
      ? new Map<TenantId, TenantHead>()
      : await askJournal(() => journal.heads(partition, tenants));
  const heads = new Map(journaled);
  for (const { record, envelope } of read) {
    const { tenantId, seq } = envelope;
    if (seq <= (journaled.get(tenantId)?.seq ?? 0)) continue;
    const linked = link(heads.get(tenantId) ?? EMPTY_CHAIN, envelope, record.value);
    if (linked.kind === 'void') {
      options.onEvent({ kind: 'void_record', partition, offset: record.offset, reason: linked.reason });
      continue;
    }
    heads.set(tenantId, { ...linked.head, time: envelope.time });
    tail.push({
      envelope,
      offset: record.offset,
      bytes: recordBytes(record.key, record.headers, record.value),
      content: { value: record.value },
    });
  }
  return new PartitionState({
    partition,
    journal,
    journalTimeoutMs: options.journalTimeoutMs,
    registry: options.registry,
    tail,
    heads,
    cache: options.cache,
  });
}

interface TailCandidate {
  readonly record: RawRecord;
  readonly envelope: Envelope;
}

async function readTail(options: WriterOptions, from: bigint, claimOffset: bigint): Promise<TailCandidate[]> {
  const { partition, topic } = options;
  const reader = createPartitionReader(options.connection, topic, { maxBytes: 8_000_000 });
  const found: TailCandidate[] = [];
  let bytes = 0;
  let offset = from;
  try {
    if (from > claimOffset + 1n && from > (await reader.endOffset(partition)))
      throw new LogUnavailable('journal', 5000, {
        detail: `the journal stands at ${from}, beyond the end of the log: they do not belong together`,
      });
    while (offset <= claimOffset) {
      const fetched = await reader.fetch(partition, offset, FETCH_WAIT_MS);
      for (const record of fetched.records) {
        if (record.offset >= claimOffset || record.key === TECHNICAL_KEY) continue;
        const envelope = envelopeOf(options, record);
        if (envelope === null) continue;
        found.push({ record, envelope });
        bytes += recordBytes(record.key, record.headers, record.value);
      }
      if (found.length > options.tail.maxRecords || bytes > options.tail.maxBytes)
        throw new LogUnavailable('projector_lag', 5000, {
          detail: `the journal stands at ${from}, the log at ${claimOffset}`,
        });
      offset = fetched.nextOffset;
    }
  } finally {
    await reader.close();
  }
  return found;
}

function envelopeOf(options: WriterOptions, record: RawRecord): Envelope | null {
  try {
    return fromHeaders(record.key as TenantId, record.headers);
  } catch (error) {
    options.onEvent({
      kind: 'void_record',
      partition: options.partition,
      offset: record.offset,
      reason: error instanceof Error ? error.message : 'unreadable headers',
    });
    return null;
  }
}

async function askJournal<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new LogUnavailable('journal', 1000, { cause: error });
  }
}
