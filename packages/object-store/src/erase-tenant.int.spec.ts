import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEncryptedStore, datasetScope, type EncryptedStore } from './encrypted-store.ts';
import { eraseTenant, refusingErasedTenants, type ListingStore } from './erase-tenant.ts';
import { createLocalKeyProvider } from './local-key-provider.ts';
import { ObjectKeyErased } from './object-store.ts';
import { createS3Store } from './s3.ts';
import { s3Options } from './testing/open-stores.ts';
import { NO_TOMBSTONES } from './testing/memory-object-store.ts';

describe('a tenant whose keys are destroyed', () => {
  let directory: string;
  let store: ListingStore;
  /** Another process, with nothing in its memory. */
  let open: () => Promise<EncryptedStore>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ftm-key-'));
    const file = join(directory, 'kek');
    await writeFile(file, randomBytes(32).toString('base64'), { mode: 0o600 });
    store = createS3Store(s3Options());
    open = async () =>
      createEncryptedStore(refusingErasedTenants(store), await createLocalKeyProvider(file), NO_TOMBSTONES);
  });
  afterAll(() => rm(directory, { recursive: true }));

  const keysOf = async (prefix: string): Promise<string[]> => {
    const keys: string[] = [];
    for await (const key of store.list(prefix)) keys.push(key);
    return keys;
  };
  const erase = (tenant: string): Promise<number> => eraseTenant(store, tenant, [`datasets/${tenant}/`]);

  it('has no readable object and no bytes left, while another tenant whose name begins alike keeps all', async () => {
    const tenant = `t-${randomUUID()}`;
    const neighbour = `${tenant}-2`;
    const writer = await open();
    const put = (of: string, scope: ReturnType<typeof datasetScope> | 'tenant') =>
      writer.put(of, `datasets/${of}`, 'o', Buffer.from(`text of ${scope}`), scope);
    const gone = [
      await put(tenant, 'tenant'),
      await put(tenant, datasetScope('a')),
      await put(tenant, datasetScope('b')),
    ];
    const kept = await put(neighbour, 'tenant');

    expect(await erase(tenant)).toBe(3);
    const reader = await open();
    expect((await reader.get(neighbour, kept)).toString()).toBe('text of tenant');
    expect(await keysOf(`datasets/${tenant}/`)).toEqual([]);
    expect((await keysOf(`keys/${tenant}/`)).filter((key) => key.endsWith('.json'))).toEqual([]);
    for (const object of gone) await expect(reader.get(tenant, object)).rejects.toThrow();
  });

  it('gets no key ever again: not for a scope it had, not for a new one', async () => {
    const tenant = `t-${randomUUID()}`;
    await (await open()).put(tenant, `datasets/${tenant}`, 'o', Buffer.from('x'));
    await erase(tenant);
    const writer = await open();
    for (const scope of ['tenant', datasetScope('new')] as const)
      await expect(writer.put(tenant, `datasets/${tenant}`, 'p', Buffer.from('y'), scope)).rejects.toThrow(
        ObjectKeyErased,
      );
    expect((await keysOf(`keys/${tenant}/`)).filter((key) => key.endsWith('.json'))).toEqual([]);
  });

  it('is erased all the same, and counted the same, when the eraser died after any of its steps', async () => {
    for (let survived = 0; survived < 6; survived += 1) {
      const tenant = `t-${randomUUID()}`;
      const writer = await open();
      const objects = [
        await writer.put(tenant, `datasets/${tenant}`, 'a', Buffer.from('a')),
        await writer.put(tenant, `datasets/${tenant}`, 'b', Buffer.from('b'), datasetScope('b')),
      ];
      let left = survived;
      const dying: ListingStore = {
        ...store,
        putIfAbsent: (key, bytes) => step(() => store.putIfAbsent(key, bytes)),
        delete: (key) => step(() => store.delete(key)),
      };
      const step = <T>(work: () => Promise<T>): Promise<T> => {
        if (left === 0) return Promise.reject(new Error('died'));
        left -= 1;
        return work();
      };
      // Tombstone, two keys, two objects: five steps that change something.
      const first = eraseTenant(dying, tenant, [`datasets/${tenant}/`]);
      if (survived < 5) await expect(first).rejects.toThrow('died');
      else expect(await first).toBe(2);
      expect(await erase(tenant)).toBe(2);
      for (const object of objects) await expect((await open()).get(tenant, object)).rejects.toThrow();
      expect(await keysOf(`datasets/${tenant}/`)).toEqual([]);
    }
  });
});
