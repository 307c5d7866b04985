import { encodeBody } from '@ftm/contracts/codec';
import type { RecordedEvent } from '@ftm/contracts/envelope';
import { EMPTY_CHAIN } from '@ftm/contracts/chain';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import type { TenantId } from '@ftm/contracts/ids';
import { Batch, replayOf, streamKey, type CommittedState, type StagedRecord } from './batch.ts';
import {
  CommandInFlight,
  LogUnavailable,
  type AppendOutcome,
  type AppendRequest,
  type CommandQuery,
  type EventLog,
} from './event-log.ts';
import type { TenantHead } from './journal.ts';
import { partitionOf } from './partitions.ts';

export interface MemoryEventLogOptions {
  /** Default 12. */
  readonly partitions?: number;
  /** Bytes that one command's events may have; default as in Kafka. */
  readonly maxBatchBytes?: number;
}

/** An event log in memory, with every record it holds: the twin of the Kafka one, for tests. */
export interface MemoryEventLog extends EventLog {
  /** All records of a partition in log order, as they would stand in Kafka. */
  records(partition: number): readonly StagedRecord[];
}

export const DEFAULT_MAX_BATCH_BYTES = 900_000;
const NO_HEAD: TenantHead = { ...EMPTY_CHAIN, time: '' };

/** Decides exactly as the Kafka log does; a partition's commands run one after the other. */
export function createMemoryEventLog(options: MemoryEventLogOptions = {}): MemoryEventLog {
  const count = options.partitions ?? 12;
  const limits = { maxBytes: options.maxBatchBytes ?? DEFAULT_MAX_BATCH_BYTES };
  const partitions = Array.from({ length: count }, (_, partition) => createPartition(partition, limits));
  const of = (tenant: TenantId): Partition => {
    const found = partitions[partitionOf(tenant, count)];
    if (found === undefined) throw new RangeError('no such partition');
    return found;
  };
  let closed = false;
  return {
    async submit(request) {
      if (closed) throw new LogUnavailable('closing', 1000);
      return of(request.tenantId).submit(request);
    },
    async find(query) {
      if (closed) throw new LogUnavailable('closing', 1000);
      return of(query.tenantId).find(query);
    },
    async readStream(tenant, stream) {
      return of(tenant).streams.get(streamKey(tenant, stream)) ?? [];
    },
    locate: (tenant) => ({
      partition: partitionOf(tenant, count),
      mine: true,
      ready: !closed,
      owner: 'memory',
    }),
    status: () => ({
      joined: !closed,
      ready: !closed,
      partitions: partitions.map((each, partition) => ({
        partition,
        state: closed ? ('stopped' as const) : ('serving' as const),
        queue: each.waiting(),
        tailRecords: each.records.length,
        tailBytes: 0,
        problem: null,
      })),
      routes: new Map(partitions.map((_, partition) => [partition, 'memory'])),
    }),
    async close() {
      closed = true;
      await Promise.all(partitions.map((each) => each.idle()));
    },
    records: (partition) => partitions[partition]?.records ?? [],
  };
}

interface Partition {
  readonly streams: Map<string, readonly RecordedEvent[]>;
  readonly records: StagedRecord[];
  submit(request: AppendRequest): Promise<AppendOutcome>;
  find(query: CommandQuery): Promise<AppendOutcome | null>;
  waiting(): number;
  idle(): Promise<unknown>;
}

function createPartition(partition: number, limits: { maxBytes: number }): Partition {
  const streams = new Map<string, readonly RecordedEvent[]>();
  const commands = new Map<string, RecordedEvent[]>();
  const heads = new Map<TenantId, TenantHead>();
  const records: StagedRecord[] = [];
  const inFlight = new Set<string>();
  let turn: Promise<unknown> = Promise.resolve();
  const state: CommittedState = {
    stream: async (tenant, stream) => streams.get(streamKey(tenant, stream)) ?? [],
    head: (tenant) => heads.get(tenant) ?? NO_HEAD,
    command: async (id) => commands.get(id) ?? [],
  };

  async function run(request: AppendRequest): Promise<AppendOutcome> {
    const batch = new Batch(partition, state, encodeFramed, limits);
    const answer = await batch.decide(request);
    if (answer === 'full') throw new RangeError('a lone command always fits its batch');
    batch.committed(BigInt(records.length), (key, events) => streams.set(key, events));
    for (const [tenant, head] of batch.heads) heads.set(tenant, head);
    for (const record of batch.staged) {
      records.push(record);
      const { command } = record.recorded.envelope;
      commands.set(command, [...(commands.get(command) ?? []), record.recorded]);
    }
    return answer();
  }

  return {
    streams,
    records,
    waiting: () => inFlight.size,
    idle: () => turn,
    async find(query) {
      if (inFlight.has(query.commandId)) throw new CommandInFlight();
      const events = commands.get(query.commandId);
      return events === undefined
        ? null
        : replayOf(query, events, () => state.stream(query.tenantId, query.primary));
    },
    async submit(request) {
      if (inFlight.has(request.commandId)) throw new CommandInFlight();
      inFlight.add(request.commandId);
      const mine = turn.then(() => run(request));
      turn = mine.catch(() => undefined);
      try {
        return await mine;
      } finally {
        inFlight.delete(request.commandId);
      }
    },
  };
}

/** A value as the registry frames it, with schema id 0. */
async function encodeFramed(event: FtmEvent): Promise<Buffer> {
  return Buffer.concat([Buffer.alloc(5), encodeBody(event.type, event.data)]);
}
