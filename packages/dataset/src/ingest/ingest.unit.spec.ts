import fc from 'fast-check';
import { rowRules } from '../rows/rules.ts';
import { validateRow } from '../rows/validate-row.ts';
import { decodeChunk, encodeChunk, type Chunk } from './chunk.ts';
import { ingest, share, TooManyRows, type Ingested, type IngestOptions, type IngestPorts } from './ingest.ts';
import type { Source, SourceRow } from './source.ts';

const rules = rowRules({ format: 'jsonl_chat' });
const validate: IngestOptions['validate'] = (value) => {
  const { row, rejections } = validateRow(value, rules);
  return { row, rejections };
};
const dialogue = (text: string) => ({
  messages: [
    { role: 'user', content: text },
    { role: 'assistant', content: 'On its way.' },
  ],
});
const sourceRow = (index: number, text = `secret ${index}`): SourceRow => ({
  ref: `trace-${index}`,
  group: null,
  at: null,
  sha256: index.toString(16).padStart(64, '0'),
  row: { value: index % 7 === 3 ? { messages: [] } : dialogue(text) },
});
const rowsOf = (count: number): SourceRow[] => Array.from({ length: count }, (_, index) => sourceRow(index));

/** Pages by position; counts what it was asked for. */
function sourceOf(
  rows: readonly SourceRow[],
  pageRows: number,
): Source & { readonly pagesRead: () => number } {
  let read = 0;
  return {
    pagesRead: () => read,
    async *pages(from) {
      for (let at = Number(from ?? 0); ; at += pageRows) {
        read += 1;
        const end = at + pageRows >= rows.length;
        yield { rows: rows.slice(at, at + pageRows), next: end ? null : String(at + pageRows) };
        if (end) return;
      }
    },
  };
}

class Crash extends Error {}

/**
 * A store of chunks as bytes, and a sanitiser that replaces and counts; `crashAfter` calls of any port it dies,
 * before or after the call took effect.
 */
function portsOver(stored: Map<number, Buffer>, crashAfter = Infinity, afterEffect = false) {
  let calls = 0;
  const step = async <T>(effect: () => T): Promise<T> => {
    calls += 1;
    if (calls === crashAfter && !afterEffect) throw new Crash();
    const result = effect();
    if (calls === crashAfter) throw new Crash();
    return result;
  };
  const load = (index: number): Chunk | null => {
    const bytes = stored.get(index);
    return bytes === undefined ? null : decodeChunk(bytes);
  };
  const ports: IngestPorts = {
    load: (index) => step(() => load(index)),
    save: (index, chunk) =>
      step(() => {
        if (!stored.has(index)) stored.set(index, encodeChunk(chunk));
        return load(index) as Chunk;
      }),
    sanitize: (documents) =>
      step(() => ({
        documents: documents.map(({ id, texts }) => ({
          id,
          action: texts.some((text) => text.includes('BLOCK'))
            ? ('block' as const)
            : texts.some((text) => text.includes('DROP'))
              ? ('drop' as const)
              : ('redact' as const),
          texts: texts.map((text) => text.replace('secret', '[S]')),
          findings: [{ type: 'SECRET', count: 1 }],
        })),
        scanIds: [`scan-${documents[0]?.id}`],
        policyVersion: 'p1',
      })),
  };
  return ports;
}

const options = (source: Source, more: Partial<IngestOptions> = {}): IngestOptions => ({
  source,
  validate,
  limit: null,
  maxRows: 1e6,
  sample: null,
  ...more,
});
const chunksOf = (stored: Map<number, Buffer>): Chunk[] =>
  [...stored].sort(([a], [b]) => a - b).map(([, bytes]) => decodeChunk(bytes));
async function run(rows: readonly SourceRow[], pageRows: number, more: Partial<IngestOptions> = {}) {
  const stored = new Map<number, Buffer>();
  const ingested = await ingest(options(sourceOf(rows, pageRows), more), portsOver(stored));
  const chunks = chunksOf(stored);
  return {
    ingested,
    chunks,
    rows: chunks.flatMap((each) => each.rows),
    rejected: chunks.flatMap((each) => each.rejected),
  };
}

describe('ingest', () => {
  it('gives the rows that the sanitiser left, by their numbers in the source, and says what is wrong with the others', async () => {
    const { rows, rejected, ingested } = await run(rowsOf(10), 4);
    expect(rows.map(({ number }) => number)).toEqual([1, 2, 3, 5, 6, 7, 8, 9, 10]);
    expect(JSON.stringify(rows)).toContain('[S] 0');
    expect(JSON.stringify(rows)).not.toContain('secret');
    expect(rejected).toMatchObject([{ row: 4, trace_id: 'trace-3', path: expect.any(String) as string }]);
    expect(ingested).toMatchObject({ chunks: 3, rowsRead: 10, blocked: false });
  });

  it('ends the same wherever it dies and however often, and reads no page again behind a chunk that is there', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.boolean()), { maxLength: 6 }),
        async (count, pageRows, crashes) => {
          const rows = rowsOf(count);
          const undisturbed = await run(rows, pageRows);
          const stored = new Map<number, Buffer>();
          const source = sourceOf(rows, pageRows);
          let ended: Ingested | undefined;
          for (const [after, afterEffect] of [...crashes, [Infinity, false] as const]) {
            try {
              ended = await ingest(options(source), portsOver(stored, after, afterEffect));
            } catch (error) {
              if (!(error instanceof Crash)) throw error;
            }
          }
          expect(ended).toEqual(undisturbed.ingested);
          expect(chunksOf(stored)).toEqual(undisturbed.chunks);
          // A page is read again only by the life that died with it in its hands.
          expect(source.pagesRead()).toBeLessThanOrEqual(undisturbed.chunks.length + crashes.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gives the same rows and the same hash of its input whatever the size of the pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 50 }),
        async (count, pageRows) => {
          const [some, all] = [await run(rowsOf(count), pageRows), await run(rowsOf(count), 1000)];
          expect(some.rows).toEqual(all.rows);
          expect(some.rejected).toEqual(all.rejected);
          expect(some.ingested.inputSha256).toBe(all.ingested.inputSha256);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('has another hash for any other input: a row more, less, changed, or in another place', async () => {
    const hash = async (rows: readonly SourceRow[]): Promise<string> =>
      (await run(rows, 3)).ingested.inputSha256;
    const rows = rowsOf(5);
    const others = [
      rows.slice(1),
      rows.slice(0, 4),
      [...rows].reverse(),
      [...rows.slice(0, 4), sourceRow(9)],
    ];
    const hashes = await Promise.all([rows, ...others].map(hash));
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('keeps what another builder has written under the same number', async () => {
    const stored = new Map<number, Buffer>();
    const theirs = await run(rowsOf(5), 5);
    const ports = portsOver(stored);
    const ingested = await ingest(options(sourceOf(rowsOf(5), 5)), {
      ...ports,
      save: async () => ({ ...(theirs.chunks[0] as Chunk), inputSha256: 'theirs' }),
    });
    expect(ingested.inputSha256).toBe('theirs');
  });

  it('takes at most the limit, over pages, and stops to read there', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 35 }),
        async (count, pageRows, limit) => {
          const { ingested, chunks } = await run(rowsOf(count), pageRows, { limit });
          expect(ingested.rowsRead).toBe(Math.min(limit, count));
          expect(chunks.length).toBe(Math.ceil(Math.min(limit, count) / pageRows));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('refuses more rows than are allowed, and takes as many as are', async () => {
    await expect(run(rowsOf(11), 4, { maxRows: 10 })).rejects.toThrow(TooManyRows);
    expect((await run(rowsOf(10), 4, { maxRows: 10 })).ingested.rowsRead).toBe(10);
    expect((await run(rowsOf(11), 4, { maxRows: 10, limit: 10 })).ingested.rowsRead).toBe(10);
  });

  it('samples by content and seed: a row is in or not, whoever its neighbours are', async () => {
    const rows = Array.from({ length: 400 }, (_, index) => ({
      ...sourceRow(0),
      sha256: `${index}`.padStart(64, 'a'),
    }));
    const numbersOf = async (seed: number, of: readonly SourceRow[]) =>
      (await run(of, 50, { sample: { fraction: 0.3, seed } })).rows.map(({ number }) => number);
    const taken = await numbersOf(1, rows);
    expect(taken.length).toBeGreaterThan(80);
    expect(taken.length).toBeLessThan(160);
    expect(await numbersOf(1, rows.slice(0, 200))).toEqual(taken.filter((number) => number <= 200));
    expect(await numbersOf(2, rows)).not.toEqual(taken);
    expect((await run(rows, 50, { sample: { fraction: 1, seed: 1 } })).rows).toHaveLength(400);
  });

  it('leaves a row out that is too large for the sanitiser, and no other', async () => {
    const rows = [sourceRow(0), sourceRow(1, 'ü'.repeat(2 ** 21 + 1)), sourceRow(2)];
    const { rows: kept, rejected } = await run(rows, 3);
    expect(kept.map(({ number }) => number)).toEqual([1, 3]);
    expect(rejected).toMatchObject([{ row: 2, code: 'too_large_to_sanitise' }]);
  });

  it('leaves a row out that the sanitiser drops, and stops at one that it blocks, with nothing of that page', async () => {
    const dropped = await run([sourceRow(0), sourceRow(1, 'DROP'), sourceRow(2)], 3);
    expect(dropped.rows.map(({ number }) => number)).toEqual([1, 3]);
    expect(dropped.rejected).toMatchObject([{ row: 2, code: 'trism_dropped' }]);
    expect(dropped.rejected[0]?.message).not.toContain('DROP');
    const blocked = await run([sourceRow(0), sourceRow(1, 'BLOCK'), sourceRow(2), sourceRow(4)], 2);
    expect(blocked).toMatchObject({ ingested: { blocked: true, chunks: 1 }, rows: [] });
  });

  it('goes on with nothing that the sanitiser did not answer for', async () => {
    const ports = portsOver(new Map());
    const forgetful: IngestPorts = {
      ...ports,
      sanitize: async (documents) => ports.sanitize(documents.slice(1)),
    };
    await expect(ingest(options(sourceOf(rowsOf(3), 3)), forgetful)).rejects.toThrow(/did not answer/);
  });
});

describe('the share of a digest', () => {
  it('is in [0, 1)', () => {
    expect(share('0'.repeat(64))).toBe(0);
    expect(share('f'.repeat(64))).toBeLessThan(1);
  });
});
