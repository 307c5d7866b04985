import { hash } from 'node:crypto';

/** 32 bytes. */
export type Hash = Uint8Array;

/** Levels between stored nodes: a stored node is the root of 2^8 nodes of the stored level below. */
export const TILE_LEVELS = 8;
export const TILE_WIDTH = 2 ** TILE_LEVELS;

/**
 * Hashes of a tree as they are kept: at level 0 the leaf hashes, at levels 8, 16, … the roots of whole subtrees of
 * 2^level leaves.
 * @returns exactly `count` hashes from `start` on, all of them whole
 * @throws Error when one is missing
 */
export type HashReader = (level: number, start: number, count: number) => Promise<readonly Hash[]>;

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);
const HASH_BYTES = 32;
// Filled anew for each hash: a verifier makes two of them an event, and a copy of the parts costs as much as the hash.
const leafBytes = Buffer.alloc(1 + HASH_BYTES, LEAF);
const nodeBytes = Buffer.alloc(1 + 2 * HASH_BYTES, NODE);

/** RFC 6962 §2.1: SHA-256 of a zero byte and the data. */
export function leafHash(data: Uint8Array): Hash {
  if (data.length !== HASH_BYTES) return sha256(Buffer.concat([LEAF, data]));
  leafBytes.set(data, 1);
  return sha256(leafBytes);
}

/** RFC 6962 §2.1: SHA-256 of a one byte and both children. */
export function nodeHash(left: Hash, right: Hash): Hash {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES)
    return sha256(Buffer.concat([NODE, left, right]));
  nodeBytes.set(left, 1);
  nodeBytes.set(right, 1 + HASH_BYTES);
  return sha256(nodeBytes);
}

/** Of a tree without leaves. */
export const EMPTY_ROOT: Hash = sha256(new Uint8Array());

/** Root of a whole subtree. @param hashes 2^k of them */
export function wholeRoot(hashes: readonly Hash[]): Hash {
  let row = hashes;
  while (row.length > 1) {
    if (row.length % 2 !== 0) throw new RangeError('a whole subtree has 2^k leaves');
    row = pairs(row);
  }
  const [root] = row;
  if (root === undefined) throw new RangeError('a whole subtree has a leaf');
  return root;
}

/** A tree that only grows: O(log n) memory, amortised two hashes an append. */
export interface CompactTree {
  readonly size: number;
  append(leaf: Hash): void;
  root(): Hash;
  /** Enough to go on from: hex, biggest subtree first. */
  peaks(): readonly string[];
}

/** @param from `size` and `peaks()` of an earlier one */
export function createCompactTree(from?: {
  readonly size: number;
  readonly peaks: readonly string[];
}): CompactTree {
  let size = from?.size ?? 0;
  const peaks: Hash[] = (from?.peaks ?? []).map((each) => Buffer.from(each, 'hex'));
  return {
    get size() {
      return size;
    },
    append(leaf) {
      let node = leaf;
      for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) {
        const left = peaks.pop();
        if (left === undefined) throw new RangeError('peaks and size do not fit');
        node = nodeHash(left, node);
      }
      peaks.push(node);
      size += 1;
    },
    root() {
      const last = peaks.at(-1);
      if (last === undefined) return EMPTY_ROOT;
      let root = last;
      for (let index = peaks.length - 2; index >= 0; index -= 1) root = nodeHash(peaks[index] ?? last, root);
      return root;
    },
    peaks: () => peaks.map(hex),
  };
}

/** RFC 6962 MTH of the first `size` leaves. */
export async function treeRoot(size: number, read: HashReader): Promise<Hash> {
  return size === 0 ? EMPTY_ROOT : rangeRoot(0, size, read);
}

/** RFC 6962 §2.1.1: the audit path of leaf `index` in the tree of the first `size` leaves, leaf's sibling first. */
export async function inclusionProof(index: number, size: number, read: HashReader): Promise<Hash[]> {
  if (!(index >= 0 && index < size)) throw new RangeError(`leaf ${index} is not in a tree of ${size}`);
  const path = async (from: number, to: number): Promise<Hash[]> => {
    if (to - from === 1) return [];
    const middle = from + split(to - from);
    return index < middle
      ? [...(await path(from, middle)), await rangeRoot(middle, to, read)]
      : [...(await path(middle, to)), await rangeRoot(from, middle, read)];
  };
  return path(0, size);
}

/** RFC 6962 §2.1.2: that the tree of `size` leaves begins with the tree of `older` leaves. */
export async function consistencyProof(older: number, size: number, read: HashReader): Promise<Hash[]> {
  if (!(older >= 1 && older <= size))
    throw new RangeError(`a tree of ${size} does not extend one of ${older}`);
  const proof = async (from: number, to: number, whole: boolean): Promise<Hash[]> => {
    if (older === to) return whole ? [] : [await rangeRoot(from, to, read)];
    const middle = from + split(to - from);
    return older <= middle
      ? [...(await proof(from, middle, whole)), await rangeRoot(middle, to, read)]
      : [...(await proof(middle, to, false)), await rangeRoot(from, middle, read)];
  };
  return proof(0, size, true);
}

/** A tree, as whoever checks a proof knows it. */
export interface KnownTree {
  readonly size: number;
  readonly root: Hash;
}

/** RFC 9162 §2.1.3.2: is this the leaf at `index` of the tree? */
export function provesInclusion(
  leaf: Hash,
  index: number,
  proof: readonly Hash[],
  { size, root }: KnownTree,
): boolean {
  if (!(index >= 0 && index < size)) return false;
  let node = leaf;
  let fn = index;
  let sn = size - 1;
  for (const sibling of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      node = nodeHash(sibling, node);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else node = nodeHash(node, sibling);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && same(node, root);
}

/** RFC 9162 §2.1.4.2: does the tree extend the older one? */
export function provesConsistency(
  older: KnownTree,
  { size, root }: KnownTree,
  proof: readonly Hash[],
): boolean {
  if (!(older.size >= 1 && older.size <= size)) return false;
  if (older.size === size) return proof.length === 0 && same(older.root, root);
  const path = isPowerOfTwo(older.size) ? [older.root, ...proof] : [...proof];
  const [first, ...rest] = path;
  if (first === undefined) return false;
  let fn = older.size - 1;
  let sn = size - 1;
  while (fn % 2 === 1) {
    fn = (fn - 1) / 2;
    sn = Math.floor(sn / 2);
  }
  let olderNode = first;
  let node = first;
  for (const sibling of rest) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      olderNode = nodeHash(sibling, olderNode);
      node = nodeHash(sibling, node);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else node = nodeHash(node, sibling);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && same(olderNode, older.root) && same(node, root);
}

/** Root of leaves `from` to `to`, a range as RFC 6962 splits them: `from` is a multiple of the next power of two. */
async function rangeRoot(from: number, to: number, read: HashReader): Promise<Hash> {
  const count = to - from;
  if (isPowerOfTwo(count)) {
    const level = Math.log2(count);
    const stored = level - (level % TILE_LEVELS);
    return wholeRoot(await read(stored, from / 2 ** stored, 2 ** (level - stored)));
  }
  const middle = from + split(count);
  return nodeHash(await rangeRoot(from, middle, read), await rangeRoot(middle, to, read));
}

/** The largest power of two below `count`. */
function split(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

function isPowerOfTwo(count: number): boolean {
  return count >= 1 && Number.isInteger(Math.log2(count));
}

function pairs(row: readonly Hash[]): Hash[] {
  const above: Hash[] = [];
  for (let index = 0; index + 1 < row.length; index += 2) {
    const left = row[index];
    const right = row[index + 1];
    if (left !== undefined && right !== undefined) above.push(nodeHash(left, right));
  }
  return above;
}

function sha256(bytes: Uint8Array): Hash {
  return hash('sha256', bytes, 'buffer');
}

export function hex(bytes: Hash): string {
  return Buffer.from(bytes).toString('hex');
}

function same(a: Hash, b: Hash): boolean {
  return Buffer.compare(a, b) === 0;
}
