import { saveHeads, claimPartition, advance } from './checkpoints.ts';
import {
  createJournalReader,
  insertJournal,
  JOURNAL_CONSUMER,
  journalPosition,
  readAggregate,
  readStream,
  readTenant,
  type JournalEntry,
} from './journal.ts';
import { createPool, isRefusedData, withTenant, withTransaction, type Pool } from './pool.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

const TIME = '2026-01-01T00:00:00.123Z';
let offset = 0n;
function entry(tenantId: string, seq: number, stream: string, version: number): JournalEntry {
  offset += 1n;
  return {
    partition: 3,
    offset,
    tenantId,
    seq,
    stream,
    version,
    eventId: crypto.randomUUID(),
    type: 'ftm.dataset.DatasetErased',
    time: TIME,
    command: `${tenantId}-command-${seq}`,
    hash: `hash-${seq}`,
    headers: { ce_subject: stream, quotes: `"'{}\\,` },
    value: Buffer.from([0, seq, 255, 92, 34]),
  };
}

describe('journal', () => {
  let database: TestDatabase;
  let projector: Pool;
  let api: Pool;
  let writer: Pool;
  const entries = [
    entry('a', 1, 'dataset/x', 1),
    entry('b', 1, 'dataset/x', 1),
    entry('a', 2, 'eval-run/y', 1),
    entry('a', 3, 'dataset/x', 2),
  ];
  const plain = (...indexes: number[]) =>
    indexes.map((index) => {
      const { partition, offset: at, tenantId, headers, value } = entries[index] as JournalEntry;
      return { partition, offset: at, tenantId, headers, value };
    });

  beforeAll(async () => {
    database = await createTestDatabase();
    projector = createPool({ url: database.url('ftm_projector'), applicationName: 'test' });
    api = createPool({ url: database.url('ftm_api'), applicationName: 'test' });
    writer = createPool({ url: database.url('ftm_writer'), applicationName: 'test' });
    const { epoch } = await claimPartition(projector, JOURNAL_CONSUMER, 3);
    await withTransaction(projector, async (client) => {
      await advance(client, JOURNAL_CONSUMER, 3, { from: 0n, to: 10n, epoch });
      await insertJournal(client, entries);
      await saveHeads(client, JOURNAL_CONSUMER, new Map([['a', { seq: 3, hash: 'hash-3', time: TIME }]]));
    });
  });
  afterAll(async () => {
    await Promise.all([projector.end(), api.end(), writer.end()]);
    await database.drop();
  });

  it('gives back records byte for byte, by stream, by tenant, by aggregate', async () => {
    expect(await readStream(api, 'a', 'dataset/x')).toEqual(plain(0, 3));
    expect(await readTenant(api, 'a', 2, 10)).toEqual(plain(2, 3));
    expect(await readTenant(api, 'a', 1, 1)).toEqual(plain(0));
    expect(await readAggregate(api, 'a', 'dataset', TIME)).toEqual(plain(0, 3));
    expect(await readAggregate(api, 'a', 'dataset', '2025-01-01T00:00:00Z')).toEqual([]);
  });

  it('tells the writer all it asks, over the tenants of its partitions', async () => {
    const journal = createJournalReader(writer);
    expect(await journal.position(3)).toBe(10n);
    expect(await journal.position(4)).toBe(0n);
    expect(await journal.loadStreams(3, 'a', ['eval-run/y', 'dataset/x'])).toEqual(plain(0, 3, 2));
    expect(await journal.findCommands(3, ['a-command-2', 'b-command-1', 'none'])).toEqual(plain(2, 1));
    expect(await journal.heads(3, ['a', 'b'])).toEqual(
      new Map([['a', { seq: 3, hash: 'hash-3', time: TIME }]]),
    );
    expect(await journalPosition(api, 3)).toBe(10n);
  });

  it('takes a sequence number, a version and an offset once', async () => {
    const fresh = entry('a', 4, 'dataset/x', 3);
    for (const taken of [{ seq: 3 }, { version: 2 }, { offset: 1n }]) {
      const refused = withTransaction(projector, (client) => insertJournal(client, [{ ...fresh, ...taken }]));
      await expect(refused.catch((error: unknown) => isRefusedData(error))).resolves.toBe(true);
    }
  });

  it('shows the API one tenant, and none before it has said which', async () => {
    const count = 'select count(*)::int as n from log.journal';
    const heads = 'select count(*)::int as n from log.chain_heads';
    expect((await api.query(count)).rows).toEqual([{ n: 0 }]);
    expect((await api.query(heads)).rows).toEqual([{ n: 0 }]);
    expect(await withTenant(api, 'b', async (client) => (await client.query<object>(count)).rows)).toEqual([
      { n: 1 },
    ]);
    // The pool's connection is used again, and has forgotten the tenant.
    expect((await api.query(count)).rows).toEqual([{ n: 0 }]);
    expect(await readStream(api, 'b', 'dataset/x')).toEqual(plain(1));
    expect(await readTenant(api, "a' or true --", 1, 10)).toEqual([]);
  });
});
