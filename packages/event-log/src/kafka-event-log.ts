import { setTimeout as delay } from 'node:timers/promises';
import type { TenantId } from '@ftm/contracts/ids';
import { EVENTS_PARTITIONS, EVENTS_TOPIC } from '@ftm/contracts/topics';
import { LogUnavailable, NotOwner, type EventLog, type Location, type LogStatus } from './event-log.ts';
import type { Journal } from './journal.ts';
import type { KafkaConnection } from './kafka-clients.ts';
import { createMembership } from './membership.ts';
import { partitionOf } from './partitions.ts';
import { PartitionWriter } from './partition-writer.ts';
import type { Registry } from './registry.ts';
import type { StreamCacheLimits } from './stream-cache.ts';
import type { TailLimits } from './tail.ts';
import type { LogEvent } from './writer-options.ts';

export interface KafkaEventLogOptions extends KafkaConnection {
  /** The group of writers. */
  readonly groupId: string;
  /** Internal address of this instance, told to the others. */
  readonly address: string;
  /** Name of this instance in its claim records; default the client id. */
  readonly instance?: string;
  readonly registry: Registry;
  readonly journal: Journal;
  readonly topic?: string;
  /** Of the topic; default 12. Never changes. */
  readonly partitions?: number;
  /** Default the topic: writer ids are `<prefix>.<partition>`. */
  readonly transactionalIdPrefix?: string;
  /** How long a silent instance keeps its partitions; default 10000. */
  readonly sessionTimeoutMs?: number;
  /** Default 200,000 records, 128 MiB. */
  readonly tail?: TailLimits;
  /** Default 20,000 streams, 64 MiB. */
  readonly cache?: StreamCacheLimits;
  /** Commands waiting per partition; default 2000. */
  readonly maxQueue?: number;
  readonly maxBatchCommands?: number;
  readonly maxBatchBytes?: number;
  readonly commitTimeoutMs?: number;
  readonly journalTimeoutMs?: number;
  readonly decideTimeoutMs?: number;
  readonly claimWaitMs?: number;
  readonly settleTimeoutMs?: number;
  readonly pruneIntervalMs?: number;
  readonly onEvent?: (event: LogEvent) => void;
}

const DEFAULTS = {
  tail: { maxRecords: 200_000, maxBytes: 128 * 1024 * 1024 },
  cache: { maxStreams: 20_000, maxBytes: 64 * 1024 * 1024 },
  maxQueue: 2000,
  maxBatchCommands: 500,
  maxBatchBytes: 900_000,
  commitTimeoutMs: 10_000,
  journalTimeoutMs: 5000,
  decideTimeoutMs: 10_000,
  claimWaitMs: 3000,
  settleTimeoutMs: 10_000,
  pruneIntervalMs: 500,
} as const;

/** Commands wait for it when a writer goes. */
const NOTICE_MS = 250;
const RECLAIM_AFTER_MS = 250;
const CLOSE_WITHIN_MS = 10_000;

/**
 * The event log over Kafka. Starts to join its group at once; `status().ready` tells when it serves. Kafka may be
 * away at the start or later: commands are refused with `LogUnavailable` until it is back.
 */
export function createKafkaEventLog(options: KafkaEventLogOptions): EventLog {
  const topic = options.topic ?? EVENTS_TOPIC;
  const count = options.partitions ?? EVENTS_PARTITIONS;
  const onEvent = guarded(options.onEvent);
  const writers = new Map<number, PartitionWriter>();
  let assigned: ReadonlySet<number> = new Set();
  let closing = false;
  let refreshedAt = 0;

  const membership = createMembership({
    connection: options,
    groupId: options.groupId,
    topic,
    address: options.address,
    sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
    noticeMs: NOTICE_MS,
    claims: () =>
      new Map(
        [...writers].flatMap(([partition, writer]): [number, bigint][] =>
          writer.claimOffset === null ? [] : [[partition, writer.claimOffset]],
        ),
      ),
    onAssigned: take,
    onProblem: (error) => onEvent({ kind: 'problem', partition: null, error }),
  });

  function take(partitions: ReadonlySet<number>): void {
    if (closing) return;
    assigned = partitions;
    for (const [partition, writer] of writers)
      if (!partitions.has(partition)) {
        writers.delete(partition);
        void writer.stop(false);
      }
    for (const partition of partitions) {
      const writer = writers.get(partition);
      if (writer === undefined) writers.set(partition, open(partition));
      else writer.reclaim();
    }
  }

  function open(partition: number): PartitionWriter {
    return new PartitionWriter({
      connection: options,
      topic,
      partition,
      transactionalIdPrefix: options.transactionalIdPrefix ?? topic,
      instance: options.instance ?? options.clientId,
      address: options.address,
      registry: options.registry,
      journal: options.journal,
      owner: () => otherOwner(partition),
      ...DEFAULTS,
      ...defined(options),
      onEvent: (event) => {
        onEvent(event);
        if (event.kind === 'lost') void checkLost(partition);
      },
    });
  }

  /** The fence said no. The group says whose it is; only if it still is ours, take it again. */
  async function checkLost(partition: number): Promise<void> {
    await delay(RECLAIM_AFTER_MS);
    if (closing) return;
    await membership.refreshRoutes();
    if (!isClosing() && assigned.has(partition) && membership.routes().get(partition) === options.address)
      writers.get(partition)?.reclaim();
  }

  function isClosing(): boolean {
    return closing;
  }

  function otherOwner(partition: number): string | null {
    const owner = membership.routes().get(partition);
    if (owner !== undefined && owner !== options.address && owner !== '') return owner;
    askForRoutes();
    return null;
  }

  function askForRoutes(): void {
    const now = Date.now();
    if (closing || now - refreshedAt < 200) return;
    refreshedAt = now;
    void membership
      .refreshRoutes()
      .catch((error: unknown) =>
        onEvent({ kind: 'problem', partition: null, error: error instanceof Error ? error : new Error() }),
      );
  }

  function writerOf(tenant: TenantId): PartitionWriter {
    if (closing) throw new LogUnavailable('closing', 500);
    const partition = partitionOf(tenant, count);
    const writer = writers.get(partition);
    if (writer !== undefined) return writer;
    const owner = otherOwner(partition);
    if (owner === null && !membership.joined()) throw new LogUnavailable('claiming', 500);
    throw new NotOwner(partition, owner);
  }

  return {
    submit: async (request) => writerOf(request.tenantId).submit(request),
    find: async (query) => writerOf(query.tenantId).find(query),
    readStream: async (tenant, stream) => writerOf(tenant).readStream(tenant, stream),
    locate(tenant): Location {
      const partition = partitionOf(tenant, count);
      const writer = closing ? undefined : writers.get(partition);
      const mine = writer !== undefined && writer.state !== 'lost';
      return {
        partition,
        mine,
        ready: writer?.state === 'serving',
        owner: mine ? options.address : otherOwner(partition),
      };
    },
    status(): LogStatus {
      const partitions = [...writers.values()].map((each) => each.status());
      const joined = membership.joined() && !closing;
      return {
        joined,
        ready: joined && partitions.every((each) => each.state === 'serving'),
        partitions: partitions.sort((a, b) => a.partition - b.partition),
        routes: membership.routes(),
      };
    },
    async close() {
      if (closing) return;
      closing = true;
      const drained = Promise.all([...writers.values()].map((each) => each.stop(true)));
      await Promise.race([drained, delay(CLOSE_WITHIN_MS, undefined, { ref: false })]);
      await membership.stop();
      for (const writer of writers.values()) void writer.stop(false);
    },
  };
}

/** Without the keys whose value is undefined, which would hide a default. */
function defined(options: KafkaEventLogOptions): Partial<typeof DEFAULTS> {
  return Object.fromEntries(
    Object.keys(DEFAULTS).flatMap((key) => {
      const value: unknown = options[key as keyof typeof DEFAULTS];
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/** A listener that throws must not stop a writer. */
function guarded(listener: ((event: LogEvent) => void) | undefined): (event: LogEvent) => void {
  return (event) => {
    try {
      listener?.(event);
    } catch {
      // Its own business.
    }
  };
}
