import kafkajs from 'kafkajs';

/** One partition of an answer to Fetch. */
export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly lastStableOffset: bigint;
  readonly abortedTransactions: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[];
  /** Record batches, one after the other; the last may be cut off. */
  readonly batches: Buffer;
}

export interface DecodedRecord {
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly headers: Record<string, string>;
  readonly value: Buffer | null;
}

export interface DecodedBatch {
  readonly lastOffset: bigint;
  readonly producerId: bigint;
  readonly isTransactional: boolean;
  /** Its one record says how a transaction ended. */
  readonly isControl: boolean;
  readonly records: readonly DecodedRecord[];
}

/** Of the answers below; kafkajs asks for this one wherever the broker can give it (Kafka 2.3 and later). */
export const FETCH_VERSION = 11;

const MAGIC = 2;
const LENGTH_END = 12;
const MAGIC_AT = 16;
const ATTRIBUTES_AT = 21;
const LAST_DELTA_AT = 23;
const PRODUCER_AT = 43;
const COUNT_AT = 57;
const RECORDS_AT = 61;
const COMPRESSION = 0b111;
const TRANSACTIONAL = 0b1_0000;
const CONTROL = 0b10_0000;

/** Fetch answer, version 11: https://kafka.apache.org/protocol#The_Messages_Fetch */
export function decodeFetchAnswer(bytes: Buffer): FetchedPartition[] {
  const reader = createReader(bytes, 4 + 2 + 4);
  const partitions: FetchedPartition[] = [];
  for (let topics = reader.int32(); topics > 0; topics -= 1) {
    const topic = reader.bytes(reader.int16()).toString('utf8');
    for (let count = reader.int32(); count > 0; count -= 1) {
      const partition = reader.int32();
      const errorCode = reader.int16();
      reader.int64(); // high watermark
      const lastStableOffset = reader.int64();
      reader.int64(); // log start
      const abortedTransactions = Array.from({ length: Math.max(0, reader.int32()) }, () => ({
        producerId: reader.int64(),
        firstOffset: reader.int64(),
      }));
      reader.int32(); // preferred replica
      const batches = reader.bytes(Math.max(0, reader.int32()));
      partitions.push({ topic, partition, errorCode, lastStableOffset, abortedTransactions, batches });
    }
  }
  return partitions;
}

/**
 * Record batches of format 2: https://kafka.apache.org/documentation/#recordbatch. kafkajs's own decoder copies all
 * headers of a record anew for each one of them, which is most of what it costs to read a log of events with
 * seventeen.
 * @throws Error for another format, or a compression that there is no codec for
 */
export async function decodeBatches(bytes: Buffer): Promise<DecodedBatch[]> {
  const batches: DecodedBatch[] = [];
  for (let at = 0; at + RECORDS_AT <= bytes.length;) {
    const end = at + LENGTH_END + bytes.readInt32BE(at + 8);
    if (end > bytes.length) break;
    if (bytes[at + MAGIC_AT] !== MAGIC) throw new Error(`record format ${bytes[at + MAGIC_AT]} is not known`);
    const attributes = bytes.readInt16BE(at + ATTRIBUTES_AT);
    const firstOffset = bytes.readBigInt64BE(at);
    batches.push({
      lastOffset: firstOffset + BigInt(bytes.readInt32BE(at + LAST_DELTA_AT)),
      producerId: bytes.readBigInt64BE(at + PRODUCER_AT),
      isTransactional: (attributes & TRANSACTIONAL) !== 0,
      isControl: (attributes & CONTROL) !== 0,
      records: decodeRecords(
        await decompressed(attributes & COMPRESSION, bytes.subarray(at + RECORDS_AT, end)),
        bytes.readInt32BE(at + COUNT_AT),
        firstOffset,
      ),
    });
    at = end;
  }
  return batches;
}

async function decompressed(type: number, bytes: Buffer): Promise<Buffer> {
  if (type === 0) return bytes;
  const codec = (kafkajs.CompressionCodecs as Readonly<Record<number, (() => Codec) | undefined>>)[type];
  if (codec === undefined) throw new Error(`compression ${type} is not known`);
  return codec().decompress(bytes);
}

interface Codec {
  decompress(bytes: Buffer): Promise<Buffer>;
}

function decodeRecords(bytes: Buffer, count: number, firstOffset: bigint): DecodedRecord[] {
  const reader = createReader(bytes, 0);
  const names: string[] = [];
  const records: DecodedRecord[] = [];
  for (let index = 0; index < count; index += 1) {
    const length = reader.varint();
    const end = reader.at() + length;
    reader.skip(1); // attributes
    reader.skipVarint(); // time
    const offset = firstOffset + BigInt(reader.varint());
    const key = reader.nullable();
    const value = reader.nullable();
    const headers = decodeHeaders(reader, names);
    if (reader.at() !== end) throw new Error(`the record at ${offset} is not as long as it says`);
    records.push({ offset, key, headers, value });
  }
  return records;
}

/** A header that comes twice is joined: no event of ours has one, so its hash will not match. */
function decodeHeaders(reader: Reader, names: string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  const count = reader.varint();
  for (let index = 0; index < count; index += 1) {
    const name = reader.text(reader.varint(), names[index]);
    names[index] = name;
    const text = reader.text(Math.max(0, reader.varint()));
    const before = headers[name];
    headers[name] = before === undefined ? text : `${before},${text}`;
  }
  return headers;
}

type Reader = ReturnType<typeof createReader>;

/** Big-endian numbers and zigzag varints, from `at` on. */
function createReader(buffer: Buffer, at: number) {
  function varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = buffer[at] ?? 0;
      at += 1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    throw new Error('a number in a record has no end');
  }
  function bytes(length: number): Buffer {
    if (at + length > buffer.length) throw new Error('a record is cut off');
    at += length;
    return buffer.subarray(at - length, at);
  }
  return {
    at: () => at,
    skip: (count: number) => void (at += count),
    skipVarint(): void {
      while ((buffer[at] ?? 0) >= 0x80) at += 1;
      at += 1;
    },
    varint,
    bytes,
    int16(): number {
      at += 2;
      return buffer.readInt16BE(at - 2);
    },
    int32(): number {
      at += 4;
      return buffer.readInt32BE(at - 4);
    },
    int64(): bigint {
      at += 8;
      return buffer.readBigInt64BE(at - 8);
    },
    nullable(): Buffer | null {
      const length = varint();
      return length < 0 ? null : bytes(length);
    },
    /**
     * @param guess returned as it is when the bytes say the same: headers have one order, so their names need not be
     * made anew
     */
    text(length: number, guess = ''): string {
      const start = at;
      if (start + length > buffer.length) throw new Error('a record is cut off');
      at += length;
      if (guess !== '' && guess.length === length && isAscii(guess, start)) return guess;
      return buffer.toString('utf8', start, at);
    },
  };
  function isAscii(text: string, start: number): boolean {
    for (let index = 0; index < text.length; index += 1)
      if (buffer[start + index] !== text.charCodeAt(index)) return false;
    return true;
  }
}
