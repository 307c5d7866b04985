import type { Fingerprint } from './canonical.ts';

const SEGMENTS = 64;
const FULL = 0.85;
const GROWTH = 1.4;

export interface ExactIndex {
  /** Rows that are no repeat of another. */
  readonly size: number;
  /** Of the index's arrays: 14 to 20 a row from a few thousand rows on. */
  readonly bytes: number;
  /**
   * The number of the row that came first with this fingerprint; null when it is this one, which is then remembered.
   * @param number of the row, 0..2³²−2
   */
  first(fingerprint: Fingerprint, number: number): number | null;
}

/**
 * Which rows repeat an earlier one. Open addressing over the first 64 bits of the fingerprints (two of two million
 * differing rows are taken for the same with probability 10⁻⁷), in segments that grow one by one, so that growing
 * never needs the whole index twice.
 */
export function createExactIndex(): ExactIndex {
  const segments = Array.from({ length: SEGMENTS }, () => createSegment(48));
  let size = 0;
  return {
    get size() {
      return size;
    },
    get bytes() {
      return segments.reduce((total, { slots }) => total + slots.byteLength, 0);
    },
    first(fingerprint, number) {
      if (!Number.isInteger(number) || number < 0 || number > 0xfffffffe)
        throw new RangeError(`a row number is an integer of 0..4294967294, not ${number}`);
      const [high = 0, low = 0] = fingerprint;
      const at = high >>> 26;
      let segment = segments[at];
      if (segment === undefined) return null;
      if (segment.used >= segment.capacity * FULL) segments[at] = segment = grown(segment);
      const earlier = place(segment, high, low, number + 1);
      if (earlier !== 0) return earlier - 1;
      size += 1;
      return null;
    },
  };
}

/** Slots of three words: both of the fingerprint, and the row number plus one; 0 is an empty slot. */
interface Segment {
  readonly slots: Uint32Array;
  readonly capacity: number;
  used: number;
}

const createSegment = (capacity: number): Segment => ({
  slots: new Uint32Array(capacity * 3),
  capacity,
  used: 0,
});

/** What is in the slot of the fingerprint, or 0 when it was put there now. */
function place(segment: Segment, high: number, low: number, value: number): number {
  const { slots, capacity } = segment;
  // The segment was chosen by the high word: the slot is by the low one. A fraction of the capacity, as that is no
  // power of two.
  let slot = Math.floor((low / 2 ** 32) * capacity);
  for (;;) {
    const held = slots[slot * 3 + 2] ?? 0;
    if (held === 0) break;
    if (slots[slot * 3] === high && slots[slot * 3 + 1] === low) return held;
    slot = slot + 1 === capacity ? 0 : slot + 1;
  }
  slots[slot * 3] = high;
  slots[slot * 3 + 1] = low;
  slots[slot * 3 + 2] = value;
  segment.used += 1;
  return 0;
}

function grown(segment: Segment): Segment {
  const larger = createSegment(Math.ceil(segment.capacity * GROWTH));
  const { slots } = segment;
  for (let at = 0; at < slots.length; at += 3) {
    const value = slots[at + 2] ?? 0;
    if (value !== 0) place(larger, slots[at] ?? 0, slots[at + 1] ?? 0, value);
  }
  return larger;
}
