import {
  advance,
  claimPartition,
  loadHeads,
  park,
  parkedStreams,
  saveHeads,
  saveVoid,
} from './checkpoints.ts';
import { createPool, withTransaction, type Pool } from './pool.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';

describe('checkpoints', () => {
  let database: TestDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createPool({ url: database.url('ftm_projector'), applicationName: 'test' });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  const move = (partition: number, from: bigint, to: bigint, epoch: number) =>
    withTransaction(pool, (client) => advance(client, 'c', partition, { from, to, epoch }));

  it('start at the beginning and go on where they were left', async () => {
    expect(await claimPartition(pool, 'c', 0)).toEqual({ nextOffset: 0n, epoch: 1 });
    expect(await move(0, 0n, 9_007_199_254_740_993n, 1)).toBe(true);
    expect(await claimPartition(pool, 'c', 0)).toEqual({ nextOffset: 9_007_199_254_740_993n, epoch: 2 });
    expect(await claimPartition(pool, 'other', 0)).toEqual({ nextOffset: 0n, epoch: 1 });
  });

  it('do not move for a claim that another has followed', async () => {
    const first = await claimPartition(pool, 'c', 1);
    await claimPartition(pool, 'c', 1);
    expect(await move(1, 0n, 5n, first.epoch)).toBe(false);
  });

  it('do not move for a batch that was handled before', async () => {
    const { epoch } = await claimPartition(pool, 'c', 2);
    expect(await move(2, 0n, 5n, epoch)).toBe(true);
    expect(await move(2, 0n, 5n, epoch)).toBe(false);
    expect(await move(2, 6n, 7n, epoch)).toBe(false);
  });

  it('move for one of those who race', async () => {
    const { epoch } = await claimPartition(pool, 'c', 3);
    const moved = await Promise.all(Array.from({ length: 8 }, () => move(3, 0n, 4n, epoch)));
    expect(moved.filter(Boolean)).toHaveLength(1);
    const epochs = await Promise.all(Array.from({ length: 8 }, () => claimPartition(pool, 'c', 3)));
    expect(new Set(epochs.map((each) => each.epoch)).size).toBe(8);
    expect(epochs.every((each) => each.nextOffset === 4n)).toBe(true);
  });

  it('a claim waits for the transaction under way, and sees what it committed', async () => {
    const { epoch } = await claimPartition(pool, 'c', 4);
    let claimed: ReturnType<typeof claimPartition> | undefined;
    await withTransaction(pool, async (client) => {
      await advance(client, 'c', 4, { from: 0n, to: 3n, epoch });
      claimed = claimPartition(pool, 'c', 4);
    });
    expect(await claimed).toEqual({ nextOffset: 3n, epoch: epoch + 1 });
  });

  it('keep the newest event of each tenant', async () => {
    const time = '2026-01-01T00:00:00.123Z';
    await withTransaction(pool, async (client) => {
      await saveHeads(client, 'c', new Map([['a', { seq: 1, hash: 'h1', time }]]));
      await saveHeads(client, 'c', new Map([['a', { seq: 2, hash: 'h2', time }]]));
      expect(await loadHeads(client, 'c', ['a', 'b'])).toEqual(new Map([['a', { seq: 2, hash: 'h2' }]]));
      expect(await loadHeads(client, 'other', ['a'])).toEqual(new Map());
    });
  });

  it('store what is odd, whatever is in it, and once', async () => {
    const odd = { partition: 1, offset: 7n, tenantId: 'a\0b', headers: { 'x\0': 'y\0' }, reason: 'r\0' };
    await withTransaction(pool, async (client) => {
      for (let times = 0; times < 2; times += 1) {
        await saveVoid(client, 'c', odd);
        await park(client, 'c', { ...odd, tenantId: 'a', stream: 'dataset/1', value: Buffer.from([0, 255]) });
      }
      expect(await parkedStreams(client, 'c', ['a', 'b'])).toEqual(new Set(['a dataset/1']));
      const { rows } = await client.query('select tenant_id, headers from log.void_records');
      expect(rows).toEqual([{ tenant_id: 'a\uFFFDb', headers: { 'x\uFFFD': 'y\uFFFD' } }]);
    });
  });
});
