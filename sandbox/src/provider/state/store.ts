import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openJournal, readJournal, rewriteJournal } from './journal.ts';
import type { Collections } from './records.ts';

type Kind = keyof Collections;

/**
 * State in memory, with every change in a journal: what was flushed survives kill -9. Records are replaced, never
 * changed.
 */
export interface Store {
  get<K extends Kind>(kind: K, id: string, asOf?: number): Collections[K] | undefined;
  /** In the order of creation. `asOf` (epoch ms) gives the jobs as they were then. */
  all<K extends Kind>(kind: K, asOf?: number): Collections[K][];
  put<K extends Kind>(kind: K, id: string, value: Collections[K]): void;
  remove(kind: Kind, id: string): void;
  /** Adds one to a counter; `part` counts under a name within it. */
  count(counter: string, part?: string): void;
  counters(): Readonly<Record<string, number | Readonly<Record<string, number>>>>;
  /** Resolves when all changes so far are on disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
  /** Folder for a kind of larger bytes: `files`, `weights`. */
  path(folder: 'files' | 'weights', name: string): string;
}

type Entry =
  | {
      readonly op: 'put';
      readonly at: number;
      readonly kind: Kind;
      readonly id: string;
      readonly value: unknown;
    }
  | { readonly op: 'remove'; readonly at: number; readonly kind: Kind; readonly id: string }
  | { readonly op: 'count'; readonly counter: string; readonly part?: string; readonly by?: number };

interface Version {
  readonly at: number;
  /** undefined: removed. */
  readonly value: unknown;
}

/** How far back answers can be ordered to be stale. */
const HISTORY_MS = 10 * 60_000;
const KINDS: readonly Kind[] = [
  'files',
  'uploads',
  'jobs',
  'events',
  'checkpoints',
  'models',
  'webhooks',
  'deliveries',
  'retirements',
];

export async function openStore(dir: string): Promise<Store> {
  for (const folder of ['files', 'weights']) await mkdir(join(dir, folder), { recursive: true });
  const path = join(dir, 'state.jsonl');
  const state = new State();
  for (const entry of await readJournal(path)) state.apply(entry as Entry);
  await rewriteJournal(path, state.entries());
  const journal = await openJournal(path);
  const change = (entry: Entry): void => {
    state.apply(entry);
    journal.append(entry);
  };
  return {
    get: <K extends Kind>(kind: K, id: string, asOf?: number) =>
      versionAt(state.versions(kind).get(id), asOf) as Collections[K] | undefined,
    all: <K extends Kind>(kind: K, asOf?: number) =>
      [...state.versions(kind).values()]
        .map((versions) => versionAt(versions, asOf))
        .filter((value) => value !== undefined) as Collections[K][],
    put: (kind, id, value) => change({ op: 'put', at: Date.now(), kind, id, value }),
    remove: (kind, id) => change({ op: 'remove', at: Date.now(), kind, id }),
    count: (counter, part) => change({ op: 'count', counter, ...(part === undefined ? {} : { part }) }),
    counters: () => state.counters(),
    flush: () => journal.flush(),
    close: () => journal.close(),
    path: (folder, name) => join(dir, folder, name),
  };
}

class State {
  readonly #records = new Map<Kind, Map<string, Version[]>>(KINDS.map((kind) => [kind, new Map()]));
  readonly #totals = new Map<string, number>();
  readonly #parts = new Map<string, Map<string, number>>();

  versions(kind: Kind): Map<string, Version[]> {
    const found = this.#records.get(kind);
    if (found === undefined) throw new Error(`the state names an unknown collection: ${kind}`);
    return found;
  }

  apply(entry: Entry): void {
    if (entry.op === 'count') {
      this.#count(entry.counter, entry.part, entry.by ?? 1);
      return;
    }
    const records = this.versions(entry.kind);
    const version = { at: entry.at, value: entry.op === 'put' ? entry.value : undefined };
    // Only jobs are ever asked for as of an earlier time.
    const past = entry.kind === 'jobs' ? (records.get(entry.id) ?? []) : [];
    const oldest = entry.at - HISTORY_MS;
    const kept = past.filter((each, index) => (past[index + 1]?.at ?? each.at) >= oldest);
    if (entry.op === 'remove' && kept.length === 0) records.delete(entry.id);
    else records.set(entry.id, [...kept, version]);
  }

  counters(): Record<string, number | Record<string, number>> {
    return {
      ...Object.fromEntries(this.#totals),
      ...Object.fromEntries([...this.#parts].map(([name, parts]) => [name, Object.fromEntries(parts)])),
    };
  }

  /** The shortest journal that gives this state. */
  entries(): Entry[] {
    const records = KINDS.flatMap((kind) =>
      [...this.versions(kind)].flatMap(([id, versions]): Entry[] => {
        const last = versions.at(-1);
        return last?.value === undefined ? [] : [{ op: 'put', at: last.at, kind, id, value: last.value }];
      }),
    );
    const totals = [...this.#totals].map(([counter, by]): Entry => ({ op: 'count', counter, by }));
    const parts = [...this.#parts].flatMap(([counter, counts]) =>
      [...counts].map(([part, by]): Entry => ({ op: 'count', counter, part, by })),
    );
    return [...records, ...totals, ...parts];
  }

  #count(counter: string, part: string | undefined, by: number): void {
    if (part === undefined) {
      this.#totals.set(counter, (this.#totals.get(counter) ?? 0) + by);
      return;
    }
    const parts = this.#parts.get(counter) ?? new Map<string, number>();
    this.#parts.set(counter, parts.set(part, (parts.get(part) ?? 0) + by));
  }
}

function versionAt(versions: readonly Version[] | undefined, asOf = Infinity): unknown {
  return versions?.findLast((version) => version.at <= asOf)?.value;
}
