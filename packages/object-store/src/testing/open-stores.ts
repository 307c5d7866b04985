import process from 'node:process';
import { createEncryptedStore, type EncryptedStore } from '../encrypted-store.ts';
import { createLocalKeyProvider } from '../local-key-provider.ts';
import type { ObjectStore } from '../object-store.ts';
import { createS3Store, type S3Options } from '../s3.ts';
import { NO_TOMBSTONES } from './memory-object-store.ts';

const need = (name: string): string => process.env[name] ?? `${name} is not set: run by npm test`;

export const keyBucket = (): string => need('FTM_S3_KEY_BUCKET');

export const s3Options = (): S3Options => ({
  endpoint: need('FTM_S3_ENDPOINT'),
  region: need('FTM_S3_REGION'),
  bucket: need('FTM_S3_BUCKET'),
  accessKeyId: need('FTM_S3_ACCESS_KEY_ID'),
  secretAccessKey: need('FTM_S3_SECRET_ACCESS_KEY'),
});

export async function openStores(
  keyFile: string,
  endpoint = s3Options().endpoint,
): Promise<{ readonly store: ObjectStore; readonly encrypted: EncryptedStore }> {
  const store = createS3Store({ ...s3Options(), endpoint });
  return {
    store,
    encrypted: createEncryptedStore(store, await createLocalKeyProvider(keyFile), NO_TOMBSTONES),
  };
}

/** So many bytes, the same each time and with no two chunks alike, in pieces of about 100 kB. */
export async function* generated(bytes: number): AsyncGenerator<Buffer, void> {
  const PIECE = 100_003;
  for (let start = 0; start < bytes; start += PIECE) {
    const piece = Buffer.alloc(Math.min(PIECE, bytes - start), `${start} ${bytes}\n`);
    // Lets timers and signals in, as a source that waits for a disk or the network does.
    await new Promise(setImmediate);
    yield piece;
  }
}
