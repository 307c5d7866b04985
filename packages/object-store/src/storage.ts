import type { ListingStore } from './erase-tenant.ts';
import type { ReplacingStore } from './rewrap-keys.ts';
import { createS3Store, type S3Options } from './s3.ts';

type Store = ListingStore & ReplacingStore;

const KEYS = 'keys/';

/**
 * Objects in one bucket, and the wrapped data keys in another: a copy of the objects, however old and whoever has it, holds no key, and the bucket of keys can have
 * credentials, versions and backups of its own, or none.
 */
export function createStorage({ keyBucket, ...options }: S3Options & { readonly keyBucket: string }): Store {
  if (keyBucket === options.bucket) throw new Error('keys and objects need a bucket each: FTM_S3_KEY_BUCKET');
  return keysApart(createS3Store(options), createS3Store({ ...options, bucket: keyBucket }));
}

export function keysApart(objects: Store, keys: Store): Store {
  const of = (key: string): Store => (key.startsWith(KEYS) ? keys : objects);
  return {
    putIfAbsent: (key, bytes) => of(key).putIfAbsent(key, bytes),
    putStreamIfAbsent: (key, bytes, stream) => of(key).putStreamIfAbsent(key, bytes, stream),
    get: (key) => of(key).get(key),
    getStream: (key) => of(key).getStream(key),
    size: (key) => of(key).size(key),
    delete: (key) => of(key).delete(key),
    list: (prefix, after) => of(prefix).list(prefix, after),
    modifiedMs: (key) => of(key).modifiedMs(key),
    getTagged: (key) => of(key).getTagged(key),
    replace: (key, tag, bytes) => of(key).replace(key, tag, bytes),
    uri: (key) => objects.uri(key),
    key: (uri) => objects.key(uri),
    async ping() {
      await objects.ping();
      await keys.ping();
    },
  };
}
