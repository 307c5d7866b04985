import type { CommandClient } from '@ftm/commands/steps';
import type { ObjectRef } from '@ftm/contracts/generated/events';
import type { ScannedText } from '@ftm/contracts/scanned-text';
import type { Aggregate, TenantId } from '@ftm/contracts/ids';
import type { StateOf } from '@ftm/domain/aggregates';
import type { Command } from '@ftm/domain/command';
import type { VectorIndex } from '@ftm/dataset/dedup/vector-index';
import type { EncryptedStore } from '@ftm/object-store/encrypted-store';
import type { OrchestratorClient } from '@ftm/orchestrator/client';
import type { Logger } from '@ftm/runtime/logger';
import type { Config } from './config.ts';
import type { Providers } from './provider/providers.ts';
import type { ProviderSlots } from './work/provider-slots.ts';
import type { Task } from './work/work-table.ts';

/** Time and chance, which runners take from nowhere else. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** In [0, 1). */
  random(): number;
}

/** A job that the queue has: what kind, and of which stream. */
export interface OpenWork {
  readonly task: Task;
  readonly id: string;
}

/** What concerns a tenant as a whole. */
export interface TenantTools {
  openWork(tenant: TenantId): Promise<readonly OpenWork[]>;
  /** Destroys its data keys and removes its objects. May be repeated. @returns how many keys it ever had; @throws ObjectStoreUnavailable */
  erase(tenant: TenantId): Promise<number>;
}

/** What every runner works with. */
export interface Tools {
  readonly commands: CommandClient;
  readonly orchestrator: OrchestratorClient;
  readonly objects: EncryptedStore;
  readonly tenants: TenantTools;
  readonly providerFor: Providers;
  readonly slots: ProviderSlots;
  /** An index of vectors in Postgres; null where it has no pgvector. */
  readonly pgVector: (dims: number) => VectorIndex | null;
  readonly logger: Logger;
  readonly config: Config;
  readonly clock: Clock;
}

/** One piece of open work: which stream, and whose. */
export interface Job {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly correlation: string;
  readonly causation: string;
}

/** What a run of a job came to: `done`, or when to look again. */
export type Outcome = 'done' | { readonly againInMs: number };

/** It can never succeed: it is recorded as failed. Anything else that is thrown is tried again. */
export class TerminalError extends Error {
  readonly code: string;
  /** FTM's own, which may stand on the log. */
  readonly words: ScannedText;
  readonly remedy: string;
  /** Rows that were rejected until then, where rows were looked at. */
  readonly rejectionsObject: ObjectRef | null;
  constructor(code: string, words: ScannedText, remedy: string, rejectionsObject: ObjectRef | null = null) {
    super(words);
    this.name = 'TerminalError';
    this.code = code;
    this.words = words;
    this.remedy = remedy;
    this.rejectionsObject = rejectionsObject;
  }
}

type OfOwnStream<C> = C extends Command ? Omit<C, 'id'> & { readonly id?: string } : never;

/**
 * One run of a job: the tools, bound to whose work it is and what it follows from. What is recorded under a step's name is recorded once, however often the run is repeated.
 */
export interface Work extends Job, Tools {
  /** A stream's state as its writer knows it: the job's own, unless an id is given. */
  load<A extends Aggregate>(aggregate: A, id?: string): Promise<StateOf<A>>;
  /** What a step came to, about the job's own stream, unless the command has an id. @throws CommandRejected */
  record(step: string, command: OfOwnStream<Command>): Promise<void>;
}

export const workOn = (job: Job, tools: Tools): Work => ({
  ...tools,
  ...job,
  load: (aggregate, id = job.id) => tools.commands.load(job.tenantId, aggregate, id),
  record: (step, command) => tools.commands.send(job, step, { ...command, id: command.id ?? job.id }),
});

/** Jobs carry who asked, so that a command can say what it follows from. */
export type Runner = (work: Work) => Promise<Outcome>;
