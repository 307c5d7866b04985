import { createBits, type Bits } from './bits.ts';
import type { Fingerprint } from './canonical.ts';
import { createColumn } from './column.ts';
import type { DuplicateDecision } from './decision.ts';
import { createGrouper } from './groups.ts';
import { BANDS, keptShingles } from './minhash.ts';
import {
  createNearRecords,
  emptyRecord,
  haveSameAnswer,
  haveSameContext,
  numberOf,
  similarityOf,
} from './near-records.ts';
import { mix } from './shingles.ts';
import { createSpool } from './spool.ts';

/**
 * Rows of a bucket that others are compared with: bounds the work where many rows share a band and are not near each
 * other; the other bands still find them.
 */
const MAX_LEADERS = 32;
const MAX_CONFLICT_LEADERS = 8;
/**
 * Chains of near rows are settled again until nothing moves, at most so often; what is then still open stays in the
 * dataset.
 */
const MAX_ROUNDS = 8;
const NONE = 0xffffffff;
const CHUNK = 16_384;
/** Of the keys, to find the buckets that matter: a filter of 128 KiB. */
const FILTER_BITS = 20;

export interface NearRow {
  /** Ascending from row to row. */
  readonly number: number;
  /** `sketch` of the dialogue. */
  readonly sketch: Uint32Array;
  /** Rows whose contexts differ are neither duplicates nor conflicts. */
  readonly context: Fingerprint;
  /** Rows whose answers differ are never duplicates. */
  readonly answer: Fingerprint;
}

export interface NearConflict {
  readonly row: number;
  readonly otherRow: number;
  readonly similarity: number;
}

export interface NearConflicts {
  /** Kept rows that ask nearly the same as an earlier kept row and are answered differently. */
  readonly rows: number;
  /** The first of them. */
  readonly examples: readonly NearConflict[];
}

export interface NearIndex {
  readonly rows: number;
  /** Of the index's own arrays. */
  readonly bytes: number;
  /** @throws RangeError when numbers do not ascend, or after `resolve` */
  add(row: NearRow): void;
  /** Decides; to be called once, after the last row. */
  resolve(): Promise<void>;
  /** The rows to leave out, in source order. */
  duplicates(): Iterable<DuplicateDecision>;
  /** To be called after `resolve`. */
  conflicts(maxExamples?: number): Promise<NearConflicts>;
  close(): void;
}

/**
 * Near-duplicates: rows in the same context, with the same answer, whose dialogues have a Jaccard similarity of at
 * least `threshold`. Bands only nominate pairs: each is verified on the shingles themselves, as an estimate by 128
 * values (±.035) would lose half of the pairs at the threshold. The earliest row is kept, and every row that is left
 * out is near to the row that is kept in its place, not to another duplicate of it only. The result depends on the
 * rows and their order alone.
 *
 * Memory is 8 bytes a row and a fixed part: sketches are spooled to `dir`, and the bands are worked through one by
 * one. They are hashes; no text is written.
 * @param threshold .7..1: below, 21 bands of 6 would miss too many pairs
 */
export function createNearIndex(options: { readonly threshold?: number; readonly dir?: string }): NearIndex {
  const { threshold = 0.8, dir } = options;
  if (!(threshold >= 0.7 && threshold <= 1))
    throw new RangeError(`a threshold for near-duplicates is between .7 and 1, not ${threshold}`);
  const bands = Array.from({ length: BANDS }, () => createSpool(dir));
  const answers = createSpool(dir);
  const records = createNearRecords(dir);
  /**
   * An earlier row that is near, or NONE. Of a row that is left out: the kept row. Of a kept row, after `conflicts`:
   * one that conflicts.
   */
  const nearTo = createColumn();
  const grouper = createGrouper();
  let leftOut = createBits(0);
  let lastNumber = -1;
  let resolved = false;

  let current = emptyRecord();
  const leaders = Array.from({ length: MAX_LEADERS }, emptyRecord);
  const leaderRows = new Uint32Array(MAX_LEADERS);

  /**
   * Sets `nearTo` of the rows that are in, over all bands. Given rows of which the others know already, only buckets
   * with one of them are looked at.
   */
  async function match(
    asked: Question,
    among?: { readonly rows: Bits; readonly count: number },
  ): Promise<void> {
    const keys = new Uint32Array(CHUNK);
    const answerKeys = new Uint32Array(CHUNK);
    for (const band of bands) {
      const scan = (each: (row: number, key: number) => void): void => {
        for (let from = 0; from < records.rows; from += CHUNK) {
          const part = Math.min(CHUNK, records.rows - from);
          band.read(from, keys.subarray(0, part));
          if (asked.sameAnswer) answers.read(from, answerKeys.subarray(0, part));
          for (let at = 0; at < part; at += 1)
            if (!leftOut.has(from + at))
              each(
                from + at,
                asked.sameAnswer ? mix((keys[at] ?? 0) ^ (answerKeys[at] ?? 0)) : (keys[at] ?? 0),
              );
        }
      };
      if (among === undefined) {
        await grouper.group(records.rows, scan, (rows) => compare(rows, asked));
        continue;
      }
      const wanted = createBits(2 ** FILTER_BITS);
      scan((row, key) => {
        if (among.rows.has(row)) wanted.add(key >>> (32 - FILTER_BITS));
      });
      await grouper.group(
        Math.min(records.rows, among.count * 16),
        (each) =>
          scan((row, key) => {
            if (wanted.has(key >>> (32 - FILTER_BITS))) each(row, key);
          }),
        (rows) => compare(rows, asked),
      );
    }
  }

  /** Compares the rows of a bucket with its leaders: the ones before them that matched none themselves. */
  function compare(rows: Uint32Array, { sameAnswer, maxLeaders }: Question): void {
    let count = 0;
    for (const row of rows) {
      for (let at = 0; at < count && (leaderRows[at] ?? 0) < nearTo.get(row); at += 1) {
        const leader = records.load(leaders[at] ?? emptyRecord(), leaderRows[at] ?? 0);
        records.load(current, row);
        if (!haveSameContext(current, leader) || haveSameAnswer(current, leader) !== sameAnswer) continue;
        if (similarityOf(current, leader) >= threshold) nearTo.set(row, leader.row);
      }
      if (count === maxLeaders || (sameAnswer && nearTo.get(row) !== NONE)) continue;
      leaderRows[count] = row;
      [current, leaders[count]] = [leaders[count] ?? emptyRecord(), current];
      count += 1;
    }
  }

  function areNear(a: number, b: number): boolean {
    return similarityOf(records.load(current, a), records.load(leaders[0] ?? emptyRecord(), b)) >= threshold;
  }

  /**
   * In source order: a row goes when what it is near to stays, or when it is near to what that went for. Returns the
   * rows that lost what they were near to, and have to be matched again.
   */
  function settle(): { readonly rows: Bits; readonly count: number } {
    const orphans = { rows: createBits(records.rows), count: 0 };
    for (let row = 0; row < records.rows; row += 1) {
      const other = nearTo.get(row);
      if (other === NONE) continue;
      if (!leftOut.has(other)) {
        leftOut.add(row);
        continue;
      }
      const kept = nearTo.get(other);
      if (areNear(row, kept)) {
        nearTo.set(row, kept);
        leftOut.add(row);
      } else {
        nearTo.set(row, NONE);
        leftOut.delete(row);
        orphans.rows.add(row);
        orphans.count += 1;
      }
    }
    return orphans;
  }

  function pair(row: number): { readonly row: number; readonly other: number; readonly similarity: number } {
    records.load(current, row);
    const other = records.load(leaders[0] ?? emptyRecord(), nearTo.get(row));
    return { row: numberOf(current), other: numberOf(other), similarity: similarityOf(current, other) };
  }

  return {
    get rows() {
      return records.rows;
    },
    get bytes() {
      return [...bands, answers, records, nearTo, grouper, leftOut].reduce(
        (total, { bytes }) => total + bytes,
        0,
      );
    },
    add({ number, sketch, context, answer }) {
      if (resolved) throw new RangeError('the near-duplicates are resolved already: add all rows before');
      if (!Number.isInteger(number) || number <= lastNumber || number >= NONE)
        throw new RangeError(
          `row numbers ascend and are integers below 2³²−1: ${number} after ${lastNumber}`,
        );
      lastNumber = number;
      nearTo.push(NONE);
      bands.forEach((band, at) => band.push(mix((sketch[at] ?? 0) ^ (context[0] ?? 0))));
      answers.push(answer[0] ?? 0);
      records.add(number, context, answer, keptShingles(sketch));
    },
    async resolve() {
      if (resolved) throw new RangeError('the near-duplicates are resolved already');
      resolved = true;
      leftOut = createBits(records.rows);
      const asked = { sameAnswer: true, maxLeaders: MAX_LEADERS };
      await match(asked);
      for (let round = 1, orphans = settle(); orphans.count > 0 && round < MAX_ROUNDS; round += 1) {
        await match(asked, orphans);
        orphans = settle();
      }
    },
    *duplicates() {
      for (let at = 0; at < records.rows; at += 1) {
        if (!leftOut.has(at)) continue;
        const { row, other, similarity } = pair(at);
        yield { row, keptRow: other, kind: 'near', similarity };
      }
    },
    async conflicts(maxExamples = 100) {
      for (let row = 0; row < records.rows; row += 1) if (!leftOut.has(row)) nearTo.set(row, NONE);
      await match({ sameAnswer: false, maxLeaders: MAX_CONFLICT_LEADERS });
      const examples: NearConflict[] = [];
      let rows = 0;
      for (let at = 0; at < records.rows; at += 1) {
        if (leftOut.has(at) || nearTo.get(at) === NONE) continue;
        rows += 1;
        if (examples.length >= maxExamples) continue;
        const { row, other, similarity } = pair(at);
        examples.push({ row, otherRow: other, similarity });
      }
      return { rows, examples };
    },
    close() {
      for (const spool of [...bands, answers, records]) spool.close();
    },
  };
}

interface Question {
  readonly sameAnswer: boolean;
  readonly maxLeaders: number;
}
