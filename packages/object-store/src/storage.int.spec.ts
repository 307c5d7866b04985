import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEncryptedStore } from './encrypted-store.ts';
import { createLocalKeyProvider } from './local-key-provider.ts';
import { createS3Store } from './s3.ts';
import { createStorage } from './storage.ts';
import { NO_TOMBSTONES } from './testing/memory-object-store.ts';
import { keyBucket, s3Options } from './testing/open-stores.ts';

it('a copy of the objects holds no key: those are in a bucket of their own', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ftm-key-'));
  const file = join(directory, 'kek');
  await writeFile(file, randomBytes(32).toString('base64'), { mode: 0o600 });
  const storage = createStorage({ ...s3Options(), keyBucket: keyBucket() });
  const encrypted = createEncryptedStore(storage, await createLocalKeyProvider(file), NO_TOMBSTONES);
  const tenant = `t-${randomUUID()}`;
  const object = await encrypted.put(tenant, tenant, 'o', Buffer.from('text'));
  expect((await encrypted.get(tenant, object)).toString()).toBe('text');

  const names = async (bucket: string): Promise<string[]> => {
    const found: string[] = [];
    const store = createS3Store({ ...s3Options(), bucket });
    for (const prefix of [`${tenant}/`, `keys/${tenant}/`])
      for await (const name of store.list(prefix)) found.push(name.split('/')[0] ?? '');
    return [...new Set(found)];
  };
  expect(await names(s3Options().bucket)).toEqual([tenant]);
  expect(await names(keyBucket())).toEqual(['keys']);
  await storage.ping();
  await rm(directory, { recursive: true });
});

it('objects and keys in the same bucket are refused', () => {
  expect(() => createStorage({ ...s3Options(), keyBucket: s3Options().bucket })).toThrow('FTM_S3_KEY_BUCKET');
});
