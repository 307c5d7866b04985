import type { Fingerprint } from './canonical.ts';
import { createColumn } from './column.ts';
import type { DuplicateDecision } from './decision.ts';
import { groupByKey } from './groups.ts';
import { BANDS, keptShingles, similarity } from './minhash.ts';
import { mix } from './shingles.ts';
import { createSpool } from './spool.ts';

/** Rows of a bucket that others are compared with: bounds the work where many rows share a band and are not near each other; the other bands still find them. */
const MAX_LEADERS = 64;
const MAX_CONFLICT_LEADERS = 8;
/** Chains of near rows are settled again until nothing moves, at most so often; what is then still open stays in the dataset. */
const MAX_ROUNDS = 8;
const NONE = 0xffffffff;
/** Words before the shingles of a record: the number, two of the context, two of the answer. */
const HEADER = 5;
const CHUNK = 16_384;

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
 * Near-duplicates: rows in the same context, with the same answer, whose dialogues have a Jaccard similarity of at least `threshold`. Bands only nominate pairs: each is verified on the
 * shingles themselves, as an estimate by 128 values (±.035) would lose half of the pairs at the threshold. The earliest row is kept, and every row that is left out is near to the row that
 * is kept in its place, not to another duplicate of it only. The result depends on the rows and their order alone.
 *
 * Memory is 8 bytes a row and a fixed part: sketches are spooled to `dir`, and the bands are worked through one by one. They are hashes; no text is written.
 * @param threshold .7..1: below, 21 bands of 6 would miss too many pairs
 */
export function createNearIndex(options: { readonly threshold?: number; readonly dir?: string }): NearIndex {
  const { threshold = 0.8, dir } = options;
  if (!(threshold >= 0.7 && threshold <= 1))
    throw new RangeError(`a threshold for near-duplicates is between .7 and 1, not ${threshold}`);
  const bands = Array.from({ length: BANDS }, () => createSpool(dir));
  const answers = createSpool(dir);
  const records = createSpool(dir);
  /** Where a row's record begins in `records`. */
  const offsets = createColumn();
  /** An earlier row that is near, or NONE. Of a row that is left out: the kept row. Of a kept row, after `conflicts`: one that conflicts. */
  const nearTo = createColumn();
  let leftOut = new Uint8Array(0);
  let lastNumber = -1;
  let resolved = false;

  const isLeftOut = (row: number): boolean => ((leftOut[row >>> 3] ?? 0) & (1 << (row & 7))) !== 0;
  const leaveOut = (row: number): void =>
    void (leftOut[row >>> 3] = (leftOut[row >>> 3] ?? 0) | (1 << (row & 7)));
  const takeBack = (row: number): void =>
    void (leftOut[row >>> 3] = (leftOut[row >>> 3] ?? 0) & ~(1 << (row & 7)));

  const record = (row: number): Uint32Array => {
    const from = offsets.get(row);
    const to = row + 1 < offsets.length ? offsets.get(row + 1) : records.length;
    const words = new Uint32Array(to - from);
    records.read(from, words);
    return words;
  };
  const between = (a: Uint32Array, b: Uint32Array): number =>
    similarity(a.subarray(HEADER), b.subarray(HEADER));
  const areNear = (a: number, b: number): boolean => between(record(a), record(b)) >= threshold;

  /** Sets `nearTo` of the rows that are in, over all bands. */
  async function match(asked: Question): Promise<void> {
    const keys = new Uint32Array(CHUNK);
    const answerKeys = new Uint32Array(CHUNK);
    for (const band of bands) {
      const scan = (each: (row: number, key: number) => void): void => {
        for (let from = 0; from < offsets.length; from += CHUNK) {
          const part = Math.min(CHUNK, offsets.length - from);
          band.read(from, keys.subarray(0, part));
          if (asked.sameAnswer) answers.read(from, answerKeys.subarray(0, part));
          for (let at = 0; at < part; at += 1)
            if (!isLeftOut(from + at))
              each(
                from + at,
                asked.sameAnswer ? mix((keys[at] ?? 0) ^ (answerKeys[at] ?? 0)) : (keys[at] ?? 0),
              );
        }
      };
      await groupByKey(offsets.length, scan, (rows) => compare(rows, asked));
    }
  }

  /** Compares the rows of a bucket with the ones before them that matched none themselves. */
  function compare(rows: Uint32Array, { sameAnswer, maxLeaders }: Question): void {
    const leaders: { readonly row: number; words: Uint32Array | undefined }[] = [];
    for (const row of rows) {
      let words: Uint32Array | undefined;
      for (const leader of leaders) {
        if (leader.row >= nearTo.get(row)) break;
        words ??= record(row);
        leader.words ??= record(leader.row);
        if (!comparable(words, leader.words, sameAnswer) || between(words, leader.words) < threshold)
          continue;
        nearTo.set(row, leader.row);
        break;
      }
      if (leaders.length < maxLeaders && !(sameAnswer && nearTo.get(row) !== NONE))
        leaders.push({ row, words });
    }
  }

  /** In source order: a row goes when what it is near to stays, or when it is near to what that went for. Returns how many rows lost what they were near to, and have to be matched again. */
  function settle(): number {
    let orphans = 0;
    for (let row = 0; row < offsets.length; row += 1) {
      const other = nearTo.get(row);
      if (other === NONE) continue;
      if (!isLeftOut(other)) {
        leaveOut(row);
        continue;
      }
      const kept = nearTo.get(other);
      if (areNear(row, kept)) {
        nearTo.set(row, kept);
        leaveOut(row);
      } else {
        nearTo.set(row, NONE);
        takeBack(row);
        orphans += 1;
      }
    }
    return orphans;
  }

  return {
    get rows() {
      return offsets.length;
    },
    get bytes() {
      return [...bands, answers, records, offsets, nearTo].reduce(
        (total, { bytes }) => total + bytes,
        leftOut.byteLength,
      );
    },
    add({ number, sketch, context, answer }) {
      if (resolved) throw new RangeError('the near-duplicates are resolved already: add all rows before');
      if (!Number.isInteger(number) || number <= lastNumber || number >= NONE)
        throw new RangeError(
          `row numbers ascend and are integers below 2³²−1: ${number} after ${lastNumber}`,
        );
      lastNumber = number;
      offsets.push(records.length);
      nearTo.push(NONE);
      const [context0 = 0, context1 = 0] = context;
      const [answer0 = 0, answer1 = 0] = answer;
      bands.forEach((band, at) => band.push(mix((sketch[at] ?? 0) ^ context0)));
      answers.push(answer0);
      records.append(Uint32Array.of(number, context0, context1, answer0, answer1));
      records.append(keptShingles(sketch));
    },
    async resolve() {
      if (resolved) throw new RangeError('the near-duplicates are resolved already');
      resolved = true;
      leftOut = new Uint8Array(Math.ceil(offsets.length / 8));
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        await match({ sameAnswer: true, maxLeaders: MAX_LEADERS });
        if (settle() === 0) break;
      }
    },
    *duplicates() {
      for (let row = 0; row < offsets.length; row += 1) {
        if (!isLeftOut(row)) continue;
        const words = record(row);
        const kept = record(nearTo.get(row));
        yield { row: words[0] ?? 0, keptRow: kept[0] ?? 0, kind: 'near', similarity: between(words, kept) };
      }
    },
    async conflicts(maxExamples = 100) {
      for (let row = 0; row < offsets.length; row += 1) if (!isLeftOut(row)) nearTo.set(row, NONE);
      await match({ sameAnswer: false, maxLeaders: MAX_CONFLICT_LEADERS });
      const examples: NearConflict[] = [];
      let rows = 0;
      for (let row = 0; row < offsets.length; row += 1) {
        if (isLeftOut(row) || nearTo.get(row) === NONE) continue;
        rows += 1;
        if (examples.length >= maxExamples) continue;
        const words = record(row);
        const other = record(nearTo.get(row));
        examples.push({ row: words[0] ?? 0, otherRow: other[0] ?? 0, similarity: between(words, other) });
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

/** Both are in the same context; and the answers are the same, or differ, as asked. */
function comparable(a: Uint32Array, b: Uint32Array, sameAnswer: boolean): boolean {
  return a[1] === b[1] && a[2] === b[2] && (a[3] === b[3] && a[4] === b[4]) === sameAnswer;
}
