import type { Fingerprint } from './canonical.ts';
import type { DuplicateDecision } from './decision.ts';
import type { Embedder } from './embedder.ts';
import { createGrouper } from './groups.ts';
import { mix } from './shingles.ts';
import { createSpool } from './spool.ts';
import { cosine, createExactVectorIndex, type VectorIndex } from './vector-index.ts';

/** Words before the vector of a record: the number, two of the context, two of the answer. */
const HEADER = 5;
const EMBEDDED_AT_ONCE = 256;
const COMPARED_AT_ONCE = 256;

export interface SemanticRow {
  readonly number: number;
  /** What is embedded; it is not kept. */
  readonly dialogue: string;
  readonly context: Fingerprint;
  readonly answer: Fingerprint;
}

export interface SemanticIndex {
  readonly bytes: number;
  /** In source order. */
  add(row: SemanticRow): Promise<void>;
  /** The rows to leave out, in source order; to be called once, after the last row. */
  duplicates(): Promise<readonly DuplicateDecision[]>;
  close(): void;
}

/**
 * Rows in the same context, with the same answer, that ask the same in other words: the cosine of their dialogues'
 * embeddings is at least `threshold`. The first is kept. Only rows with the same answer are compared, group by group;
 * embeddings are spooled to `dir` and compared block by block, so memory grows by a few bytes a row only, and the
 * answer does not depend on the batches. Embeddings say more of a text than hashes do: embed what is sanitised.
 */
export function createSemanticIndex(options: {
  readonly embedder: Embedder;
  readonly threshold: number;
  readonly dir?: string;
  /** A new index for some of the rows of one answer, of which there are so many. */
  readonly createIndex?: (rows: number) => VectorIndex;
}): SemanticIndex {
  const { embedder, threshold, dir } = options;
  if (!(threshold > 0 && threshold <= 1))
    throw new RangeError(`a threshold for semantic duplicates is above 0 and at most 1, not ${threshold}`);
  const createIndex =
    options.createIndex ??
    ((): VectorIndex =>
      createExactVectorIndex({ dims: embedder.dims, ...(dir === undefined ? {} : { dir }) }));
  const width = HEADER + embedder.dims;
  const records = createSpool(dir);
  const groupKeys = createSpool(dir);
  let waiting: SemanticRow[] = [];

  async function embedWaiting(): Promise<void> {
    const rows = waiting;
    waiting = [];
    const vectors = await embedder.embed(rows.map(({ dialogue }) => dialogue));
    rows.forEach(({ number, context, answer }, at) => {
      const vector = vectors[at];
      if (vector?.length !== embedder.dims)
        throw new Error(`${embedder.id} gave no vector of ${embedder.dims} dimensions for row ${number}`);
      const [context0 = 0, context1 = 0] = context;
      const [answer0 = 0, answer1 = 0] = answer;
      groupKeys.push(mix(answer0 ^ context0));
      records.append(Uint32Array.of(number, context0, context1, answer0, answer1));
      records.append(new Uint32Array(Float32Array.from(vector).buffer));
    });
  }

  const read = (row: number): Entry => {
    const words = new Uint32Array(width);
    records.read(row * width, words);
    const [number = 0, ...group] = words.subarray(0, HEADER);
    return { number, group: group.join(), vector: new Float32Array(words.buffer, HEADER * 4) };
  };

  return {
    get bytes() {
      return records.bytes + groupKeys.bytes;
    },
    async add(row) {
      waiting.push(row);
      if (waiting.length >= EMBEDDED_AT_ONCE) await embedWaiting();
    },
    async duplicates() {
      await embedWaiting();
      const groups: Uint32Array[] = [];
      await createGrouper().group(
        groupKeys.length,
        (each) => {
          const keys = new Uint32Array(4096);
          for (let from = 0; from < groupKeys.length; from += keys.length) {
            const part = keys.subarray(0, Math.min(keys.length, groupKeys.length - from));
            groupKeys.read(from, part);
            part.forEach((key, at) => each(from + at, key));
          }
        },
        (rows) => void groups.push(rows.slice()),
      );
      const found: DuplicateDecision[] = [];
      for (const rows of groups) for await (const decision of compare(rows)) found.push(decision);
      return found.sort((a, b) => a.row - b.row);
    },
    close() {
      records.close();
      groupKeys.close();
    },
  };

  /** Rows of one key; hashes of two groups may share it, so that each group has an index of its own. */
  async function* compare(rows: Uint32Array): AsyncGenerator<DuplicateDecision> {
    const indexes = new Map<string, VectorIndex>();
    try {
      for (let from = 0; from < rows.length; from += COMPARED_AT_ONCE) {
        const byGroup = new Map<string, Entry[]>();
        for (const row of rows.subarray(from, from + COMPARED_AT_ONCE)) {
          const entry = read(row);
          byGroup.set(entry.group, [...(byGroup.get(entry.group) ?? []), entry]);
        }
        for (const [group, entries] of byGroup) {
          const index = indexes.get(group) ?? createIndex(rows.length);
          indexes.set(group, index);
          yield* settle(entries, index, threshold);
        }
      }
    } finally {
      for (const index of indexes.values()) await index.close();
    }
  }
}

interface Entry {
  readonly number: number;
  readonly group: string;
  readonly vector: Float32Array;
}

/** Against the rows kept before this block by the index, and within the block one by one. */
async function* settle(
  entries: readonly Entry[],
  index: VectorIndex,
  threshold: number,
): AsyncGenerator<DuplicateDecision> {
  const before = await index.nearest(
    entries.map(({ vector }) => vector),
    threshold,
  );
  const kept: Entry[] = [];
  for (const [at, entry] of entries.entries()) {
    let best = before[at] ?? null;
    for (const other of kept) {
      const similarity = cosine(entry.vector, other.vector);
      if (similarity >= threshold && (best === null || similarity > best.similarity))
        best = { id: other.number, similarity };
    }
    if (best === null) {
      kept.push(entry);
      await index.add(entry.number, entry.vector);
    } else yield { row: entry.number, keptRow: best.id, kind: 'semantic', similarity: best.similarity };
  }
}
