import type { RecordedEvent } from '@ftm/contracts/envelope';
import type { StreamId, TenantId } from '@ftm/contracts/ids';
import { Batch, type Answer } from './batch.ts';
import { catchUp, claimPartition, type Claim } from './claim.ts';
import {
  CommandInFlight,
  LogUnavailable,
  NotOwner,
  type AppendDecision,
  type AppendOutcome,
  type AppendRequest,
  type CommandQuery,
  type PartitionStatus,
  type UnavailableReason,
  type WriterState,
} from './event-log.ts';
import { Fenced } from './fenced-producer.ts';
import type { PartitionState } from './partition-state.ts';
import { RegistryUnavailable } from './registry.ts';
import type { WriterOptions } from './writer-options.ts';

interface Pending {
  readonly request: AppendRequest;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: unknown) => void;
  readonly since: number;
  /** Set when a commit failed with this command in it: it may be in the log. */
  uncertainSince: number | null;
  attempts: number;
}

const MAX_ATTEMPTS = 3;
const BACKOFF_MS = [50, 100, 200, 500, 1000, 2000, 5000] as const;

/**
 * The one writer of one partition:
 *
 *   claiming ──▶ catching_up ──▶ serving ──▶ stopped
 *      ▲  ▲                        │ │
 *      │  └── outcome unknown ─────┘ │ fenced
 *      └──────── reclaim() ── lost ◀─┘
 *
 * A commit that fails leaves its commands uncertain: the writer claims again, which fences its own old epoch, catches
 * up, and puts the commands to the front of the queue. Those that the log has are answered from it. Those that it has
 * not can never get there any more, because their transaction belonged to a fenced epoch, so deciding them again is
 * safe.
 */
export class PartitionWriter {
  readonly #options: WriterOptions;
  #state: WriterState = 'claiming';
  #problem: UnavailableReason | null = null;
  #problemText: string | null = null;
  #queue: Pending[] = [];
  readonly #inFlight = new Set<string>();
  #committed: PartitionState | null = null;
  #claimOffset: bigint | null = null;
  #stopping = false;
  #closing = false;
  #wake: () => void = () => undefined;
  readonly #done: Promise<void>;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#done = this.#run();
  }

  /** Offset of the claim while the partition is owned. */
  get claimOffset(): bigint | null {
    return this.#state === 'lost' || this.#state === 'stopped' ? null : this.#claimOffset;
  }

  get state(): WriterState {
    return this.#state;
  }

  status(): PartitionStatus {
    return {
      partition: this.#options.partition,
      state: this.#state,
      queue: this.#queue.length,
      tailRecords: this.#committed?.tail.size ?? 0,
      tailBytes: this.#committed?.tail.bytes ?? 0,
      problem: this.#problemText,
    };
  }

  submit(request: AppendRequest): Promise<AppendOutcome> {
    const refusal = this.#refusal();
    if (refusal !== null) return Promise.reject(refusal);
    if (this.#inFlight.has(request.commandId)) return Promise.reject(new CommandInFlight());
    this.#inFlight.add(request.commandId);
    return new Promise<AppendOutcome>((resolve, reject) => {
      this.#queue.push({
        request,
        resolve,
        reject,
        since: Date.now(),
        uncertainSince: null,
        attempts: 0,
      });
      this.#wake();
    }).finally(() => this.#inFlight.delete(request.commandId));
  }

  async find(query: CommandQuery): Promise<AppendOutcome | null> {
    if (this.#inFlight.has(query.commandId)) throw new CommandInFlight();
    return this.#read((state) => state.find(query));
  }

  async readStream(tenant: TenantId, stream: StreamId): Promise<readonly RecordedEvent[]> {
    return this.#read((state) => state.readStream(tenant, stream));
  }

  /** Reads what is committed, next to a batch that may be running. */
  async #read<T>(look: (state: PartitionState) => Promise<T>): Promise<T> {
    if (this.#state === 'lost' || this.#state === 'stopped')
      throw new NotOwner(this.#options.partition, this.#options.owner());
    if (this.#committed === null || this.#state !== 'serving') throw this.#unavailable();
    return look(this.#committed).catch((error: unknown) => {
      throw callerError(error);
    });
  }

  /** The group still says the partition is ours: take it again after it was lost. */
  reclaim(): void {
    if (this.#state !== 'lost') return;
    this.#state = 'claiming';
    this.#wake();
  }

  /**
   * Stops owning. What is being committed is finished.
   * @param drain answer what waits first; otherwise what waits is told who owns the partition now
   */
  async stop(drain: boolean): Promise<void> {
    this.#closing = drain;
    if (drain && this.#state === 'serving')
      while (this.#queue.length > 0 || this.#inFlight.size > 0) {
        if (this.#stateNow() !== 'serving') break;
        await sleep(5);
      }
    this.#stopping = true;
    this.#wake();
    await this.#done;
  }

  // --- the loop -------------------------------------------------------------------------------------------------------

  async #run(): Promise<void> {
    const watch = setInterval(() => this.#expire(), 100);
    let failures = 0;
    while (!this.#stopping) {
      if (this.#state === 'lost') {
        await this.#sleepUntilWoken();
        continue;
      }
      const ended = await this.#own();
      failures = ended === 'served' ? 0 : failures + 1;
      // Backing off after each claim that led nowhere keeps two confused owners from fencing each other in a loop.
      if (failures > 0) await this.#pause(backoff(failures));
    }
    clearInterval(watch);
    this.#state = 'stopped';
    this.#committed = null;
    this.#giveUp();
  }

  /** One claim from its beginning to its end. */
  async #own(): Promise<'served' | 'failed'> {
    this.#state = 'claiming';
    this.#committed = null;
    const claim = await this.#claim();
    if (claim === null) return 'failed';
    try {
      const state = await this.#catchUp(claim);
      if (state === null) return 'failed';
      this.#committed = state;
      this.#problem = null;
      this.#problemText = null;
      this.#state = 'serving';
      await this.#serve(claim, state);
      return 'served';
    } finally {
      claim.producer.drop();
    }
  }

  async #claim(): Promise<Claim | null> {
    const { partition, onEvent } = this.#options;
    const started = Date.now();
    try {
      const claim = await claimPartition(this.#options);
      this.#claimOffset = claim.offset;
      onEvent({ kind: 'claimed', partition, offset: claim.offset, ms: Date.now() - started });
      return claim;
    } catch (error) {
      if (error instanceof Fenced) {
        onEvent({ kind: 'fenced', partition, during: 'claim' });
        this.#lose();
      } else this.#trouble(error);
      return null;
    }
  }

  /**
   * Tries until it is done: what stands in the way is the journal or a connection, and the claim stays good
   * meanwhile.
   */
  async #catchUp(claim: Claim): Promise<PartitionState | null> {
    const { partition, onEvent } = this.#options;
    this.#state = 'catching_up';
    for (let attempt = 1; !this.#stopping; attempt += 1) {
      const started = Date.now();
      try {
        const state = await catchUp(this.#options, claim.offset);
        onEvent({ kind: 'caught_up', partition, records: state.tail.size, ms: Date.now() - started });
        return state;
      } catch (error) {
        this.#trouble(error);
        await this.#pause(backoff(attempt));
      }
    }
    return null;
  }

  async #serve(claim: Claim, state: PartitionState): Promise<void> {
    const pruning = setInterval(() => void this.#prune(state), this.#options.pruneIntervalMs);
    try {
      for (;;) {
        if (this.#queue.length === 0) {
          if (this.#stopping) return;
          await this.#sleepUntilWoken();
          continue;
        }
        if (this.#stopping) return;
        const pending = this.#queue.splice(0, this.#options.maxBatchCommands);
        if (!(await this.#writeBatch(claim, state, pending))) return;
      }
    } finally {
      clearInterval(pruning);
    }
  }

  /** @returns false when the claim is over */
  async #writeBatch(claim: Claim, state: PartitionState, taken: readonly Pending[]): Promise<boolean> {
    const { partition, maxBatchBytes, registry, onEvent } = this.#options;
    const committed = await state.prepare(taken.map((each) => each.request));
    const batch = new Batch(partition, committed, (event) => registry.encode(event), {
      maxBytes: maxBatchBytes,
    });
    const decided: { pending: Pending; answer: Answer }[] = [];
    for (const [index, pending] of taken.entries()) {
      try {
        const answer = await batch.decide(this.#bounded(pending.request));
        if (answer === 'full') {
          this.#queue.unshift(...taken.slice(index));
          break;
        }
        decided.push({ pending, answer });
      } catch (error) {
        pending.reject(callerError(error));
      }
    }
    const streams = new Map<string, readonly RecordedEvent[]>();
    if (batch.staged.length > 0) {
      const started = Date.now();
      try {
        const base = await claim.producer.append(
          batch.staged.map((each) => ({
            key: each.recorded.envelope.tenantId,
            value: each.value,
            headers: each.headers,
          })),
        );
        batch.committed(base, (key, events) => streams.set(key, events));
      } catch (error) {
        this.#uncertain(
          decided.map((each) => each.pending),
          error,
        );
        return false;
      }
      onEvent({
        kind: 'committed',
        partition,
        commands: decided.length,
        count: batch.staged.length,
        bytes: batch.bytes,
        ms: Date.now() - started,
      });
    } else batch.committed(0n, (key, events) => streams.set(key, events));
    state.apply(batch.staged, batch.heads, streams);
    for (const { pending, answer } of decided) pending.resolve(settled(pending, answer()));
    return true;
  }

  #uncertain(pending: readonly Pending[], error: unknown): void {
    const { partition, onEvent } = this.#options;
    onEvent({ kind: 'outcome_unknown', partition, commands: pending.length, error: asError(error) });
    const now = Date.now();
    for (const each of pending) {
      each.uncertainSince ??= now;
      each.attempts += 1;
    }
    this.#queue.unshift(...pending.filter((each) => each.attempts < MAX_ATTEMPTS));
    for (const each of pending)
      if (each.attempts >= MAX_ATTEMPTS)
        each.reject(new LogUnavailable('outcome_unknown', 1000, { cause: error }));
    if (error instanceof Fenced) {
      onEvent({ kind: 'fenced', partition, during: 'commit' });
      this.#lose();
    } else this.#trouble(error);
  }

  async #prune(state: PartitionState): Promise<void> {
    const { partition, journal, onEvent } = this.#options;
    if (state.tail.size === 0) return;
    try {
      state.tail.prune(await journal.position(partition));
    } catch (error) {
      onEvent({ kind: 'problem', partition, error: asError(error) });
    }
    onEvent({ kind: 'tail_size', partition, records: state.tail.size, bytes: state.tail.bytes });
  }

  // --- answers without a log ------------------------------------------------------------------------------------------

  #refusal(): Error | null {
    if (this.#stopping || this.#state === 'lost' || this.#state === 'stopped')
      return new NotOwner(this.#options.partition, this.#options.owner());
    // A known problem is told at once: waiting is for a claim that goes well.
    if (this.#state !== 'serving' && this.#problem !== null) return this.#unavailable();
    if (this.#committed?.tail.full === true) return new LogUnavailable('projector_lag', 2000);
    if (this.#queue.length >= this.#options.maxQueue) return new LogUnavailable('queue_full', 500);
    return null;
  }

  #unavailable(): LogUnavailable {
    const state = this.#state === 'catching_up' ? 'catching_up' : 'claiming';
    return new LogUnavailable(this.#problem ?? state, 500);
  }

  #trouble(error: unknown): void {
    const cause = asError(error);
    this.#problem = error instanceof LogUnavailable ? error.reason : reasonOf(error);
    this.#problemText = cause.message;
    this.#options.onEvent({ kind: 'problem', partition: this.#options.partition, error: cause });
  }

  #lose(): void {
    this.#state = 'lost';
    this.#committed = null;
    this.#options.onEvent({ kind: 'lost', partition: this.#options.partition });
    this.#giveUp();
  }

  #giveUp(): void {
    const waiting = this.#queue;
    this.#queue = [];
    for (const each of waiting) each.reject(this.#farewell(each));
  }

  #farewell(pending: Pending): Error {
    if (pending.uncertainSince !== null) return new LogUnavailable('outcome_unknown', 500);
    if (this.#closing) return new LogUnavailable('closing', 500);
    return new NotOwner(this.#options.partition, this.#options.owner());
  }

  /** While there is no claim, nobody waits for ever. */
  #expire(): void {
    if (this.#state === 'serving' || this.#queue.length === 0) return;
    const now = Date.now();
    const { claimWaitMs, settleTimeoutMs } = this.#options;
    const late = (each: Pending): boolean =>
      each.uncertainSince === null
        ? now - each.since > claimWaitMs
        : now - each.uncertainSince > settleTimeoutMs;
    const waiting = this.#queue;
    this.#queue = waiting.filter((each) => !late(each));
    for (const each of waiting.filter(late))
      each.reject(
        each.uncertainSince === null ? this.#unavailable() : new LogUnavailable('outcome_unknown', 1000),
      );
  }

  #bounded(request: AppendRequest): AppendRequest {
    const { decideTimeoutMs } = this.#options;
    return {
      ...request,
      async decide(read): Promise<AppendDecision> {
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise<never>((_, reject) => {
          timer = setTimeout(
            () => reject(new Error(`the command was not decided in ${decideTimeoutMs} ms`)),
            decideTimeoutMs,
          );
        });
        try {
          return await Promise.race([request.decide(read), late]);
        } finally {
          clearTimeout(timer);
        }
      },
    };
  }

  #sleepUntilWoken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #pause(ms: number): Promise<void> {
    const until = Date.now() + ms;
    while (!this.#stopping && Date.now() < until) await sleep(Math.min(50, ms));
  }

  // Read through a call where an await lies between: the compiler would believe what it saw before.
  #stateNow(): WriterState {
    return this.#state;
  }
}

/** The caller asked once, so a command that was found in the log after its own failed commit is no replay to it. */
function settled(pending: Pending, outcome: AppendOutcome): AppendOutcome {
  return outcome.kind === 'appended' && pending.uncertainSince !== null
    ? { ...outcome, replayed: false }
    : outcome;
}

function callerError(error: unknown): unknown {
  return error instanceof RegistryUnavailable
    ? new LogUnavailable('registry', 1000, { cause: error })
    : error;
}

function reasonOf(error: unknown): UnavailableReason {
  return error instanceof RegistryUnavailable ? 'registry' : 'kafka';
}

function backoff(attempt: number): number {
  return BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length) - 1] ?? 5000;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
