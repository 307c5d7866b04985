import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { KeyProvider } from './key-provider.ts';
import type { Tombstones } from './tombstones.ts';
import { keyContext, readWrappedKey, writeWrappedKey } from './wrapped-key.ts';
import { ObjectCorrupt, ObjectKeyErased, ObjectStoreUnavailable, type ObjectStore } from './object-store.ts';
import {
  collect,
  digestOf,
  drain,
  oneOf,
  openSealed,
  sealing,
  type DataKey,
  type PlainDigest,
} from './sealed-stream.ts';

/** An object as events name it. */
export interface StoredObject {
  readonly uri: string;
  /** Hex, of the stored (encrypted) bytes. */
  readonly sha256: string;
  readonly bytes: number;
}

/** What has a data key of its own: the tenant for everything in general, or one dataset. */
export type KeyScope = 'tenant' | `dataset-${string}`;

export const datasetScope = (id: string): KeyScope => `dataset-${id}`;

/** A stored object, and what it was made of. */
export interface WrittenObject extends StoredObject {
  readonly dataKeyId: string;
  /** Hex. */
  readonly plainSha256: string;
  readonly plainBytes: number;
}

export interface EncryptedStore {
  /**
   * Encrypts with the scope's data key, which is made when it has none, and stores. The name is
   * `<prefix>/<name>-<keyed hash>`, by content: the same content is the same object, and a repeat after a crash finds
   * it there.
   * @throws ObjectStoreUnavailable, ObjectKeyErased; ObjectCorrupt when something else lies under the name
   */
  put(
    tenantId: string,
    prefix: string,
    name: string,
    plain: Uint8Array,
    scope?: KeyScope,
  ): Promise<StoredObject & { readonly dataKeyId: string }>;
  /**
   * The same for content of any length, of which little is held. It is read twice: for its hash, which names it, and
   * to be encrypted. Nothing is visible before all of it is there.
   * @param plain gives the same bytes each time
   * @param digest of them, where it is known: then they are read once
   * @throws Error when they are not the same; what `plain` throws
   */
  putStream(
    tenantId: string,
    prefix: string,
    name: string,
    plain: () => AsyncIterable<Uint8Array>,
    scope?: KeyScope,
    digest?: PlainDigest,
  ): Promise<WrittenObject>;
  /** @throws ObjectStoreUnavailable, ObjectCorrupt, ObjectKeyErased */
  get(tenantId: string, object: StoredObject): Promise<Buffer>;
  /**
   * The same in pieces of at most 64 KiB. A piece is yielded when it was verified, the last one when the whole was: a
   * reader that saw the end has seen exactly what was written. A reader that stops early ends the download.
   */
  getStream(tenantId: string, object: StoredObject): AsyncIterable<Buffer>;
  /** Working files under a name of the caller's own, which they open under alone; the first write of a name wins. */
  putNamed(
    tenantId: string,
    key: string,
    plain: Uint8Array,
    scope?: KeyScope,
  ): Promise<{ readonly existed: boolean }>;
  /** Undefined when nothing was written under the name. */
  getNamed(tenantId: string, key: string): Promise<Buffer | undefined>;
  /** Was something written under the name? Nothing is read. */
  hasNamed(key: string): Promise<boolean>;
  deleteNamed(key: string): Promise<void>;
  /**
   * Destroys the data key of a scope: nothing that it encrypted can be read any more. May be repeated.
   * @returns the key's id; null when the scope never had one
   */
  eraseScope(tenantId: string, scope: KeyScope): Promise<string | null>;
  /** Removes an object's bytes. May be repeated. */
  delete(object: StoredObject): Promise<void>;
}

/** So long may another process still read what one has erased; readers look into the log first. */
const KEY_CACHE_MS = 10_000;

/**
 * Keys lie wrapped under names of their own: `keys/<tenant>/<key id>.json`, and `keys/<tenant>/scopes/<scope>` names the
 * one that a scope writes with. An erased key's name stays, so that the scope gets no other; and a key that is brought
 * back with a copy of the store opens nothing, for the log says that it was erased.
 */
export function createEncryptedStore(
  store: ObjectStore,
  keys: KeyProvider,
  tombstones: Tombstones,
): EncryptedStore {
  const cache = new Map<string, { readonly key: DataKey; readonly until: number }>();
  const keyPath = (tenantId: string, keyId: string): string => `keys/${tenantId}/${keyId}.json`;
  const scopePath = (tenantId: string, scope: KeyScope): string => `keys/${tenantId}/scopes/${scope}`;

  /** @throws ObjectKeyErased */
  async function load(tenantId: string, id: string): Promise<DataKey> {
    const name = `${tenantId} ${id}`;
    const cached = cache.get(name);
    if (cached !== undefined && cached.until > Date.now()) return cached.key;
    cache.delete(name);
    const stored = await store.get(keyPath(tenantId, id));
    if (stored === undefined || (await tombstones.has(tenantId, id))) throw new ObjectKeyErased(id);
    const { wrapped } = readWrappedKey(stored);
    const key = { id, bytes: await keys.unwrap(wrapped, keyContext(tenantId, id)) };
    cache.set(name, { key, until: Date.now() + KEY_CACHE_MS });
    return key;
  }

  const nameOfKey = async (tenantId: string, scope: KeyScope): Promise<string | undefined> =>
    (await store.get(scopePath(tenantId, scope)))?.toString('latin1');

  /** Processes that make a scope's key at once race on one conditional write, and all use the winner's. */
  async function keyOf(tenantId: string, scope: KeyScope): Promise<DataKey> {
    const known = await nameOfKey(tenantId, scope);
    if (known !== undefined) return load(tenantId, known);
    const id = randomUUID();
    const wrapped = await keys.wrap(randomBytes(32), keyContext(tenantId, id));
    // The key before its name: a name without a key means that it was erased.
    await store.putIfAbsent(
      keyPath(tenantId, id),
      writeWrappedKey({ id, keyEncryptionKey: keys.keyId, wrapped }),
    );
    const { existed } = await store.putIfAbsent(scopePath(tenantId, scope), Buffer.from(id, 'latin1'));
    if (existed) await store.delete(keyPath(tenantId, id));
    return load(tenantId, (await nameOfKey(tenantId, scope)) ?? id);
  }

  const open = (
    tenantId: string,
    from: { readonly uri: string; readonly name?: string },
    sealed: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Buffer> => openSealed(tenantId, from, sealed, (keyId) => load(tenantId, keyId));

  async function putStream(
    tenantId: string,
    prefix: string,
    name: string,
    plain: () => AsyncIterable<Uint8Array>,
    scope: KeyScope = 'tenant',
    known?: PlainDigest,
  ): Promise<WrittenObject> {
    const key = await keyOf(tenantId, scope);
    const digest = known ?? (await digestOf(plain()));
    const { contentName, bytes, seal } = sealing(tenantId, key, digest);
    const objectKey = `${prefix}/${name}-${contentName}`;
    const uri = store.uri(objectKey);
    const hash = createHash('sha256');
    let hashed = 0;
    const sealed = (async function* () {
      for await (const piece of seal(plain())) {
        hash.update(piece);
        hashed += piece.length;
        yield piece;
      }
    })();
    let found = await store.size(objectKey);
    if (found === undefined) {
      const { existed } = await store.putStreamIfAbsent(objectKey, bytes, sealed);
      if (existed) found = (await store.size(objectKey)) ?? refusedButAbsent(uri);
    }
    // The hash is over what this content is when encrypted, whoever stored it.
    await drain(sealed);
    if (hashed !== bytes) throw new ObjectStoreUnavailable(new Error(`${uri} was not read to its end`));
    if (found !== undefined && found !== bytes)
      throw new ObjectCorrupt(uri, `${found} bytes lie there where the content has ${bytes}`);
    return {
      uri,
      sha256: hash.digest('hex'),
      bytes,
      dataKeyId: key.id,
      plainSha256: digest.sha256.toString('hex'),
      plainBytes: digest.bytes,
    };
  }

  async function* getStream(tenantId: string, object: StoredObject): AsyncGenerator<Buffer, void> {
    const stream = await store.getStream(store.key(object.uri));
    if (stream === undefined) throw new ObjectCorrupt(object.uri, 'the object is not there');
    yield* open(tenantId, object, asNamed(object, stream));
  }

  return {
    putStream,
    getStream,
    async put(tenantId, prefix, name, plain, scope) {
      const { uri, sha256, bytes, dataKeyId } = await putStream(
        tenantId,
        prefix,
        name,
        () => oneOf(plain),
        scope,
      );
      return { uri, sha256, bytes, dataKeyId };
    },
    get: (tenantId, object) => collect(getStream(tenantId, object)),
    async putNamed(tenantId, key, plain, scope = 'tenant') {
      const dataKey = await keyOf(tenantId, scope);
      const { seal } = sealing(tenantId, dataKey, await digestOf(oneOf(plain)), key);
      return store.putIfAbsent(key, await collect(seal(oneOf(plain))));
    },
    async getNamed(tenantId, key) {
      const bytes = await store.get(key);
      return bytes === undefined
        ? undefined
        : collect(open(tenantId, { uri: store.uri(key), name: key }, oneOf(bytes)));
    },
    hasNamed: async (key) => (await store.size(key)) !== undefined,
    deleteNamed: (key) => store.delete(key),
    async eraseScope(tenantId, scope) {
      const id = await nameOfKey(tenantId, scope);
      if (id === undefined) return null;
      await store.delete(keyPath(tenantId, id));
      cache.delete(`${tenantId} ${id}`);
      return id;
    },
    delete: (object) => store.delete(store.key(object.uri)),
  };
}

/**
 * Ends well only when the bytes are those that the log names; the decryption takes the last chunk for such only then.
 */
async function* asNamed(object: StoredObject, stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const wrong = (): ObjectCorrupt =>
    new ObjectCorrupt(object.uri, 'the stored bytes are not those that the log names');
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of stream) {
    hash.update(piece);
    bytes += piece.length;
    if (bytes > object.bytes) throw wrong();
    yield piece;
  }
  if (bytes !== object.bytes || hash.digest('hex') !== object.sha256) throw wrong();
}

/** Another writer was in the way, and has written nothing: the same call may succeed later. */
function refusedButAbsent(uri: string): never {
  throw new ObjectStoreUnavailable(new Error(`${uri} could not be written, and is not there`));
}
