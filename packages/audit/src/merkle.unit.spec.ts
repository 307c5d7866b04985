import fc from 'fast-check';
import {
  consistencyProof,
  createCompactTree,
  EMPTY_ROOT,
  hex,
  inclusionProof,
  leafHash,
  nodeHash,
  provesConsistency,
  provesInclusion,
  treeRoot,
  wholeRoot,
  type Hash,
} from './merkle.ts';
import { memoryHashes } from './testing/memory-hashes.ts';

/** RFC 6962 §2.1, word for word. */
function mth(leaves: readonly Hash[]): Hash {
  const [first] = leaves;
  if (first === undefined) return EMPTY_ROOT;
  if (leaves.length === 1) return first;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

const leavesOf = (count: number): Hash[] =>
  Array.from({ length: count }, (_, index) => leafHash(Buffer.from(`event ${index}`)));

// Around the edges of stored nodes, and past one of the second stored level.
const MANY = leavesOf(66_000);
const SIZES = [1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 4096, 65_535, 65_536, 65_537, 66_000];
const read = memoryHashes(MANY);

describe('a tenant’s Merkle tree', () => {
  test('has the roots of RFC 6962, from stored nodes and kept step by step alike', async () => {
    const tree = createCompactTree();
    expect(hex(tree.root())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    for (const size of SIZES) {
      while (tree.size < size) tree.append(MANY[tree.size] ?? EMPTY_ROOT);
      const expected = hex(mth(MANY.slice(0, size)));
      expect(hex(await treeRoot(size, read))).toBe(expected);
      expect(hex(tree.root())).toBe(expected);
    }
  });

  test('goes on from its peaks', () => {
    fc.assert(
      fc.property(fc.nat(700), fc.nat(300), (before, after) => {
        const whole = createCompactTree();
        for (const leaf of MANY.slice(0, before)) whole.append(leaf);
        const resumed = createCompactTree({ size: whole.size, peaks: whole.peaks() });
        for (const leaf of MANY.slice(before, before + after)) {
          whole.append(leaf);
          resumed.append(leaf);
        }
        expect(hex(resumed.root())).toBe(hex(whole.root()));
      }),
      { numRuns: 40 },
    );
  });

  test('proves each leaf in it, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...SIZES),
        fc.nat(),
        fc.nat(255),
        fc.nat(31),
        async (size, seed, bit, byte) => {
          const index = seed % size;
          const root = await treeRoot(size, read);
          const proof = await inclusionProof(index, size, read);
          const leaf = MANY[index] ?? EMPTY_ROOT;
          expect(provesInclusion(leaf, index, proof, { size, root })).toBe(true);
          const flipped = Buffer.from(leaf);
          flipped.writeUInt8(flipped.readUInt8(byte) ^ (1 << (bit % 8)), byte);
          expect(provesInclusion(flipped, index, proof, { size, root })).toBe(false);
          expect(provesInclusion(leaf, index, [...proof, leaf], { size, root })).toBe(false);
          if (size > 1) {
            expect(provesInclusion(leaf, (index + 1) % size, proof, { size, root })).toBe(false);
            expect(provesInclusion(leaf, index, proof.slice(1), { size, root })).toBe(false);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('proves that it extends every earlier one, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...SIZES), fc.nat(), async (size, seed) => {
        const older = 1 + (seed % size);
        const from = { size: older, root: await treeRoot(older, read) };
        const to = { size, root: await treeRoot(size, read) };
        const proof = await consistencyProof(older, size, read);
        expect(provesConsistency(from, to, proof)).toBe(true);
        const other = leafHash(Buffer.from('another history'));
        expect(provesConsistency({ ...from, root: other }, to, proof)).toBe(false);
        expect(provesConsistency(from, { ...to, root: other }, proof)).toBe(false);
        expect(provesConsistency(from, to, [...proof, other])).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  test('refuses what is not there', async () => {
    await expect(inclusionProof(5, 5, read)).rejects.toThrow('not in a tree of 5');
    await expect(consistencyProof(6, 5, read)).rejects.toThrow('does not extend');
    expect(() => wholeRoot(MANY.slice(0, 3))).toThrow('2^k');
    expect(() => wholeRoot([])).toThrow('has a leaf');
  });
});
