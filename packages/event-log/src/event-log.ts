import type { LogPosition, RecordedEvent } from '@ftm/contracts/envelope';
import type { FtmEvent, Reason } from '@ftm/contracts/generated/events';
import type { StreamId, TenantId } from '@ftm/contracts/ids';

/** An event that a command wants to add, on its stream. */
export interface NewEvent {
  readonly stream: StreamId;
  readonly event: FtmEvent;
}

/** Why a decision is no. The codes are the rules' own. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly reasons?: readonly Reason[];
}

export type AppendDecision =
  | { readonly kind: 'append'; readonly events: readonly NewEvent[] }
  | { readonly kind: 'reject'; readonly rejection: Refusal };

/** What a decision may read: the streams of its own tenant, with the events of the commands before it. */
export interface DecisionReader {
  load(stream: StreamId): Promise<readonly RecordedEvent[]>;
}

/** One command. All of its events are appended atomically, next to each other, or none of them. */
export interface AppendRequest {
  readonly tenantId: TenantId;
  /** What a retry is recognised by; see `commandId` in the contracts. */
  readonly commandId: string;
  /** Hash of what was asked: the same command id with another fingerprint is refused. */
  readonly fingerprint: string;
  readonly actor: string;
  readonly correlation: string;
  readonly causation: string | null;
  readonly traceparent: string | null;
  /** ISO 8601. The events' time is this, but never before the tenant's newest event. */
  readonly now: string;
  /** The stream whose version `expectedVersion` speaks of and whose history is answered. */
  readonly primary: StreamId;
  /** Streams that the decision will read: loaded together, before it. Others are loaded when they are asked for. */
  readonly prefetch?: readonly StreamId[];
  /** Number of events of `primary` that the caller has seen. */
  readonly expectedVersion?: number;
  /**
   * Decides on the state as it is. May be called again when the log was not able to tell whether the first try was
   * written, so it must have no effect of its own. What it throws reaches the caller of `submit` and changes nothing.
   */
  decide(read: DecisionReader): Promise<AppendDecision>;
}

export type AppendOutcome =
  | {
      readonly kind: 'appended';
      /** The command had been written before; `events` are what it wrote then. */
      readonly replayed: boolean;
      readonly events: readonly RecordedEvent[];
      /** `primary` up to this command's last event. */
      readonly history: readonly RecordedEvent[];
      /**
       * Of the command's last event; of the newest event of `primary` where the command had nothing to add; else
       * null.
       */
      readonly position: LogPosition | null;
    }
  | { readonly kind: 'rejected'; readonly rejection: Refusal }
  | { readonly kind: 'fingerprint_mismatch' }
  | { readonly kind: 'version_conflict'; readonly actual: number };

/** A command that may be in the log. */
export type CommandQuery = Pick<AppendRequest, 'tenantId' | 'commandId' | 'fingerprint' | 'primary'>;

export const UNAVAILABLE_REASONS = [
  'claiming',
  'catching_up',
  'projector_lag',
  'kafka',
  'registry',
  'journal',
  'outcome_unknown',
  'queue_full',
  'closing',
] as const;
export type UnavailableReason = (typeof UNAVAILABLE_REASONS)[number];

/** Nobody can write this tenant's events here and now; the same command may be sent again. */
export class LogUnavailable extends Error {
  readonly reason: UnavailableReason;
  readonly retryAfterMs: number;

  constructor(
    reason: UnavailableReason,
    retryAfterMs: number,
    options?: { cause?: unknown; detail?: string },
  ) {
    super(
      `the event log is unavailable: ${reason}${options?.detail === undefined ? '' : ` (${options.detail})`}`,
      options?.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'LogUnavailable';
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Another instance writes the tenant's partition. */
export class NotOwner extends Error {
  readonly partition: number;
  /** Internal address of the owner, null when it is not known. */
  readonly owner: string | null;

  constructor(partition: number, owner: string | null) {
    super(`partition ${partition} belongs to ${owner ?? 'an unknown instance'}`);
    this.name = 'NotOwner';
    this.partition = partition;
    this.owner = owner;
  }
}

/** The same command is being worked on. */
export class CommandInFlight extends Error {
  constructor() {
    super('the same command is being worked on');
    this.name = 'CommandInFlight';
  }
}

export type WriterState = 'claiming' | 'catching_up' | 'serving' | 'lost' | 'stopped';

export interface PartitionStatus {
  readonly partition: number;
  readonly state: WriterState;
  /** Commands waiting. */
  readonly queue: number;
  readonly tailRecords: number;
  readonly tailBytes: number;
  /** Why it is not serving, if an error is the reason. */
  readonly problem: string | null;
}

export interface LogStatus {
  /** A member of the group of writers, with an assignment. */
  readonly joined: boolean;
  /** Joined, and every partition of this instance serves. */
  readonly ready: boolean;
  readonly partitions: readonly PartitionStatus[];
  /** Internal address of the owner by partition, as far as it is known. */
  readonly routes: ReadonlyMap<number, string>;
}

export interface Location {
  readonly partition: number;
  readonly mine: boolean;
  /** Mine and serving. */
  readonly ready: boolean;
  /** Internal address of the owner, null when it is not known. */
  readonly owner: string | null;
}

/** The log of domain events with real optimistic concurrency: one writer per partition, decisions in order. */
export interface EventLog {
  /**
   * Decides a command and appends its events.
   * @throws LogUnavailable, NotOwner, CommandInFlight, or what `decide` threw; EventMisfit for an event that does not
   * fit its schema, RangeError for what is too big or has no schema
   */
  submit(request: AppendRequest): Promise<AppendOutcome>;
  /**
   * What `submit` would answer to a retry of a command, without deciding it: `appended` and replayed, or
   * `fingerprint_mismatch`; null when the log has no such command. @throws LogUnavailable, NotOwner, CommandInFlight
   */
  find(query: CommandQuery): Promise<AppendOutcome | null>;
  /** All committed events of a stream, oldest first; empty if there is none. @throws LogUnavailable, NotOwner */
  readStream(tenant: TenantId, stream: StreamId): Promise<readonly RecordedEvent[]>;
  locate(tenant: TenantId): Location;
  status(): LogStatus;
  /** Answers what was accepted, then gives the partitions away. */
  close(): Promise<void>;
}
