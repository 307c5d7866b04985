import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { readCheckpoint } from '@ftm/audit/checkpoint';
import type { RowLine } from '@ftm/audit/export-lines';
import type { NoteVerifier } from '@ftm/audit/signed-note';
import { createSnapshotReader, SnapshotRefused, type SnapshotHead } from '@ftm/audit/snapshot';
import type { KafkaConnection } from '@ftm/event-log/kafka-clients';
import { createPartitionReader } from '@ftm/event-log/partition-reader';
import type { Registry } from '@ftm/event-log/registry';
import { saveHeads } from '@ftm/postgres/checkpoints';
import { beginGeneration, dropGeneration, schemaOf, liveSchema } from '@ftm/postgres/generations';
import { JOURNAL_CONSUMER } from '@ftm/postgres/journal';
import { saveCheckpoint } from '@ftm/postgres/merkle';
import { withTransaction, type Client, type Pool } from '@ftm/postgres/pool';
import { insertSideRows, lockEmptyJournal, setPosition } from '@ftm/postgres/snapshot';
import type { Extension } from '@ftm/projection/projection';
import { keepInJournal, type KeptRecord } from './journal.ts';
import { growTrees } from './merkle-nodes.ts';
import { buildAtOnce } from './rebuild.ts';

export interface RestoreOptions {
  readonly file: string;
  readonly pool: Pool;
  readonly registry: Registry;
  /** The log that the snapshot must be of. */
  readonly kafka: KafkaConnection;
  readonly topic: string;
  readonly trusted: readonly NoteVerifier[];
  readonly onProgress?: (events: number) => void;
}

export interface Restored {
  readonly events: number;
  readonly tenants: number;
  readonly setAside: number;
  readonly sha256: string;
  /** Partition → offset at which the projector goes on. */
  readonly positions: Readonly<Record<string, string>>;
}

const BATCH = 2000;
const NO_TIME = '1970-01-01T00:00:00.000Z';

/**
 * Fills an empty database from a snapshot, in one transaction: all of it is there and was found to be sound, or nothing is. A restore that dies is begun anew.
 * @throws SnapshotRefused for a file that is not sound, is not of this log, or a database that is not empty
 */
export function restoreSnapshot(options: RestoreOptions): Promise<Restored> {
  return withTransaction(options.pool, async (client) => {
    if (!(await lockEmptyJournal(client)))
      throw new SnapshotRefused('the database has a journal already: a snapshot goes into an empty one only');
    const { end, heads, setAside } = await load(client, options);
    await compareWithLog(options, heads);
    for (const [partition, offset] of Object.entries(end.positions))
      await setPosition(client, Number(partition), BigInt(offset));
    await saveHeads(client, JOURNAL_CONSUMER, new Map(heads.map((head) => [head.tenantId, storable(head)])));
    const empty = await liveSchema(client);
    const generation = await beginGeneration(client, 'restore', JOURNAL_CONSUMER);
    await buildAtOnce(client, options.registry, generation);
    await dropGeneration(client, Number(empty.slice(schemaOf(0).length - 1)));
    const { events, positions, sha256 } = end;
    return { events, positions, sha256, tenants: heads.length, setAside };
  });
}

async function load(client: Client, { file, trusted, onProgress }: RestoreOptions) {
  const reader = createSnapshotReader(trusted);
  let batch: KeptRecord[] = [];
  let rows: RowLine[] = [];
  let [events, setAside] = [0, 0];
  async function flush(): Promise<void> {
    const [first] = rows;
    if (first !== undefined)
      await insertSideRows(
        client,
        first.table,
        rows.map(({ row }) => row),
      );
    await keepInJournal(
      client,
      batch.filter((each) => each.parkedOnly !== true),
    );
    await growTrees(client, extensionsOf(batch));
    [batch, rows] = [[], []];
    onProgress?.(events);
  }
  for await (const text of linesOf(file)) {
    const read = reader.next(text);
    if ('envelope' in read) {
      const { partition, offset, headers, parkedOnly } = read.line;
      const record = { partition, offset: BigInt(offset), headers: { ...headers }, value: read.value };
      batch.push({ envelope: read.envelope, record, ...(parkedOnly === undefined ? {} : { parkedOnly }) });
      events += 1;
    } else if (read.line.kind === 'row') {
      if (rows[0] !== undefined && rows[0].table !== read.line.table) await flush();
      rows.push(read.line);
      setAside += read.line.table === 'parked' ? 1 : 0;
    } else if (read.line.kind === 'checkpoint') {
      const { note, tenant } = read.line;
      await saveCheckpoint(client, { ...readCheckpoint(note), tenantId: tenant, note });
    }
    if (batch.length + rows.length >= BATCH) await flush();
  }
  await flush();
  return { ...reader.finish(), setAside };
}

/** A snapshot has a tenant's events in the order of the chain, and all of them. */
function extensionsOf(records: readonly KeptRecord[]): Map<string, Extension> {
  const chains = new Map<string, Extension>();
  for (const { envelope } of records) {
    const { tenantId, seq } = envelope;
    chains.set(tenantId, { before: chains.get(tenantId)?.before ?? seq - 1, size: seq });
  }
  return chains;
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const raw = createReadStream(file);
  const text = raw.pipe(createGunzip());
  raw.on('error', (error) => text.destroy(error));
  try {
    yield* createInterface({ input: text, crlfDelay: Infinity });
  } catch (error) {
    throw new SnapshotRefused(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Each tenant's newest event stands in Kafka where the snapshot says. Its hash binds all events before it, so that these are the log's too. */
async function compareWithLog(
  { kafka, topic }: Pick<RestoreOptions, 'kafka' | 'topic'>,
  heads: readonly SnapshotHead[],
): Promise<void> {
  // One batch is enough, and the broker always gives a whole one.
  const reader = createPartitionReader(kafka, topic, { maxBytes: 1 });
  try {
    const partitions = await reader.partitions();
    for (const { tenantId, partition, offset, hash } of heads) {
      const at = BigInt(offset);
      const found =
        partition < partitions && at < (await reader.endOffset(partition))
          ? (await reader.fetch(partition, at, 0)).records.find((record) => record.offset === at)
          : undefined;
      if (found?.key !== tenantId || found.headers['ftm_hash'] !== hash)
        throw new SnapshotRefused(
          `it is not of this log: ${topic} has another record, or none, at ${partition}:${offset}, where the newest event of ${tenantId} should be`,
        );
    }
  } finally {
    await reader.close();
  }
}

/** As the projector does for a time that is none. */
function storable({ seq, hash, time }: SnapshotHead) {
  return { seq, hash, time: Number.isNaN(Date.parse(time)) ? NO_TIME : time };
}
