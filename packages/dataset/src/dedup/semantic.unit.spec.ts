import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprint } from './canonical.ts';
import type { DuplicateDecision } from './decision.ts';
import { createHashedEmbedder, createProviderEmbedder, normalised, type Embedder } from './embedder.ts';
import { createSemanticIndex } from './semantic.ts';
import { plant, questions, seeded } from './testing/planted.ts';
import { describeVectorIndex } from './testing/vector-index-contract.ts';
import { cosine, createExactVectorIndex } from './vector-index.ts';

const dir = mkdtempSync(join(tmpdir(), 'semantic-'));
afterAll(() => rmSync(dir, { recursive: true }));

interface Row {
  readonly text: string;
  readonly answer: string;
}

async function duplicatesOf(
  rows: readonly Row[],
  embedder: Embedder,
  threshold: number,
): Promise<readonly DuplicateDecision[]> {
  const index = createSemanticIndex({ embedder, threshold, dir });
  for (const [number, { text, answer }] of rows.entries())
    await index.add({ number, dialogue: text, answer: fingerprint(answer), context: fingerprint('') });
  const duplicates = await index.duplicates();
  index.close();
  return duplicates;
}

describe('semantic duplicates', () => {
  test('are those of brute force: rows of the same answer, in order, each with the most similar one that is kept', async () => {
    const random = seeded(31);
    const rows = plant(questions(700, random), 900, random)
      .map(({ text }, at) => ({ text, answer: at % 50 === 0 ? `${at}` : `answer ${at % 3}`, by: random() }))
      .sort((a, b) => a.by - b.by);
    const embedder = createHashedEmbedder();
    const vectors = await embedder.embed(rows.map(({ text }) => text));
    const kept: number[] = [];
    const expected: DuplicateDecision[] = [];
    rows.forEach(({ answer }, row) => {
      const similar = kept
        .filter((other) => rows[other]?.answer === answer)
        .map((other) => ({
          other,
          similarity: cosine(vectors[row] ?? new Float32Array(), vectors[other] ?? new Float32Array()),
        }))
        .filter(({ similarity }) => similarity >= 0.85)
        .sort((a, b) => b.similarity - a.similarity || a.other - b.other)[0];
      if (similar === undefined) kept.push(row);
      else expected.push({ row, keptRow: similar.other, kind: 'semantic', similarity: similar.similarity });
    });
    expect(expected.length).toBeGreaterThan(200);
    expect(await duplicatesOf(rows, embedder, 0.85)).toEqual(expected);
    expect(readdirSync(dir)).toEqual([]);
  }, 60_000);

  test('by hashed n-grams forgive order and endings, and never merge different answers', async () => {
    const rows = [
      { text: 'my card has been stolen, what should I do', answer: 'block it' },
      { text: 'what should I do, my cards have been stolen', answer: 'block it' },
      { text: 'what should I do, my card has been stolen', answer: 'call us' },
      { text: 'which currencies can I exchange in the app', answer: 'block it' },
    ];
    const found = await duplicatesOf(rows, createHashedEmbedder(), 0.75);
    expect(found.map(({ row, keptRow }) => [row, keptRow])).toEqual([[1, 0]]);
  }, 60_000);
});

describe('an embedder', () => {
  test('of the provider asks in batches, and scales the vectors to length 1', async () => {
    const sizes: number[] = [];
    const embedder = createProviderEmbedder({
      model: 'm',
      dims: 2,
      batch: 2,
      call: async (texts) => {
        sizes.push(texts.length);
        return texts.map((text) => [3 * text.length, 4 * text.length]);
      },
    });
    const vectors = await embedder.embed(['a', 'bb', 'ccc']);
    expect(sizes).toEqual([2, 1]);
    for (const [x, y] of vectors) {
      expect(x).toBeCloseTo(0.6, 6);
      expect(y).toBeCloseTo(0.8, 6);
    }
  }, 60_000);

  test('of the provider refuses what does not fit its texts', async () => {
    const answering = (vectors: number[][]): Promise<unknown> =>
      createProviderEmbedder({ model: 'm', dims: 2, call: async () => vectors }).embed(['a', 'b']);
    await expect(answering([[1, 2]])).rejects.toThrow('m answered 1 vectors for 2 texts');
    await expect(answering([[1, 2], [1]])).rejects.toThrow('a vector of 1 dimensions instead of 2');
  }, 60_000);

  test('gives texts without direction a vector that is near nothing', async () => {
    const [vector = new Float32Array()] = await createHashedEmbedder().embed(['!!!']);
    expect(cosine(vector, vector)).toBe(0);
    expect([...normalised(Float32Array.of(Infinity, 1))]).toEqual([0, 0]);
  }, 60_000);
});

describeVectorIndex('in process', (dims) => createExactVectorIndex({ dims, dir }));
