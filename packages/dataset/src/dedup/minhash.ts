import { mix, overlap, shingles } from './shingles.ts';

/** Values of a MinHash signature. */
export const PERMUTATIONS = 128;
/**
 * Bands of `BAND_ROWS` values: a pair of similarity s shares one with probability 1 − (1 − s⁶)²¹, .998 at .8, .93 at
 * .7, .28 at .5.
 */
export const BANDS = 21;
const BAND_ROWS = 6;
/**
 * Shingles that a sketch keeps: all of nearly every text; of a longer one the smallest, which estimate the similarity
 * within ±.016 (one standard error).
 */
const KEPT_SHINGLES = 1024;

/**
 * Rounds for all bins together: fewest steps for texts of 5 to 20 shingles. The same for every text, or values of two
 * texts could not be compared.
 */
const THROWS = 24;
const LOW = 0x1ffffff;

const SEEDS = Uint32Array.from({ length: THROWS + PERMUTATIONS }, (_, round) => mix(0x5bd1e995 + round));
const filledIn = new Int16Array(PERMUTATIONS);
const signature = new Uint32Array(PERMUTATIONS);

/**
 * What near-duplicates are found and verified by: the keys of the bands, then the shingles that are kept, ascending.
 * A pure function of the text, of about 130 bytes for a question; it holds no text. Safe to compute in any thread.
 */
export function sketch(text: string): Uint32Array {
  const set = shingles(text);
  minhash(set, signature);
  const kept = set.length > KEPT_SHINGLES ? set.subarray(0, KEPT_SHINGLES) : set;
  const result = new Uint32Array(BANDS + kept.length);
  for (let band = 0; band < BANDS; band += 1) {
    let key = band;
    for (let row = band * BAND_ROWS; row < (band + 1) * BAND_ROWS; row += 1)
      key = Math.imul(key ^ (signature[row] ?? 0), 0x9e3779b1) ^ (key >>> 15);
    result[band] = mix(key);
  }
  result.set(kept, BANDS);
  return result;
}

/** The shingles that a sketch keeps. */
export function keptShingles(sketched: Uint32Array): Uint32Array {
  return sketched.subarray(BANDS);
}

/**
 * Jaccard similarity of what two sketches keep: exact where both texts have fewer than 1,024 shingles, else the
 * bottom-k estimate.
 */
export function similarity(a: Uint32Array, b: Uint32Array): number {
  return overlap(a, b, Math.max(a.length, b.length) < KEPT_SHINGLES ? Infinity : KEPT_SHINGLES);
}

/**
 * Fast similarity sketching (Dahlgaard, Knudsen, Thorup 2017): in every round each shingle is thrown into one bin,
 * and a bin keeps the smallest value of the first round that reached it. Bins that are empty after `THROWS` rounds
 * take the smallest value of a round of their own. Every value collides with probability J, as those of k
 * permutations do and with less variance, at a third of the steps for a question and at n + k·ln k for a long text,
 * instead of n·k. Simple one-permutation hashing copies values between the bins of a short text, and loses recall by
 * it.
 */
export function minhash(set: Uint32Array, into: Uint32Array): void {
  filledIn.fill(-1);
  let empty = PERMUTATIONS;
  for (let round = 0; round < THROWS && empty > 0; round += 1) {
    const seed = SEEDS[round] ?? 0;
    for (let at = 0; at < set.length; at += 1) {
      const value = spread((set[at] ?? 0) ^ seed);
      const bin = value >>> 25;
      const filled = filledIn[bin] ?? 0;
      if (filled === -1) {
        filledIn[bin] = round;
        into[bin] = value & LOW;
        empty -= 1;
      } else if (filled === round && (value & LOW) < (into[bin] ?? 0)) into[bin] = value & LOW;
    }
  }
  for (let bin = 0; bin < PERMUTATIONS && empty > 0; bin += 1) {
    if (filledIn[bin] !== -1) continue;
    const seed = SEEDS[THROWS + bin] ?? 0;
    let least = LOW;
    for (let at = 0; at < set.length; at += 1) least = Math.min(least, spread((set[at] ?? 0) ^ seed) & LOW);
    into[bin] = least;
    empty -= 1;
  }
}

/** Cheaper than `mix`, and enough for shingles, which are mixed already. */
function spread(value: number): number {
  const x = Math.imul(value, 0x9e3779b1);
  return Math.imul(x ^ (x >>> 15), 0x85ebca6b);
}
