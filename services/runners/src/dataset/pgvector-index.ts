import { checked, cosine, type Neighbour, type VectorIndex } from '@ftm/dataset/dedup/vector-index';
import type { Client, Pool } from '@ftm/postgres/pool';

/** Vectors that are sent in one statement. */
const SENT_AT_ONCE = 500;
/** Each is compared with all that are there: a statement of them stays short. */
const ASKED_AT_ONCE = 16;
/** Postgres adds up in single precision: so much further is looked than what is asked for, and decided here. */
const MARGIN = 1e-4;

/** Whether the extension is there for whoever uses this database; an operator makes it (`create extension vector`). */
export async function hasPgVector(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ there: boolean }>(
    "select exists (select from pg_available_extensions where name = 'vector' and installed_version is not null) as there",
  );
  return rows[0]?.there === true;
}

const ASK_AGAIN_MS = 5000;

/** Makes an index where the extension is there; null where it is not, or the database has not yet said so: the index in process gives the same answers. */
export function createPgVector(pool: Pool): (dims: number) => VectorIndex | null {
  let isThere = false;
  const ask = async (): Promise<void> => {
    try {
      isThere = await hasPgVector(pool);
    } catch {
      setTimeout(() => void ask(), ASK_AGAIN_MS).unref();
    }
  };
  void ask();
  return (dims) => (isThere ? createPgVectorIndex(pool, dims) : null);
}

/**
 * Exact search in Postgres, by the extension pgvector: the vectors are there and not here, in a table that goes with its connection. It nominates, and the cosine is the one that the index in process
 * computes: both give the same answers.
 */
export function createPgVectorIndex(pool: Pool, dims: number): VectorIndex {
  let opened: Promise<Client> | undefined;
  let waiting: { readonly id: number; readonly vector: Float32Array }[] = [];

  const client = (): Promise<Client> =>
    (opened ??= pool.connect().then(async (connection) => {
      await connection.query(
        `create temporary table vectors (place bigint generated always as identity, id bigint not null, v vector(${dims}) not null)`,
      );
      return connection;
    }));

  async function flush(): Promise<void> {
    const rows = waiting;
    waiting = [];
    if (rows.length === 0) return;
    await (
      await client()
    ).query('insert into vectors (id, v) select * from unnest($1::bigint[], $2::text[]::vector[])', [
      rows.map(({ id }) => id),
      rows.map(({ vector }) => textOf(vector)),
    ]);
  }

  async function nearestOf(
    asked: readonly Float32Array[],
    minSimilarity: number,
  ): Promise<(Neighbour | null)[]> {
    // `<#>` is the negative inner product: of vectors of length 1, the cosine.
    const { rows } = await (
      await client()
    ).query<{ which: string; id: string; v: string }>(
      `with asked as (select v, which from unnest($1::text[]::vector[]) with ordinality as a (v, which)),
         near as (
           select which, place, id, vectors.v, -(vectors.v <#> asked.v) as similarity
           from asked join vectors on -(vectors.v <#> asked.v) >= $2
         ),
         best as (select which, max(similarity) as similarity from near group by which)
       select which, id, v::text as v from near join best using (which)
       where near.similarity >= best.similarity - $3 order by which, place`,
      [asked.map(textOf), minSimilarity - MARGIN, MARGIN],
    );
    const best = asked.map((): Neighbour | null => null);
    for (const { which, id, v } of rows) {
      const at = Number(which) - 1;
      const similarity = cosine(asked[at] ?? new Float32Array(dims), vectorOf(v));
      if (similarity >= minSimilarity && similarity > (best[at]?.similarity ?? -Infinity))
        best[at] = { id: Number(id), similarity };
    }
    return best;
  }

  return {
    async add(id, vector) {
      waiting.push({ id, vector: checked(vector, dims).slice() });
      if (waiting.length >= SENT_AT_ONCE) await flush();
    },
    async nearest(asked, minSimilarity) {
      for (const vector of asked) checked(vector, dims);
      await flush();
      const found: (Neighbour | null)[] = [];
      for (let from = 0; from < asked.length; from += ASKED_AT_ONCE)
        found.push(...(await nearestOf(asked.slice(from, from + ASKED_AT_ONCE), minSimilarity)));
      return found;
    },
    async close() {
      if (opened === undefined) return;
      // With its connection the table is gone.
      (await opened).release(true);
      opened = undefined;
    },
  };
}

/** Both ways exact: a number is written with as many digits as tell it from its neighbours. */
const textOf = (vector: Float32Array): string => `[${vector.join()}]`;
const vectorOf = (text: string): Float32Array => Float32Array.from(JSON.parse(text) as number[]);
