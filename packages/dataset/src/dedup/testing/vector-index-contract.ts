import { normalised } from '../embedder.ts';
import { cosine, type VectorIndex } from '../vector-index.ts';
import { seeded } from './planted.ts';

/**
 * What every index of vectors does: the same answers to the last bit, or datasets would depend on where they are
 * built.
 */
export function describeVectorIndex(name: string, create: (dims: number) => VectorIndex): void {
  describe(`the vector index ${name}`, () => {
    test('finds the most similar vector, the first of equals, as brute force does', async () => {
      const random = seeded(32);
      const dims = 64;
      const vector = (): Float32Array =>
        normalised(Float32Array.from({ length: dims }, () => random() - 0.5));
      const distinct = Array.from({ length: 9000 }, vector);
      const stored = [...distinct, ...distinct.slice(0, 50), new Float32Array(dims)];
      const index = create(dims);
      for (const [id, each] of stored.entries()) await index.add(id * 2, each);
      const asked = [
        ...Array.from({ length: 20 }, vector),
        distinct[4500] ?? vector(),
        distinct[7] ?? vector(),
        new Float32Array(dims),
      ];
      const found = await index.nearest(asked, 0.3);
      asked.forEach((each, at) => {
        const similarities = stored.map((other) => cosine(each, other));
        const best = Math.max(...similarities);
        expect(found[at]).toEqual(
          best >= 0.3 ? { id: similarities.indexOf(best) * 2, similarity: best } : null,
        );
      });
      expect(await index.nearest([vector()], 0.99)).toEqual([null]);
      // What is added later is found, too.
      const late = vector();
      await index.add(20_000, late);
      expect(await index.nearest([late], 0.99)).toEqual([{ id: 20_000, similarity: cosine(late, late) }]);
      await index.close();
    }, 60_000);

    test('refuses vectors of other dimensions, and of nothing finds nothing', async () => {
      const index = create(64);
      expect(await index.nearest([new Float32Array(64).fill(0.125)], 0.1)).toEqual([null]);
      expect(await index.nearest([], 0.1)).toEqual([]);
      await expect(index.nearest([new Float32Array(3)], 0)).rejects.toThrow(/64 dimensions here, not 3/);
      await expect(index.add(1, new Float32Array(3))).rejects.toThrow(/64 dimensions here, not 3/);
      await index.close();
    });
  });
}
