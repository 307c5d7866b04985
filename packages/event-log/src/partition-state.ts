import { withTimeout } from '@ftm/runtime/with-timeout';
import { EMPTY_CHAIN } from '@ftm/contracts/chain';
import { fromHeaders, type RecordedEvent } from '@ftm/contracts/envelope';
import type { StreamId, TenantId } from '@ftm/contracts/ids';
import { createAbsentCommands } from './absent-commands.ts';
import { replayOf, streamKey, type CommittedState, type StagedRecord } from './batch.ts';
import { LogUnavailable, type AppendOutcome, type AppendRequest, type CommandQuery } from './event-log.ts';
import { createGather } from './gather.ts';
import type { Journal, StoredRecord, TenantHead } from './journal.ts';
import type { Registry } from './registry.ts';
import { StreamCache, type StreamCacheLimits } from './stream-cache.ts';
import { recordedOf, type Tail, type TailRecord } from './tail.ts';

const NO_HEAD: TenantHead = { ...EMPTY_CHAIN, time: '' };

export interface PartitionStateOptions {
  readonly partition: number;
  readonly journal: Journal;
  readonly journalTimeoutMs: number;
  readonly registry: Registry;
  readonly tail: Tail;
  /** Of the tenants that have events in the tail. */
  readonly heads: ReadonlyMap<TenantId, TenantHead>;
  readonly cache: StreamCacheLimits;
}

/** What was looked up for a batch: a value, or the error that its commands fail with. */
type Lookup<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** What is committed in a partition while one writer has it: journal, then tail, with the streams in use kept. */
export class PartitionState {
  readonly tail: Tail;
  readonly #options: PartitionStateOptions;
  readonly #cache: StreamCache;
  readonly #heads: Map<TenantId, TenantHead>;
  readonly #absent = createAbsentCommands();
  readonly #stored = createGather((ids: readonly string[]) => this.#storedCommands(ids));

  constructor(options: PartitionStateOptions) {
    this.#options = options;
    this.tail = options.tail;
    this.#heads = new Map(options.heads);
    this.#cache = new StreamCache(options.cache);
  }

  /**
   * Looks up together what the commands of a batch need. What fails, fails the commands that need it and no other.
   * Nothing may be committed between this and the batch's own commit: only the writer's loop calls it.
   */
  async prepare(requests: readonly AppendRequest[]): Promise<CommittedState> {
    const [commands, streams] = await Promise.all([
      this.#findCommands(requests),
      this.#prefetch(requests),
      this.#findHeads(requests),
    ]);
    return {
      command: async (id) => unwrap(commands.get(id) ?? { ok: true, value: [] }),
      head: (tenant) => {
        const head = this.#heads.get(tenant);
        if (head === undefined) throw new LogUnavailable('journal', 1000);
        return head;
      },
      stream: async (tenant, stream) => {
        const key = streamKey(tenant, stream);
        const known = this.#cache.get(key);
        if (known !== undefined) return known;
        const prefetched = streams.get(key);
        return prefetched === undefined ? this.readStream(tenant, stream) : unwrap(await prefetched);
      },
    };
  }

  /** Committed events of a stream. Safe next to a running batch: it reads and keeps nothing. */
  async readStream(tenant: TenantId, stream: StreamId): Promise<readonly RecordedEvent[]> {
    const known = this.#cache.get(streamKey(tenant, stream));
    if (known !== undefined) return known;
    const [events] = await this.#load(tenant, [stream]);
    return events ?? [];
  }

  /**
   * What a retry of a command would be answered, null if the log has no such command. Safe next to a running batch,
   * as `readStream`.
   */
  async find(query: CommandQuery): Promise<AppendOutcome | null> {
    const id = query.commandId;
    if (this.#absent.has(id)) return null;
    // The tail is looked at before the journal is asked, so that pruning meanwhile hides nothing.
    const records = this.tail.command(id);
    const events =
      records.length > 0
        ? await this.#decodeTail(records)
        : await this.#absent.lookFor(id, async () => (await this.#stored(id)) ?? []);
    return events.length === 0
      ? null
      : replayOf(query, events, () => this.readStream(query.tenantId, query.primary));
  }

  /** Takes over what a batch has committed. */
  apply(
    staged: readonly StagedRecord[],
    heads: ReadonlyMap<TenantId, TenantHead>,
    streams: ReadonlyMap<string, readonly RecordedEvent[]>,
  ): void {
    for (const { recorded, bytes } of staged) {
      this.tail.push({
        envelope: recorded.envelope,
        offset: recorded.position.offset,
        bytes,
        content: { recorded },
      });
      this.#absent.written(recorded.envelope.command);
    }
    for (const [tenant, head] of heads) this.#heads.set(tenant, head);
    for (const [key, events] of streams) this.#cache.set(key, events);
  }

  async #findCommands(
    requests: readonly AppendRequest[],
  ): Promise<Map<string, Lookup<readonly RecordedEvent[]>>> {
    const found = new Map<string, Lookup<readonly RecordedEvent[]>>();
    const missing = new Set<string>();
    await Promise.all(
      requests.map(async ({ commandId }) => {
        const records = this.tail.command(commandId);
        if (records.length > 0) found.set(commandId, await lookup(() => this.#decodeTail(records)));
        else if (!this.#absent.has(commandId)) missing.add(commandId);
      }),
    );
    if (missing.size === 0) return found;
    const stored = await lookup(() => this.#storedCommands([...missing]));
    for (const id of missing)
      found.set(id, stored.ok ? { ok: true, value: stored.value.get(id) ?? [] } : stored);
    return found;
  }

  /** From the journal. */
  async #storedCommands(ids: readonly string[]): Promise<Map<string, readonly RecordedEvent[]>> {
    const records = await this.#journal((journal) => journal.findCommands(this.#options.partition, ids));
    const found = new Map<string, RecordedEvent[]>();
    for (const each of await Promise.all(records.map((record) => this.#decodeStored(record)))) {
      const { command } = each.envelope;
      found.set(command, [...(found.get(command) ?? []), each]);
    }
    return found;
  }

  async #findHeads(requests: readonly AppendRequest[]): Promise<void> {
    const unknown = [...new Set(requests.map((each) => each.tenantId))].filter(
      (each) => !this.#heads.has(each),
    );
    if (unknown.length === 0) return;
    const heads = await lookup(() =>
      this.#journal((journal) => journal.heads(this.#options.partition, unknown)),
    );
    // A tenant without a head stays unknown, and its commands fail when they ask for it.
    if (heads.ok) for (const tenant of unknown) this.#heads.set(tenant, heads.value.get(tenant) ?? NO_HEAD);
  }

  async #prefetch(
    requests: readonly AppendRequest[],
  ): Promise<Map<string, Promise<Lookup<readonly RecordedEvent[]>>>> {
    const byTenant = new Map<TenantId, Set<StreamId>>();
    for (const { tenantId, primary, prefetch } of requests)
      for (const stream of [primary, ...(prefetch ?? [])]) {
        if (this.#cache.get(streamKey(tenantId, stream)) !== undefined) continue;
        const streams = byTenant.get(tenantId) ?? new Set();
        byTenant.set(tenantId, streams.add(stream));
      }
    const results = new Map<string, Promise<Lookup<readonly RecordedEvent[]>>>();
    for (const [tenant, wanted] of byTenant) {
      const streams = [...wanted];
      const loading = lookup(() => this.#load(tenant, streams));
      streams.forEach((stream, index) =>
        results.set(
          streamKey(tenant, stream),
          loading.then((all) => (all.ok ? { ok: true, value: all.value[index] ?? [] } : all)),
        ),
      );
    }
    return results;
  }

  /** Journal, then tail. The tail is copied before the journal is asked, so that pruning meanwhile leaves no gap. */
  async #load(tenant: TenantId, streams: readonly StreamId[]): Promise<(readonly RecordedEvent[])[]> {
    const tails = streams.map((stream) => this.tail.stream(tenant, stream));
    const stored = await this.#journal((journal) =>
      journal.loadStreams(this.#options.partition, tenant, streams),
    );
    const fromJournal = await Promise.all(stored.map((each) => this.#decodeStored(each)));
    return Promise.all(
      streams.map(async (stream, index) => {
        const events = fromJournal.filter((each) => each.envelope.stream === stream);
        const newest = events.at(-1)?.envelope.version ?? 0;
        const newer = (tails[index] ?? []).filter((each) => each.envelope.version > newest);
        events.push(...(await this.#decodeTail(newer)));
        events.forEach((each, at) => {
          if (each.envelope.version !== at + 1)
            throw new LogUnavailable('journal', 1000, {
              detail: `version ${at + 1} of ${stream} is missing from journal and tail`,
            });
        });
        return events;
      }),
    );
  }

  async #journal<T>(call: (journal: Journal) => Promise<T>): Promise<T> {
    const { journal, journalTimeoutMs } = this.#options;
    try {
      return await withTimeout(call(journal), journalTimeoutMs, () => {
        throw new Error(`no answer in ${journalTimeoutMs} ms`);
      });
    } catch (error) {
      throw new LogUnavailable('journal', 1000, { cause: error });
    }
  }

  #decodeTail(records: readonly TailRecord[]): Promise<RecordedEvent[]> {
    const { partition, registry } = this.#options;
    return Promise.all(
      records.map((each) => recordedOf(each, partition, (type, value) => registry.decode(type, value))),
    );
  }

  async #decodeStored(record: StoredRecord): Promise<RecordedEvent> {
    const envelope = fromHeaders(record.tenantId, record.headers);
    const event = await this.#options.registry.decode(envelope.type, record.value);
    return { envelope, event, position: { partition: record.partition, offset: record.offset } };
  }
}

async function lookup<T>(call: () => Promise<T>): Promise<Lookup<T>> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    return { ok: false, error };
  }
}

function unwrap<T>(result: Lookup<T>): T {
  if (result.ok) return result.value;
  throw result.error;
}
