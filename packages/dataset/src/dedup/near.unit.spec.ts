import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { fingerprint } from './canonical.ts';
import type { DuplicateDecision } from './decision.ts';
import { sketch } from './minhash.ts';
import { createNearIndex, type NearConflicts } from './near.ts';
import { jaccard, shingles } from './shingles.ts';
import { plant, questions, seeded } from './testing/planted.ts';

interface Row {
  readonly text: string;
  readonly answer: string;
  readonly context?: string;
}

/** Generous: a machine may be busy. */
const TIMEOUT_MS = 60_000;
const dir = mkdtempSync(join(tmpdir(), 'near-'));
afterAll(() => rmSync(dir, { recursive: true }));

async function resolved(
  rows: readonly Row[],
  options: { threshold?: number; dir?: string } = {},
): Promise<{ duplicates: DuplicateDecision[]; conflicts: NearConflicts }> {
  const index = createNearIndex(options);
  rows.forEach(({ text, answer, context = '' }, number) =>
    index.add({ number, sketch: sketch(text), answer: fingerprint(answer), context: fingerprint(context) }),
  );
  await index.resolve();
  const duplicates = [...index.duplicates()];
  const conflicts = await index.conflicts();
  expect([...index.duplicates()]).toEqual(duplicates);
  index.close();
  return { duplicates, conflicts };
}

const similarityOf = (rows: readonly Row[], a: number, b: number): number =>
  jaccard(shingles(rows[a]?.text ?? ''), shingles(rows[b]?.text ?? ''));

/** What is asked for, by comparing each row with every kept one before it. */
function bruteForce(rows: readonly Row[], threshold: number): Set<number> {
  const kept: number[] = [];
  const left = new Set<number>();
  rows.forEach(({ answer, context }, row) => {
    const near = kept.some(
      (other) =>
        rows[other]?.answer === answer &&
        rows[other].context === context &&
        similarityOf(rows, row, other) >= threshold,
    );
    if (near) left.add(row);
    else kept.push(row);
  }, TIMEOUT_MS);
  return left;
}

describe('near-duplicates', () => {
  test(
    'planted at a similarity of .8 and more are found to 95 % and more, and nothing below is taken for one',
    async () => {
      const random = seeded(11);
      const planted = plant(questions(1200, random), 1200, random);
      const rows = planted.map(({ text }) => ({ text, answer: 'same' }));
      const { duplicates } = await resolved(rows, { dir });
      const left = new Set(duplicates.map(({ row }) => row));
      const near = planted.flatMap(({ of, jaccard: j }, row) => (of !== null && j >= 0.8 ? [row] : []));
      expect(near.length).toBeGreaterThan(500);
      expect(near.filter((row) => left.has(row)).length / near.length).toBeGreaterThanOrEqual(0.95);
      for (const { row, keptRow, similarity } of duplicates) {
        expect(keptRow).toBeLessThan(row);
        expect(left.has(keptRow)).toBe(false);
        expect(similarity).toBeGreaterThanOrEqual(0.8);
        expect(similarity).toBe(similarityOf(rows, row, keptRow));
      }
    },
    TIMEOUT_MS,
  );

  test(
    'are those of brute force, also in chains where each is near the next and not the one after',
    async () => {
      const random = seeded(12);
      const rows: Row[] = [];
      for (let chain = 0; chain < 30; chain += 1) {
        const words = questions(1, random, 40)[0]?.split(' ') ?? [];
        for (let link = 0; link < 12; link += 1)
          rows.push({
            text: words.slice(link, link + 24).join(' '),
            answer: `answer ${Math.floor(random() * 2)}`,
            context: `context ${chain % 2}`,
          });
      }
      const shuffled = rows.toSorted((a, b) => (fingerprint(a.text)[0] ?? 0) - (fingerprint(b.text)[0] ?? 0));
      const expected = bruteForce(shuffled, 0.8);
      const { duplicates } = await resolved(shuffled);
      const left = new Set(duplicates.map(({ row }) => row));
      // A band may miss a pair, and then the chain falls otherwise: the count is near, and what stays is not near to
      // what stays.
      expect(Math.abs(left.size - expected.size)).toBeLessThanOrEqual(expected.size * 0.03);
      const kept = shuffled.flatMap((_, row) => (left.has(row) ? [] : [row]));
      const missed = kept.filter((row) =>
        kept.some(
          (other) =>
            other < row &&
            shuffled[other]?.answer === shuffled[row]?.answer &&
            shuffled[other]?.context === shuffled[row]?.context &&
            similarityOf(shuffled, row, other) >= 0.8,
        ),
      );
      expect(missed.length).toBeLessThanOrEqual(expected.size * 0.02);
    },
    TIMEOUT_MS,
  );

  test(
    'never have different answers or contexts, are near to a row that is kept, and do not depend on where sketches are spooled',
    async () => {
      const base = questions(6, seeded(13), 12);
      const row = fc.record({
        text: fc
          .tuple(
            fc.constantFrom(...base),
            fc.array(fc.constantFrom('please', 'now', 'thanks'), { maxLength: 3 }),
          )
          .map(([text, more]) => [text, ...more].join(' ')),
        answer: fc.constantFrom('yes', 'no', 'maybe'),
        context: fc.constantFrom('bank', 'shop'),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(row, { maxLength: 40 }), async (rows) => {
          const found = await resolved(rows);
          for (const { row: at, keptRow, similarity } of found.duplicates) {
            expect(rows[keptRow]?.answer).toBe(rows[at]?.answer);
            expect(rows[keptRow]?.context).toBe(rows[at]?.context);
            expect(similarity).toBeGreaterThanOrEqual(0.8);
            expect(found.duplicates.some((other) => other.row === keptRow)).toBe(false);
          }
          for (const { row: at, otherRow } of found.conflicts.examples) {
            expect(rows[otherRow]?.answer).not.toBe(rows[at]?.answer);
            expect(rows[otherRow]?.context).toBe(rows[at]?.context);
          }
          expect(await resolved(rows, { dir })).toEqual(found);
        }),
        { numRuns: 25 },
      );
    },
    TIMEOUT_MS,
  );

  test(
    'with different answers stay, and are reported as conflicts',
    async () => {
      const text = 'how long does a transfer to an account in another country take to arrive';
      const { duplicates, conflicts } = await resolved([
        { text, answer: 'three days' },
        { text: 'something else that nobody asks twice in any corpus', answer: 'three days' },
        { text: `${text} please`, answer: 'five days' },
        { text: `${text} now`, answer: 'three days' },
      ]);
      expect(duplicates).toEqual([{ row: 3, keptRow: 0, kind: 'near', similarity: 12 / 13 }]);
      expect(conflicts).toEqual({ rows: 1, examples: [{ row: 2, otherRow: 0, similarity: 12 / 13 }] });
    },
    TIMEOUT_MS,
  );

  test(
    'of many rows leave 8 bytes a row and a fixed part in memory, and no file behind',
    async () => {
      const random = seeded(14);
      const sketches = questions(2000, random).map(sketch);
      const bytesOf = (rows: number): number => {
        const index = createNearIndex({ dir });
        for (let number = 0; number < rows; number += 1)
          index.add({
            number,
            sketch: sketches[number % sketches.length] ?? new Uint32Array(),
            answer: fingerprint(`${number >> 4}`),
            context: fingerprint(''),
          });
        const { bytes } = index;
        index.close();
        return bytes;
      };
      const [few, many] = [bytesOf(20_000), bytesOf(200_000)];
      // 8 bytes, and up to a segment more of each of two columns.
      expect(many - few).toBeLessThanOrEqual(180_000 * 8 + 2 * 65_536 * 4);
      expect(many).toBeLessThan(4_000_000);
      expect(readdirSync(dir)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'are asked for in order, once, with a threshold that the bands can keep',
    async () => {
      expect(() => createNearIndex({ threshold: 0.5 })).toThrow(/between .7 and 1, not 0.5/);
      const index = createNearIndex({});
      const row = { sketch: sketch('a'), answer: fingerprint(''), context: fingerprint('') };
      index.add({ number: 4, ...row });
      expect(() => index.add({ number: 4, ...row })).toThrow(/ascend/);
      await index.resolve();
      expect(() => index.add({ number: 5, ...row })).toThrow(/resolved already/);
      await expect(index.resolve()).rejects.toThrow(/resolved already/);
    },
    TIMEOUT_MS,
  );
});
