import { eventHash } from '@ftm/contracts/chain';
import { fullName } from '@ftm/contracts/codec';
import { toHeaders, type Envelope, type RecordedEvent } from '@ftm/contracts/envelope';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import { parseStreamId, type StreamId, type TenantId } from '@ftm/contracts/ids';
import { EVENT_SOURCE } from '@ftm/contracts/topics';
import type { AppendOutcome, AppendRequest, CommandQuery, NewEvent } from './event-log.ts';
import type { TenantHead } from './journal.ts';
import { uuid7 } from './uuid7.ts';

/** What is committed, as far as a batch needs it. */
export interface CommittedState {
  stream(tenant: TenantId, stream: StreamId): Promise<readonly RecordedEvent[]>;
  head(tenant: TenantId): TenantHead;
  /** The events of a command that is in the log, in order; empty if it is not. */
  command(id: string): Promise<readonly RecordedEvent[]>;
}

/** An event that waits for its commit. Its position is known after that. */
export interface StagedRecord {
  readonly recorded: RecordedEvent;
  readonly headers: Record<string, string>;
  readonly value: Buffer;
  readonly bytes: number;
}

export interface BatchLimits {
  /** Of one record batch, Kafka's `max.message.bytes` (1 MiB) being the ceiling. */
  readonly maxBytes: number;
}

/** Answered once the batch is committed, because what was decided rests on the commands before it. */
export type Answer = () => AppendOutcome;

const SEPARATOR = '\0';

/** `tenant`, `stream` as one key. Neither can hold the separator. */
export function streamKey(tenant: TenantId, stream: StreamId): string {
  return `${tenant}${SEPARATOR}${stream}`;
}

/** Decides commands one after the other against what is committed and what the batch itself has added. */
export class Batch {
  readonly staged: StagedRecord[] = [];
  bytes = 0;
  readonly #partition: number;
  readonly #state: CommittedState;
  readonly #encode: (event: FtmEvent) => Promise<Buffer>;
  readonly #limits: BatchLimits;
  readonly #streams = new Map<string, readonly RecordedEvent[]>();
  readonly #heads = new Map<TenantId, TenantHead>();

  constructor(
    partition: number,
    state: CommittedState,
    encode: (event: FtmEvent) => Promise<Buffer>,
    limits: BatchLimits,
  ) {
    this.#partition = partition;
    this.#state = state;
    this.#encode = encode;
    this.#limits = limits;
  }

  /**
   * @returns the answer to give after the commit, or 'full' if the command's events have no room left: nothing was
   * staged and it belongs into the next batch
   * @throws what `decide` throws; EventMisfit or RangeError for events that cannot be written. Nothing was staged then.
   */
  async decide(request: AppendRequest): Promise<Answer | 'full'> {
    const before = await this.#state.command(request.commandId);
    if (before.length > 0) {
      const answer = await replayOf(request, before, () => this.#load(request.tenantId, request.primary));
      return () => answer;
    }

    const primary = await this.#load(request.tenantId, request.primary);
    if (request.expectedVersion !== undefined && request.expectedVersion !== primary.length) {
      const actual = primary.length;
      return () => ({ kind: 'version_conflict', actual });
    }
    const decision = await request.decide({ load: (stream) => this.#load(request.tenantId, stream) });
    if (decision.kind === 'reject') {
      const { rejection } = decision;
      return () => ({ kind: 'rejected', rejection });
    }
    const records = await this.#record(request, decision.events);
    const bytes = records.reduce((sum, each) => sum + each.bytes, 0);
    if (bytes > this.#limits.maxBytes)
      throw new RangeError(
        `the events of one command have ${bytes} bytes; at most ${this.#limits.maxBytes} are allowed`,
      );
    if (this.bytes + bytes > this.#limits.maxBytes) return 'full';
    this.#stage(request.tenantId, records);
    const events = records.map((each) => each.recorded);
    const history = await this.#load(request.tenantId, request.primary);
    return () => ({
      kind: 'appended',
      replayed: false,
      events,
      history,
      position: (events.at(-1) ?? history.at(-1))?.position ?? null,
    });
  }

  /** The batch is in the log, its first record at this offset. Streams that it touched are given to `keep`. */
  committed(baseOffset: bigint, keep: (key: string, events: readonly RecordedEvent[]) => void): void {
    this.staged.forEach((each, index) => {
      (each.recorded.position as { offset: bigint }).offset = baseOffset + BigInt(index);
    });
    for (const [key, events] of this.#streams) keep(key, events);
  }

  get heads(): ReadonlyMap<TenantId, TenantHead> {
    return this.#heads;
  }

  async #load(tenant: TenantId, stream: StreamId): Promise<readonly RecordedEvent[]> {
    const key = streamKey(tenant, stream);
    const known = this.#streams.get(key);
    if (known !== undefined) return known;
    const events = await this.#state.stream(tenant, stream);
    // A decision may have asked for the stream twice at once: the first answer stays, so that nothing staged is lost.
    const meanwhile = this.#streams.get(key);
    if (meanwhile !== undefined) return meanwhile;
    this.#streams.set(key, events);
    return events;
  }

  async #record(request: AppendRequest, events: readonly NewEvent[]): Promise<StagedRecord[]> {
    let head = this.#head(request.tenantId);
    const nowMs = Date.parse(request.now);
    if (Number.isNaN(nowMs)) throw new RangeError('now is not an ISO 8601 time');
    const now = new Date(nowMs).toISOString();
    const versions = new Map<StreamId, number>();
    const records: StagedRecord[] = [];
    for (const { stream, event } of events) {
      parseStreamId(stream);
      const value = await this.#encode(event);
      const version = (versions.get(stream) ?? (await this.#load(request.tenantId, stream)).length) + 1;
      versions.set(stream, version);
      const unsealed: Omit<Envelope, 'hash'> = {
        tenantId: request.tenantId,
        id: uuid7(Date.now()),
        type: fullName(event.type),
        source: EVENT_SOURCE,
        time: now > head.time ? now : head.time,
        stream,
        version,
        seq: head.seq + 1,
        prev: head.hash,
        command: request.commandId,
        fingerprint: request.fingerprint,
        actor: request.actor,
        correlation: request.correlation,
        causation: request.causation,
        traceparent: request.traceparent,
      };
      const envelope: Envelope = { ...unsealed, hash: eventHash(unsealed, value) };
      head = { seq: envelope.seq, hash: envelope.hash, time: envelope.time };
      const headers = toHeaders(envelope);
      records.push({
        recorded: { envelope, event, position: { partition: this.#partition, offset: -1n } },
        headers,
        value,
        bytes: recordBytes(request.tenantId, headers, value),
      });
    }
    return records;
  }

  #head(tenant: TenantId): TenantHead {
    return this.#heads.get(tenant) ?? this.#state.head(tenant);
  }

  #stage(tenant: TenantId, records: readonly StagedRecord[]): void {
    for (const record of records) {
      const { envelope } = record.recorded;
      const key = streamKey(tenant, envelope.stream);
      this.#streams.set(key, [...(this.#streams.get(key) ?? []), record.recorded]);
      this.#heads.set(tenant, { seq: envelope.seq, hash: envelope.hash, time: envelope.time });
      this.staged.push(record);
      this.bytes += record.bytes;
    }
  }
}

/**
 * What a retry is answered. @param events what the command wrote, at least one; @param primary loads the query's
 * stream
 */
export async function replayOf(
  query: CommandQuery,
  events: readonly RecordedEvent[],
  primary: () => Promise<readonly RecordedEvent[]>,
): Promise<AppendOutcome> {
  const last = events.at(-1);
  if (last?.envelope.fingerprint !== query.fingerprint) return { kind: 'fingerprint_mismatch' };
  const history = (await primary()).filter((each) => each.envelope.seq <= last.envelope.seq);
  return { kind: 'appended', replayed: true, events, history, position: last.position };
}

/** Bytes of a record in a Kafka record batch, a little more rather than less. */
export function recordBytes(key: string, headers: Record<string, string>, value: Buffer): number {
  let bytes = 40 + key.length + value.length;
  for (const [name, text] of Object.entries(headers))
    bytes += 10 + name.length + Buffer.byteLength(text, 'utf8');
  return bytes;
}
