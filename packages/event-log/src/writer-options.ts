import type { KafkaConnection } from './kafka-clients.ts';
import type { Journal } from './journal.ts';
import type { Registry } from './registry.ts';
import type { StreamCacheLimits } from './stream-cache.ts';
import type { TailLimits } from './tail.ts';

/** What happens in the log, for metrics and for the service's own logger. Times in milliseconds. */
export type LogEvent =
  | { readonly kind: 'claimed'; readonly partition: number; readonly offset: bigint; readonly ms: number }
  | {
      readonly kind: 'caught_up';
      readonly partition: number;
      readonly records: number;
      readonly ms: number;
    }
  | {
      readonly kind: 'committed';
      readonly partition: number;
      readonly commands: number;
      readonly count: number;
      readonly bytes: number;
      readonly ms: number;
    }
  | {
      readonly kind: 'outcome_unknown';
      readonly partition: number;
      readonly commands: number;
      readonly error: Error;
    }
  | { readonly kind: 'fenced'; readonly partition: number; readonly during: 'claim' | 'commit' }
  | { readonly kind: 'lost'; readonly partition: number }
  | {
      readonly kind: 'void_record';
      readonly partition: number;
      readonly offset: bigint;
      readonly reason: string;
    }
  | {
      readonly kind: 'tail_size';
      readonly partition: number;
      readonly records: number;
      readonly bytes: number;
    }
  | { readonly kind: 'problem'; readonly partition: number | null; readonly error: Error };

/** What one partition's writer needs. */
export interface WriterOptions {
  readonly connection: KafkaConnection;
  readonly topic: string;
  readonly partition: number;
  readonly transactionalIdPrefix: string;
  readonly instance: string;
  readonly address: string;
  readonly registry: Registry;
  readonly journal: Journal;
  readonly onEvent: (event: LogEvent) => void;
  /** Address of the partition's owner as the group has it, for whom asks the wrong instance. */
  readonly owner: () => string | null;
  readonly tail: TailLimits;
  readonly cache: StreamCacheLimits;
  readonly maxQueue: number;
  readonly maxBatchCommands: number;
  readonly maxBatchBytes: number;
  /** Of one transaction; past it the outcome is unknown. */
  readonly commitTimeoutMs: number;
  readonly journalTimeoutMs: number;
  readonly decideTimeoutMs: number;
  /** How long a command waits for a partition that is being claimed. */
  readonly claimWaitMs: number;
  /** How long a command whose outcome is unknown waits for the log to tell. */
  readonly settleTimeoutMs: number;
  readonly pruneIntervalMs: number;
}
