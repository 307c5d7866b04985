import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createEncryptedStore,
  datasetScope,
  type EncryptedStore,
  type StoredObject,
} from './encrypted-store.ts';
import type { KeyProvider } from './key-provider.ts';
import { createLocalKeyProvider } from './local-key-provider.ts';
import { rewrapKeys, type RewrapPage } from './rewrap-keys.ts';
import { createS3Store } from './s3.ts';
import { s3Options } from './testing/open-stores.ts';
import { NO_TOMBSTONES } from './testing/memory-object-store.ts';

describe('data keys that are wrapped anew', () => {
  const store = createS3Store(s3Options());
  const [old, fresh] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
  let directory: string;
  const provider = async (...lines: string[]): Promise<KeyProvider> => {
    const file = join(directory, randomUUID());
    await writeFile(file, lines.join('\n'), { mode: 0o600 });
    return createLocalKeyProvider(file);
  };
  /** Another process, with nothing in its memory. */
  const open = async (...lines: string[]): Promise<EncryptedStore> =>
    createEncryptedStore(store, await provider(...lines), NO_TOMBSTONES);
  async function rewrapAll(keys: KeyProvider, dryRun = false): Promise<RewrapPage[]> {
    const pages: RewrapPage[] = [];
    for (let after: string | null | undefined; after !== null;) {
      const page = await rewrapKeys(store, keys, {
        limit: 2,
        dryRun,
        ...(after === undefined ? {} : { after }),
      });
      pages.push(page);
      after = page.next;
    }
    return pages;
  }
  const sum = (pages: readonly RewrapPage[], of: (page: RewrapPage) => number): number =>
    pages.reduce((all, page) => all + of(page), 0);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ftm-kek-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('need the old key-encryption key no more, page by page; what was erased stays so, and what nothing opens is named', async () => {
    const tenant = `t-${randomUUID()}`;
    const writer = await open(old);
    const scopes = ['a', 'b', 'c', 'd', 'e'].map(datasetScope);
    const objects: StoredObject[] = [];
    for (const scope of scopes)
      objects.push(await writer.put(tenant, `datasets/${tenant}`, 'o', Buffer.from(scope), scope));
    await writer.eraseScope(tenant, datasetScope('c'));
    const other = `t-${randomUUID()}`;
    await (
      await open(randomBytes(32).toString('base64'))
    ).put(other, `datasets/${other}`, 'o', Buffer.from('x'));

    const both = await provider(fresh, old);
    const { keyId: before } = await provider(old);
    const looked = await rewrapAll(both, true);
    expect(sum(looked, ({ rewrapped }) => rewrapped)).toBe(0);
    expect(sum(looked, ({ wrappedBy }) => wrappedBy[before] ?? 0)).toBe(4);
    await expect((await open(fresh)).get(tenant, objects[0] as StoredObject)).rejects.toThrow();

    const pages = await rewrapAll(both);
    expect(sum(pages, ({ rewrapped }) => rewrapped)).toBe(4);
    expect(sum(pages, ({ wrappedBy }) => wrappedBy[before] ?? 0)).toBe(0);
    expect(pages.flatMap(({ failed }) => failed).filter(({ tenantId }) => tenantId === other)).toHaveLength(
      1,
    );
    const reader = await open(fresh);
    for (const [index, object] of objects.entries())
      if (index === 2) await expect(reader.get(tenant, object)).rejects.toThrow();
      else expect((await reader.get(tenant, object)).toString()).toBe(scopes[index]);
    // Again: there is nothing to do.
    expect(sum(await rewrapAll(both), ({ rewrapped }) => rewrapped)).toBe(0);
  });

  it('stay erased when that happens between the read and the write', async () => {
    const tenant = `t-${randomUUID()}`;
    const writer = await open(old);
    const object = await writer.put(tenant, `datasets/${tenant}`, 'o', Buffer.from('x'));
    const erasing = {
      ...store,
      async getTagged(key: string) {
        const found = await store.getTagged(key);
        if (key.includes(tenant)) await writer.eraseScope(tenant, 'tenant');
        return found;
      },
    };
    for (let after: string | null | undefined; after !== null;)
      after = (
        await rewrapKeys(erasing, await provider(fresh, old), {
          limit: 100,
          dryRun: false,
          ...(after === undefined ? {} : { after }),
        })
      ).next;
    await expect((await open(fresh, old)).get(tenant, object)).rejects.toThrow('was erased');
  });
});
