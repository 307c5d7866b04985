import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEncryptedStore, datasetScope } from './encrypted-store.ts';
import { createLocalKeyProvider } from './local-key-provider.ts';
import { createS3Store } from './s3.ts';
import { shredAgain, type NamedKey } from './shred-again.ts';
import { NO_TOMBSTONES } from './testing/memory-object-store.ts';
import { s3Options } from './testing/open-stores.ts';

it('keys that were erased and brought back are destroyed again, and no other', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ftm-key-'));
  const file = join(directory, 'kek');
  await writeFile(file, randomBytes(32).toString('base64'), { mode: 0o600 });
  const store = createS3Store(s3Options());
  const objects = createEncryptedStore(store, await createLocalKeyProvider(file), NO_TOMBSTONES);
  const tenant = `t-${randomUUID()}`;
  const put = async (scope: string) =>
    (await objects.put(tenant, tenant, scope, Buffer.from(scope), datasetScope(scope))).dataKeyId;
  const [kept, erased] = [await put('kept'), await put('erased')];
  const path = (id: string): string => `keys/${tenant}/${id}.json`;
  const copy = (await store.get(path(erased))) ?? Buffer.alloc(0);
  await objects.eraseScope(tenant, datasetScope('erased'));

  const among = async (keys: readonly NamedKey[]): Promise<NamedKey[]> =>
    keys.filter(({ tenantId, dataKeyId }) => tenantId === tenant && dataKeyId === erased);
  expect(await shredAgain(store, among)).toEqual([]);
  await store.putIfAbsent(path(erased), copy);
  expect(await shredAgain(store, among)).toEqual([{ tenantId: tenant, dataKeyId: erased }]);
  expect(await store.get(path(erased))).toBeUndefined();
  expect(await store.get(path(kept))).toBeDefined();
  await rm(directory, { recursive: true });
});
