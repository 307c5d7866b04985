import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createGunzip, createGzip } from 'node:zlib';
import { EXPORT_HEAD, parseExportLine, type ExportLine } from '@ftm/audit/export-lines';
import type { LogEntry } from '@ftm/audit/tenant-history';
import type { PublishedNote } from '@ftm/audit/vouched';
import { TECHNICAL_KEY } from '@ftm/contracts/topics';
import type { KafkaConnection } from '@ftm/event-log/kafka-clients';
import { createPartitionReader, type PartitionReader } from '@ftm/event-log/partition-reader';
import { partitionOf } from '@ftm/event-log/partitions';
import { readBatches, readTopic } from '@ftm/event-log/read-topic';
import { CannotRun } from '../cannot-run.ts';

/** Where the next batch of each partition begins, by partition. */
export type Positions = Readonly<Record<string, string>>;

export interface SourceBatch {
  readonly entries: readonly LogEntry[];
  /** Everything before these was read. */
  readonly positions: Positions;
  /** Of the whole: offsets, or bytes of a file. */
  readonly done: number;
  readonly total: number;
}

/** A log to be looked through: the topics, or a file made of them. */
export interface LogSource {
  readonly name: string;
  notes(): Promise<PublishedNote[]>;
  /** From these positions on to what is the end now. */
  batches(from: Positions): AsyncIterable<SourceBatch>;
  close(): Promise<void>;
}

/** Of one request to a broker. */
export const FETCH_BYTES = 8_000_000;

export interface LogTopics {
  readonly events: string;
  readonly checkpoints: string;
}

/** @param only of these partitions, and the checkpoints of the tenants that belong there; default all */
export function kafkaSource(
  connection: KafkaConnection,
  topics: LogTopics,
  only?: readonly number[],
): LogSource {
  const reader = createPartitionReader(connection, topics.events, { maxBytes: FETCH_BYTES });
  return {
    name: `topic ${topics.events}`,
    async notes() {
      const records = await readTopic(connection, topics.checkpoints);
      const owns = only === undefined ? () => true : ownerOf(only, await reader.partitions());
      return records
        .filter(({ key }) => owns(key))
        .map((record) => ({
          where: `${topics.checkpoints} ${record.partition}:${record.offset}`,
          tenantId: record.key,
          note: record.value.toString('utf8'),
        }));
    },
    async *batches(from) {
      const ends = await endsOf(reader, only);
      const positions: Record<string, string> = { ...from };
      const total = sum([...ends.values()]);
      for (const [partition, end] of ends) {
        const start = BigInt(positions[partition] ?? '0');
        try {
          for await (const { records, nextOffset } of readBatches(reader, partition, start, end)) {
            positions[partition] = String(nextOffset);
            const done = sum([...ends.keys()].map((each) => BigInt(positions[each] ?? '0')));
            const entries = records
              .filter((record) => record.key !== TECHNICAL_KEY)
              .map(({ offset, key, headers, value }) => ({
                where: `${partition}:${offset}`,
                key,
                partition,
                headers,
                value,
              }));
            yield { entries, positions: { ...positions }, done, total };
          }
        } catch (error) {
          if ((error as { type?: unknown }).type === 'OFFSET_OUT_OF_RANGE')
            throw new CannotRun(
              `partition ${partition} of ${topics.events} no longer has offset ${positions[partition] ?? '0'}: its beginning was deleted. The topic must keep everything (retention.ms=-1, cleanup.policy=delete); verify an export or the Orchestrator’s copy instead`,
              { cause: error },
            );
          throw error;
        }
      }
    },
    close: () => reader.close(),
  };
}

/** Last stable offsets, by partition. */
export async function endsOf(
  reader: PartitionReader,
  only?: readonly number[],
): Promise<Map<number, bigint>> {
  const ends = new Map<number, bigint>();
  for (const partition of only ?? Array.from({ length: await reader.partitions() }, (_, each) => each))
    ends.set(partition, await reader.endOffset(partition));
  return ends;
}

/** Do a tenant's events belong into one of these partitions? */
export function ownerOf(partitions: readonly number[], count: number): (tenant: string) => boolean {
  const known = new Map<string, boolean>();
  return (tenant) => {
    let owned = known.get(tenant);
    if (owned === undefined) known.set(tenant, (owned = partitions.includes(partitionOf(tenant, count))));
    return owned;
  };
}

const sum = (offsets: readonly bigint[]): number => offsets.reduce((all, each) => all + Number(each), 0);

const BATCH = 2000;

/** Gunzipped where the file's name ends in `.gz`. @throws CannotRun when it cannot be read */
export async function* linesOf(file: string, gzipped = file.endsWith('.gz')): AsyncGenerator<string> {
  const raw = createReadStream(file);
  const text = gzipped ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => text.destroy(error));
  const lines = createInterface({ input: text, crlfDelay: Infinity })[Symbol.asyncIterator]();
  for (;;) {
    const next = await lines.next().catch((error: unknown) => {
      throw new CannotRun(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
    });
    if (next.done === true) return;
    yield next.value;
  }
}

export function exportSource(file: string): LogSource {
  /** @param wanted a look at the text before it is parsed, which is what costs */
  async function* lines(
    wanted: (text: string, at: number) => boolean,
  ): AsyncGenerator<{ readonly line: ExportLine; readonly at: number }> {
    let at = 0;
    for await (const each of linesOf(file)) {
      at += 1;
      if (each !== '' && wanted(each, at)) yield { line: parseLine(each, file, at), at };
    }
    if (at === 0) throw new CannotRun(`${file} is empty`);
  }
  return {
    name: file,
    async notes() {
      const notes: PublishedNote[] = [];
      for await (const { line } of lines((text, at) => at === 1 || text.includes('"checkpoint"')))
        if (line.kind === 'checkpoint')
          notes.push({ where: line.where, tenantId: line.tenant, note: line.note });
      return notes;
    },
    async *batches(from) {
      const start = Number(from['line'] ?? 0);
      let entries: LogEntry[] = [];
      let last = start;
      for await (const { line, at } of lines((_, each) => each > start)) {
        last = at;
        if (line.kind !== 'event') continue;
        entries.push({
          where: `${line.partition}:${line.offset}`,
          key: line.key,
          partition: line.partition,
          headers: line.headers,
          value: Buffer.from(line.value, 'base64'),
        });
        if (entries.length < BATCH) continue;
        yield { entries, positions: { line: String(at) }, done: at, total: Number.NaN };
        entries = [];
      }
      yield { entries, positions: { line: String(last) }, done: last, total: last };
    },
    close: () => Promise.resolve(),
  };
}

function parseLine(text: string, file: string, at: number): ExportLine {
  try {
    return parseExportLine(text, at);
  } catch (error) {
    throw new CannotRun(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** Writes events and checkpoints of a log to a file that can be verified without Kafka. @returns how many events */
export async function writeExport(source: LogSource, file: string, tenant?: string): Promise<number> {
  const target = createWriteStream(file, { flags: 'wx' });
  const failed = once(target, 'error').then(([error]) => Promise.reject(error as Error));
  failed.catch(() => undefined);
  const out = file.endsWith('.gz') ? createGzip() : target;
  if (out !== target) out.pipe(target);
  const write = async (line: ExportLine): Promise<void> => {
    if (!out.write(`${JSON.stringify(line)}\n`)) await Promise.race([once(out, 'drain'), failed]);
  };
  let events = 0;
  await write(EXPORT_HEAD);
  for (const { where, tenantId, note } of await source.notes())
    if (tenant === undefined || tenant === tenantId)
      await write({ kind: 'checkpoint', where, tenant: tenantId, note });
  for await (const { entries } of source.batches({}))
    for (const { where, key, headers, value } of entries) {
      if (tenant !== undefined && tenant !== key) continue;
      const [partition = '', offset = ''] = where.split(':');
      await write({
        kind: 'event',
        partition: Number(partition),
        offset,
        key,
        headers,
        value: value.toString('base64'),
      });
      events += 1;
    }
  out.end();
  await Promise.race([once(target, 'close'), failed]);
  return events;
}
