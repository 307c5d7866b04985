import type { ChainHead } from '@ftm/contracts/chain';
import type { StreamId, TenantId } from '@ftm/contracts/ids';

/** A record of the log as it stands in Kafka. */
export interface StoredRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly tenantId: TenantId;
  readonly headers: Record<string, string>;
  readonly value: Buffer;
}

/** The newest event of a tenant, with its time. */
export interface TenantHead extends ChainHead {
  /** ISO 8601; the empty text before the first event. */
  readonly time: string;
}

/**
 * The writer's view of the journal: what is older than its in-memory tail. Answers hold only records that extend their
 * tenant's chain; void ones are not there. Every read must see at least what `position` said before it.
 */
export interface Journal {
  /** Next offset that the journal has not. */
  position(partition: number): Promise<bigint>;
  /** Ordered by stream, version. */
  loadStreams(
    partition: number,
    tenantId: TenantId,
    streams: readonly StreamId[],
  ): Promise<readonly StoredRecord[]>;
  /** All events of those commands, in log order. */
  findCommands(partition: number, ids: readonly string[]): Promise<readonly StoredRecord[]>;
  /** Of the tenants that have events. */
  heads(partition: number, tenants: readonly TenantId[]): Promise<Map<TenantId, TenantHead>>;
}

/** The journal of a system without a projector: the whole log is the tail. For tests. */
export const EMPTY_JOURNAL: Journal = {
  position: async () => 0n,
  loadStreams: async () => [],
  findCommands: async () => [],
  heads: async () => new Map(),
};
