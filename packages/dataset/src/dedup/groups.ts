import { setImmediate } from 'node:timers/promises';

/** Entries that are sorted at once when hashes are spread evenly: 4 MiB. */
const SLICE = 524_288;
const MAX_BLOCKING_MS = 50;

/** Groups rows by a 32-bit key, with memory for a slice of the keys only. */
export interface Grouper {
  readonly bytes: number;
  /**
   * The event loop runs meanwhile.
   * @param scan is called once a slice, and passes every row in ascending order
   * @param group gets the rows of each key that at least two rows have, ascending; the array is used again
   */
  group(
    rows: number,
    scan: (each: (row: number, key: number) => void) => void,
    group: (rows: Uint32Array) => void,
  ): Promise<void>;
}

/** Its arrays are used again from call to call: they would pile up faster than they are collected. */
export function createGrouper(): Grouper {
  let entries = new Uint32Array(2 * 1024);
  let members = new Uint32Array(64);

  function sliceOf(
    slice: number,
    bits: number,
    scan: (each: (row: number, key: number) => void) => void,
  ): number {
    let count = 0;
    scan((row, key) => {
      if (bits > 0 && key >>> (32 - bits) !== slice) return;
      if (count * 2 === entries.length) entries = copied(entries, Math.ceil(count * 1.5) * 2);
      // Seen as one little-endian 64-bit number: the key above the row, so that plain sorting groups by key and keeps
      // the rows in order.
      entries[count * 2] = row;
      entries[count * 2 + 1] = key;
      count += 1;
    });
    return count;
  }

  async function eachRun(count: number, group: (rows: Uint32Array) => void): Promise<void> {
    let paused = performance.now();
    for (let from = 0; from < count;) {
      const key = entries[from * 2 + 1];
      let to = from + 1;
      while (to < count && entries[to * 2 + 1] === key) to += 1;
      if (to - from > 1) {
        if (members.length < to - from) members = new Uint32Array((to - from) * 2);
        for (let at = from; at < to; at += 1) members[at - from] = entries[at * 2] ?? 0;
        group(members.subarray(0, to - from));
        if (performance.now() - paused > MAX_BLOCKING_MS) {
          await setImmediate();
          paused = performance.now();
        }
      }
      from = to;
    }
  }

  return {
    get bytes() {
      return entries.byteLength + members.byteLength;
    },
    async group(rows, scan, group) {
      const bits = Math.max(0, Math.ceil(Math.log2(rows / SLICE)));
      for (let slice = 0; slice < 2 ** bits; slice += 1) {
        const count = sliceOf(slice, bits, scan);
        new BigUint64Array(entries.buffer, 0, count).sort();
        await eachRun(count, group);
        await setImmediate();
      }
    },
  };
}

function copied(words: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length);
  larger.set(words);
  return larger;
}
