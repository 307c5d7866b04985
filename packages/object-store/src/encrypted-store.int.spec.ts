import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEncryptedStore, datasetScope, type EncryptedStore } from './encrypted-store.ts';
import { createLocalKeyProvider } from './local-key-provider.ts';
import { ObjectCorrupt, ObjectKeyErased, type ObjectStore } from './object-store.ts';
import { createS3Store } from './s3.ts';
import { s3Options } from './testing/open-stores.ts';
import type { Tombstones } from './tombstones.ts';

describe('the encrypted store', () => {
  let directory: string;
  let store: ObjectStore;
  /** What the log says. */
  const erased = new Set<string>();
  const tombstones: Tombstones = { has: async (tenant, key) => erased.has(`${tenant} ${key}`) };
  /** Another process, with nothing in its memory. */
  let open: () => Promise<EncryptedStore>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ftm-key-'));
    const file = join(directory, 'kek');
    await writeFile(file, randomBytes(32).toString('base64'), { mode: 0o600 });
    store = createS3Store(s3Options());
    open = async () => createEncryptedStore(store, await createLocalKeyProvider(file), tombstones);
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('gives a scope one key, however many processes make it at once', async () => {
    const tenant = `t-${randomUUID()}`;
    const stores = await Promise.all(Array.from({ length: 6 }, open));
    const put = await Promise.all(
      stores.map((each, index) =>
        each.put(tenant, tenant, `o${index}`, Buffer.from(`text ${index}`), datasetScope('d')),
      ),
    );
    expect(new Set(put.map(({ dataKeyId }) => dataKeyId)).size).toBe(1);
    const reader = await open();
    for (const [index, object] of put.entries())
      expect((await reader.get(tenant, object)).toString()).toBe(`text ${index}`);
  });

  it('destroys one scope’s key: its objects can be read by nobody, all others by everybody', async () => {
    const tenant = `t-${randomUUID()}`;
    const [writer, other] = [await open(), await open()];
    const [kept, erased] = [datasetScope('kept'), datasetScope('erased')];
    const gone = await writer.put(tenant, tenant, 'gone', Buffer.from('secret'), erased);
    const there = await writer.put(tenant, tenant, 'there', Buffer.from('kept'), kept);
    const general = await writer.put(tenant, tenant, 'general', Buffer.from('general'));
    expect(new Set([gone, there, general].map(({ dataKeyId }) => dataKeyId)).size).toBe(3);

    expect(await writer.eraseScope(tenant, erased)).toBe(gone.dataKeyId);
    expect(await other.eraseScope(tenant, erased)).toBe(gone.dataKeyId);
    expect(await other.eraseScope(tenant, datasetScope('never'))).toBeNull();
    for (const each of [writer, other]) {
      await expect(each.get(tenant, gone)).rejects.toThrow(ObjectKeyErased);
      expect((await each.get(tenant, there)).toString()).toBe('kept');
      expect((await each.get(tenant, general)).toString()).toBe('general');
      // The scope gets no other key: what is erased stays so.
      await expect(each.put(tenant, tenant, 'more', Buffer.from('more'), erased)).rejects.toThrow(
        ObjectKeyErased,
      );
    }
  });

  it('opens nothing with a key that was brought back with a copy of the bucket: the log says that it was erased', async () => {
    const tenant = `t-${randomUUID()}`;
    const scope = datasetScope('copied');
    const writer = await open();
    const object = await writer.put(tenant, tenant, 'o', Buffer.from('secret'), scope);
    const copies = await Promise.all(
      [store.key(object.uri), `keys/${tenant}/${object.dataKeyId}.json`].map(
        async (key) => [key, await store.get(key)] as const,
      ),
    );
    await writer.eraseScope(tenant, scope);
    await writer.delete(object);
    for (const [key, bytes] of copies) await store.putIfAbsent(key, bytes ?? Buffer.alloc(0));
    // Without the log it would open: the copy is whole.
    expect((await (await open()).get(tenant, object)).toString()).toBe('secret');

    erased.add(`${tenant} ${object.dataKeyId}`);
    const later = await open();
    await expect(later.get(tenant, object)).rejects.toThrow(ObjectKeyErased);
    await expect(later.put(tenant, tenant, 'more', Buffer.from('more'), scope)).rejects.toThrow(
      ObjectKeyErased,
    );
  });

  it('opens nothing while nobody can say what was erased', async () => {
    const tenant = `t-${randomUUID()}`;
    const object = await (await open()).put(tenant, tenant, 'o', Buffer.from('mine'));
    const away: Tombstones = { has: async () => Promise.reject(new Error('the database is away')) };
    const file = join(directory, 'kek');
    const blind = createEncryptedStore(store, await createLocalKeyProvider(file), away);
    await expect(blind.get(tenant, object)).rejects.toThrow('the database is away');
  });

  it('opens what a caller named under that name alone', async () => {
    const tenant = `t-${randomUUID()}`;
    const each = await open();
    const [mine, other] = [`${tenant}/uploads/a/ref`, `${tenant}/uploads/b/ref`];
    await each.putNamed(tenant, mine, Buffer.from('of a'));
    await store.putIfAbsent(other, (await store.get(mine)) ?? Buffer.alloc(0));
    expect((await each.getNamed(tenant, mine))?.toString()).toBe('of a');
    await expect(each.getNamed(tenant, other)).rejects.toThrow(ObjectCorrupt);
  });

  it('lets no tenant read another’s object, and no changed one be read', async () => {
    const [tenant, stranger] = [`t-${randomUUID()}`, `t-${randomUUID()}`];
    const each = await open();
    const object = await each.put(tenant, tenant, 'o', Buffer.from('mine'));
    await expect(each.get(stranger, object)).rejects.toThrow(ObjectKeyErased);
    await expect(each.get(tenant, { ...object, sha256: '0'.repeat(64) })).rejects.toThrow(ObjectCorrupt);
    const stored = (await store.get(store.key(object.uri))) ?? Buffer.alloc(0);
    expect(stored.includes('mine')).toBe(false);
  });
});
