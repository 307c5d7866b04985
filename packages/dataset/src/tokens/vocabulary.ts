export interface Vocabulary {
  /** Tokens that byte-pair merging makes of a piece. */
  count(piece: string): number;
}

/** Where scanning all pairs for the lowest rank gets slower than keeping them in a heap. */
const SHORT = 64;
const NO_RANK = 0x7fff_ffff;
/** Ranks are below 2^18 and positions below 2^32, so both fit into a double, the rank first. */
const POSITIONS = 2 ** 32;

/** @param ranks tokens by rank, as text, or as bytes where they are no whole characters; may have holes */
export function createVocabulary(ranks: readonly (string | readonly number[])[]): Vocabulary {
  // Keys are bytes, each as a character: then a range of bytes is looked up without a copy into a buffer.
  const rankOf = new Map<string, number>();
  let longest = 0;
  ranks.forEach((token, rank) => {
    const key = typeof token === 'string' ? utf8(token) : String.fromCharCode(...token);
    longest = Math.max(longest, key.length);
    rankOf.set(key, rank);
  });
  const rankBetween = (bytes: string, from: number, to: number): number =>
    to - from > longest ? NO_RANK : (rankOf.get(bytes.slice(from, to)) ?? NO_RANK);

  return {
    count(piece) {
      const bytes = utf8(piece);
      if (rankOf.has(bytes)) return 1;
      return bytes.length <= SHORT ? mergeShort(bytes, rankBetween) : mergeLong(bytes, rankBetween);
    },
  };
}

type RankBetween = (bytes: string, from: number, to: number) => number;

const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/**
 * Byte-pair merging by its definition: of all pairs of neighbours the one of lowest rank, the first of these, until
 * none has a rank.
 */
function mergeShort(bytes: string, rankBetween: RankBetween): number {
  const starts = Array.from({ length: bytes.length + 1 }, (_, at) => at);
  const rankAt = (index: number): number => {
    const [from, to] = [starts[index], starts[index + 2]];
    return from === undefined || to === undefined ? NO_RANK : rankBetween(bytes, from, to);
  };
  const ranks = starts.map((_, index) => rankAt(index));
  for (;;) {
    let best = 0;
    let lowest = NO_RANK;
    ranks.forEach((rank, index) => {
      if (rank < lowest) [lowest, best] = [rank, index];
    });
    if (lowest === NO_RANK) return starts.length - 1;
    starts.splice(best + 1, 1);
    ranks.splice(best + 1, 1);
    ranks[best] = rankAt(best);
    if (best > 0) ranks[best - 1] = rankAt(best - 1);
  }
}

/** The same result with the pairs in a heap and the parts in a linked list: n log n, where the definition takes n². */
function mergeLong(bytes: string, rankBetween: RankBetween): number {
  const length = bytes.length;
  const next = new Int32Array(length + 1);
  const previous = new Int32Array(length + 1);
  const pairRank = new Int32Array(length + 1).fill(NO_RANK);
  for (let at = 0; at <= length; at += 1) {
    next[at] = at + 1;
    previous[at] = at - 1;
  }
  const heap = createHeap(length);
  const rate = (at: number): void => {
    const middle = next[at] ?? length;
    const rank = middle >= length ? NO_RANK : rankBetween(bytes, at, next[middle] ?? length);
    pairRank[at] = rank;
    if (rank !== NO_RANK) heap.push(rank * POSITIONS + at);
  };
  for (let at = 0; at < length - 1; at += 1) rate(at);

  let parts = length;
  for (let key = heap.pop(); key !== undefined; key = heap.pop()) {
    const rank = Math.floor(key / POSITIONS);
    const at = key - rank * POSITIONS;
    // What was pushed before a neighbour was merged away is out of date.
    if (pairRank[at] !== rank) continue;
    const merged = next[at] ?? length;
    const after = next[merged] ?? length;
    pairRank[merged] = NO_RANK;
    next[at] = after;
    previous[after] = at;
    parts -= 1;
    rate(at);
    if (at > 0) rate(previous[at] ?? 0);
  }
  return parts;
}

interface Heap {
  push(key: number): void;
  pop(): number | undefined;
}

/** Binary heap of doubles, the smallest on top. */
function createHeap(expected: number): Heap {
  let keys = new Float64Array(Math.max(16, expected));
  let size = 0;
  const at = (index: number): number => keys[index] ?? Infinity;

  return {
    push(key) {
      if (size === keys.length) {
        const larger = new Float64Array(size * 2);
        larger.set(keys);
        keys = larger;
      }
      let hole = size;
      size += 1;
      while (hole > 0) {
        const parent = (hole - 1) >> 1;
        if (at(parent) <= key) break;
        keys[hole] = at(parent);
        hole = parent;
      }
      keys[hole] = key;
    },
    pop() {
      if (size === 0) return undefined;
      const top = at(0);
      size -= 1;
      const last = at(size);
      let hole = 0;
      for (;;) {
        let child = 2 * hole + 1;
        if (child >= size) break;
        if (child + 1 < size && at(child + 1) < at(child)) child += 1;
        if (at(child) >= last) break;
        keys[hole] = at(child);
        hole = child;
      }
      keys[hole] = last;
      return top;
    },
  };
}
