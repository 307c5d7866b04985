import type { Envelope, RecordedEvent } from '@ftm/contracts/envelope';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import type { StreamId, TenantId } from '@ftm/contracts/ids';
import { streamKey } from './batch.ts';

/** A committed event that the journal may not have yet. */
export interface TailRecord {
  readonly envelope: Envelope;
  readonly offset: bigint;
  readonly bytes: number;
  /** Bytes as read from Kafka, or the event itself if this writer made it. */
  readonly content: { readonly value: Buffer } | { readonly recorded: RecordedEvent };
}

export interface TailLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
}

/**
 * The newest part of a partition, in memory: what the journal lacks. Records come in log order and leave in log
 * order.
 */
export class Tail {
  #records: TailRecord[] = [];
  #start = 0;
  #bytes = 0;
  readonly #limits: TailLimits;
  readonly #byStream = new Map<string, TailRecord[]>();
  readonly #byCommand = new Map<string, TailRecord[]>();

  constructor(limits: TailLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#records.length - this.#start;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get full(): boolean {
    return this.size >= this.#limits.maxRecords || this.#bytes >= this.#limits.maxBytes;
  }

  push(record: TailRecord): void {
    const { tenantId, stream, command } = record.envelope;
    this.#records.push(record);
    this.#bytes += record.bytes;
    append(this.#byStream, streamKey(tenantId, stream), record);
    append(this.#byCommand, command, record);
  }

  /** A copy: it stays as it is when the tail is pruned. */
  stream(tenant: TenantId, stream: StreamId): readonly TailRecord[] {
    return [...(this.#byStream.get(streamKey(tenant, stream)) ?? [])];
  }

  command(id: string): readonly TailRecord[] {
    return [...(this.#byCommand.get(id) ?? [])];
  }

  /** Forgets what the journal has. @param position next offset that the journal has not */
  prune(position: bigint): void {
    for (;;) {
      const record = this.#records[this.#start];
      if (record === undefined || record.offset >= position) break;
      this.#start += 1;
      this.#bytes -= record.bytes;
      const { tenantId, stream, command } = record.envelope;
      dropFirst(this.#byStream, streamKey(tenantId, stream), record);
      dropFirst(this.#byCommand, command, record);
    }
    if (this.#start > 1024 && this.#start * 2 > this.#records.length) {
      this.#records = this.#records.slice(this.#start);
      this.#start = 0;
    }
  }
}

/** The event in a tail record, decoded when it is first wanted. */
export async function recordedOf(
  record: TailRecord,
  partition: number,
  decode: (fullType: string, value: Buffer) => Promise<FtmEvent>,
): Promise<RecordedEvent> {
  if ('recorded' in record.content) return record.content.recorded;
  const event = await decode(record.envelope.type, record.content.value);
  return { envelope: record.envelope, event, position: { partition, offset: record.offset } };
}

function append(index: Map<string, TailRecord[]>, key: string, record: TailRecord): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, [record]);
  else known.push(record);
}

function dropFirst(index: Map<string, TailRecord[]>, key: string, record: TailRecord): void {
  const known = index.get(key);
  if (known?.[0] !== record) return;
  if (known.length === 1) index.delete(key);
  else known.shift();
}
