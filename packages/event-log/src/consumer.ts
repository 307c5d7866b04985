import { setTimeout as delay } from 'node:timers/promises';
import { fromHeaders, type Envelope } from '@ftm/contracts/envelope';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import type { TenantId } from '@ftm/contracts/ids';
import { EVENTS_TOPIC, TECHNICAL_KEY } from '@ftm/contracts/topics';
import type { StoredRecord } from './journal.ts';
import type { KafkaConnection } from './kafka-clients.ts';
import { createMembership } from './membership.ts';
import { createPartitionReader, type Fetched, type RawRecord } from './partition-reader.ts';
import { RegistryUnavailable, type Registry } from './registry.ts';

export interface LogRecord extends StoredRecord {
  /** Null when the headers are no envelope. */
  readonly envelope: Envelope | null;
  readonly decoded:
    { readonly ok: true; readonly event: FtmEvent } | { readonly ok: false; readonly error: string };
}

export interface LogBatch {
  readonly partition: number;
  /** As the claim gave it. */
  readonly epoch: number;
  /** Where the checkpoint stands before this batch: the `nextOffset` of the one before, or of the claim. */
  readonly firstOffset: bigint;
  /** Where it stands after. */
  readonly nextOffset: bigint;
  /** In log order. Empty when there were only technical and control records: the checkpoint moves all the same. */
  readonly records: readonly LogRecord[];
}

/** Thrown by `handle` when the guarded checkpoint did not move: somebody else has claimed the partition. */
export class LostOwnership extends Error {
  constructor(message = 'the checkpoint belongs to another claim') {
    super(message);
    this.name = 'LostOwnership';
  }
}

export type ConsumerEvent =
  | {
      readonly kind: 'claimed';
      readonly partition: number;
      readonly nextOffset: bigint;
      readonly epoch: number;
    }
  | { readonly kind: 'handled'; readonly partition: number; readonly count: number; readonly ms: number }
  | { readonly kind: 'lost'; readonly partition: number }
  | { readonly kind: 'released'; readonly partition: number }
  | { readonly kind: 'problem'; readonly partition: number | null; readonly error: Error };

export interface LogConsumerOptions extends KafkaConnection {
  readonly groupId: string;
  readonly registry: Registry;
  readonly topic?: string;
  /** Default 10000. */
  readonly sessionTimeoutMs?: number;
  /** Of one batch; default 1,000,000. */
  readonly maxBatchBytes?: number;
  /** Takes the partition's checkpoint: bumps its epoch, tells where to go on. Failures are retried. */
  claim(partition: number): Promise<{ readonly nextOffset: bigint; readonly epoch: number }>;
  /**
   * Handles a batch and moves the checkpoint from `firstOffset` to `nextOffset`, both in one transaction. Called for
   * one batch of a partition at a time. @throws LostOwnership when the checkpoint is not at `firstOffset` with this
   * epoch; anything else is tried again
   */
  handle(batch: LogBatch): Promise<void>;
  readonly onEvent?: (event: ConsumerEvent) => void;
}

export interface PartitionLag {
  readonly nextOffset: bigint;
  /** End of what is committed, as of the last fetch. */
  readonly endOffset: bigint;
  /** Offsets, not events: control records count. */
  readonly lag: bigint;
  /** Milliseconds since the partition was last seen at its end or moved on. Grows when it is stuck. */
  readonly stalledMs: number;
}

export interface LogConsumer {
  joined(): boolean;
  /** Of the partitions this member has. */
  lag(): ReadonlyMap<number, PartitionLag>;
  /** Finishes the batches under way and leaves the group at once. */
  stop(): Promise<void>;
}

/** The broker answers at once when something comes; a fetch that brings nothing is a cost of every partition. */
const POLL_MS = 5000;
/** Nobody waits for the answer of a reader, so it may be somewhat later. */
const NOTICE_MS = 500;
const FLUSH_POLL_MS = 25;
const BACKOFF_MS = [100, 200, 500, 1000, 2000, 5000] as const;

/**
 * Reads the log for a projector, a forwarder or a runner. The group only shares out the partitions; where to read is
 * what `claim` says, and the guarded checkpoint decides who may write. Every partition has its own loop and
 * connection, so that a slow one holds up no other, and a long batch does not cost the membership.
 */
export function createLogConsumer(options: LogConsumerOptions): LogConsumer {
  const topic = options.topic ?? EVENTS_TOPIC;
  const loops = new Map<number, PartitionLoop>();
  const ending = new Set<Promise<void>>();
  let stopped = false;
  const onEvent = (event: ConsumerEvent): void => {
    try {
      options.onEvent?.(event);
    } catch {
      // A listener that throws must not stop a consumer.
    }
  };

  function end(partition: number, loop: PartitionLoop): void {
    loops.delete(partition);
    const done = loop.stop().then(() => onEvent({ kind: 'released', partition }));
    ending.add(done);
    void done.finally(() => ending.delete(done));
  }

  const membership = createMembership({
    connection: options,
    groupId: options.groupId,
    topic,
    address: '',
    sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
    noticeMs: NOTICE_MS,
    claims: () =>
      new Map([...loops.keys()].map((partition) => [partition, loops.get(partition)?.since ?? 0n])),
    onAssigned(partitions) {
      if (stopped) return;
      for (const [partition, loop] of loops) if (!partitions.has(partition)) end(partition, loop);
      for (const partition of partitions)
        if (!loops.has(partition)) loops.set(partition, startLoop(options, topic, partition, onEvent));
    },
    onProblem: (error) => onEvent({ kind: 'problem', partition: null, error }),
  });

  return {
    joined: () => membership.joined(),
    lag: () => new Map([...loops].map(([partition, loop]) => [partition, loop.lag()])),
    async stop() {
      if (stopped) return;
      stopped = true;
      for (const [partition, loop] of loops) end(partition, loop);
      await Promise.all(ending);
      await membership.stop();
    },
  };
}

interface PartitionLoop {
  /** When it got the partition, for whom shares them out: the newer claim owns it. */
  readonly since: bigint;
  lag(): PartitionLag;
  stop(): Promise<void>;
}

function startLoop(
  options: LogConsumerOptions,
  topic: string,
  partition: number,
  onEvent: (event: ConsumerEvent) => void,
): PartitionLoop {
  const reader = createPartitionReader(options, topic, { maxBytes: options.maxBatchBytes ?? 1_000_000 });
  const controller = new AbortController();
  const { signal } = controller;
  let next = 0n;
  let stable = 0n;
  let movedAt = Date.now();
  const done = run();

  async function run(): Promise<void> {
    let failures = 0;
    for (;;) {
      try {
        const { nextOffset, epoch } = await options.claim(partition);
        onEvent({ kind: 'claimed', partition, nextOffset, epoch });
        next = nextOffset;
        await follow(epoch, () => {
          failures = 0;
        });
      } catch (error) {
        if (error instanceof LostOwnership) onEvent({ kind: 'lost', partition });
        else onEvent({ kind: 'problem', partition, error: asError(error) });
        failures += 1;
      }
      if (signal.aborted) break;
      await pause(BACKOFF_MS[Math.min(failures, BACKOFF_MS.length) - 1] ?? 5000, signal);
    }
    await reader.close();
  }

  async function follow(epoch: number, progress: () => void): Promise<void> {
    // What was read past without a record to handle: it joins the next batch, or is flushed when nothing comes.
    let passed = next;
    while (!signal.aborted) {
      const waitMs = passed > next ? FLUSH_POLL_MS : POLL_MS;
      const fetched = await reader.fetch(partition, passed, waitMs);
      stable = fetched.stableOffset;
      const idle = fetched.nextOffset === passed;
      const records = await read(fetched);
      passed = fetched.nextOffset;
      if (records.length === 0 && !idle) continue;
      if (passed > next) {
        const started = Date.now();
        await options.handle({ partition, epoch, firstOffset: next, nextOffset: passed, records });
        next = passed;
        onEvent({ kind: 'handled', partition, count: records.length, ms: Date.now() - started });
        progress();
      }
      movedAt = Date.now();
    }
  }

  async function read(fetched: Fetched): Promise<LogRecord[]> {
    const events = fetched.records.filter((each) => each.key !== TECHNICAL_KEY);
    const records: LogRecord[] = [];
    for (const each of events) records.push(await toLogRecord(each, options.registry));
    return records;
  }

  return {
    since: BigInt(Date.now()),
    lag: () => ({
      nextOffset: next,
      endOffset: stable,
      lag: stable > next ? stable - next : 0n,
      stalledMs: stable > next ? Date.now() - movedAt : 0,
    }),
    async stop() {
      controller.abort();
      // Ends a poll that waits; a batch that is being handled is finished.
      await reader.close();
      await done;
    },
  };
}

/** @throws RegistryUnavailable: the record may be decodable later, so the batch is tried again */
async function toLogRecord(raw: RawRecord, registry: Registry): Promise<LogRecord> {
  const { partition, offset, headers, value } = raw;
  const stored: StoredRecord = { partition, offset, tenantId: raw.key as TenantId, headers, value };
  try {
    const envelope = fromHeaders(stored.tenantId, headers);
    try {
      const event = await registry.decode(envelope.type, value);
      return { ...stored, envelope, decoded: { ok: true, event } };
    } catch (error) {
      if (error instanceof RegistryUnavailable) throw error;
      return { ...stored, envelope, decoded: { ok: false, error: asError(error).message } };
    }
  } catch (error) {
    if (error instanceof RegistryUnavailable) throw error;
    return { ...stored, envelope: null, decoded: { ok: false, error: asError(error).message } };
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<unknown> =>
  delay(ms, undefined, { signal }).catch(() => undefined);

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
