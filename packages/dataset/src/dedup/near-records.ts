import type { Fingerprint } from './canonical.ts';
import { createColumn } from './column.ts';
import { similarity } from './minhash.ts';
import { createSpool } from './spool.ts';

/** Words before the shingles of a record: the number, two of the context, two of the answer. */
const HEADER = 5;

/** A record that was read, in a buffer that is used again. */
export interface LoadedRecord {
  /** Its place in the source order; −1 of none. */
  row: number;
  buffer: Uint32Array;
  length: number;
}

/**
 * What near-duplicates are verified by: of each row its number, context, answer and shingles, as hashes, in a spool;
 * 4 bytes a row are in memory.
 */
export interface NearRecords {
  readonly rows: number;
  readonly bytes: number;
  add(number: number, context: Fingerprint, answer: Fingerprint, shingles: Uint32Array): void;
  /** Reads the record of a row, unless it is there already. */
  load(into: LoadedRecord, row: number): LoadedRecord;
  close(): void;
}

export function createNearRecords(dir?: string): NearRecords {
  const words = createSpool(dir);
  const offsets = createColumn();
  return {
    get rows() {
      return offsets.length;
    },
    get bytes() {
      return words.bytes + offsets.bytes;
    },
    add(number, [context0 = 0, context1 = 0], [answer0 = 0, answer1 = 0], shingles) {
      if (words.length > 0xffffffff)
        throw new RangeError('near-duplicates are found among at most 2³² shingles');
      offsets.push(words.length);
      words.append(Uint32Array.of(number, context0, context1, answer0, answer1));
      words.append(shingles);
    },
    load(into, row) {
      if (into.row === row) return into;
      const from = offsets.get(row);
      const length = (row + 1 < offsets.length ? offsets.get(row + 1) : words.length) - from;
      if (into.buffer.length < length) into.buffer = new Uint32Array(length * 2);
      words.read(from, into.buffer.subarray(0, length));
      into.row = row;
      into.length = length;
      return into;
    },
    close: words.close,
  };
}

export const emptyRecord = (): LoadedRecord => ({ row: -1, buffer: new Uint32Array(64), length: 0 });

export const numberOf = ({ buffer }: LoadedRecord): number => buffer[0] ?? 0;

export const similarityOf = (a: LoadedRecord, b: LoadedRecord): number =>
  similarity(a.buffer.subarray(HEADER, a.length), b.buffer.subarray(HEADER, b.length));

export const haveSameContext = ({ buffer: a }: LoadedRecord, { buffer: b }: LoadedRecord): boolean =>
  a[1] === b[1] && a[2] === b[2];

export const haveSameAnswer = ({ buffer: a }: LoadedRecord, { buffer: b }: LoadedRecord): boolean =>
  a[3] === b[3] && a[4] === b[4];
