import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { KeyProvider } from './key-provider.ts';
import { ObjectCorrupt, ObjectKeyErased, type ObjectStore } from './object-store.ts';
import { open, seal } from './aead.ts';

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

export interface EncryptedStore {
  /**
   * Encrypts with the scope's data key, which is made when it has none, and stores. The name is `<prefix>/<name>-<hash>`, by content: the same content is the same object, and a repeat after a crash finds it there.
   * @throws ObjectStoreUnavailable, ObjectKeyErased
   */
  put(
    tenantId: string,
    prefix: string,
    name: string,
    plain: Uint8Array,
    scope?: KeyScope,
  ): Promise<StoredObject & { readonly dataKeyId: string }>;
  /** @throws ObjectStoreUnavailable, ObjectCorrupt, ObjectKeyErased */
  get(tenantId: string, object: StoredObject): Promise<Buffer>;
  /** Working files under a name of the caller's own; the first write of a name wins. */
  putNamed(
    tenantId: string,
    key: string,
    plain: Uint8Array,
    scope?: KeyScope,
  ): Promise<{ readonly existed: boolean }>;
  /** Undefined when nothing was written under the name. */
  getNamed(tenantId: string, key: string): Promise<Buffer | undefined>;
  /**
   * Destroys the data key of a scope: nothing that it encrypted can be read any more. May be repeated.
   * @returns the key's id; null when the scope never had one
   */
  eraseScope(tenantId: string, scope: KeyScope): Promise<string | null>;
  putStream(
    tenantId: string,
    prefix: string,
    name: string,
    plain: () => AsyncIterable<Uint8Array>,
    scope?: KeyScope,
  ): Promise<
    StoredObject & { readonly dataKeyId: string; readonly plainSha256: string; readonly plainBytes: number }
  >;
  getStream(tenantId: string, object: StoredObject): AsyncIterable<Buffer>;
  deleteNamed(key: string): Promise<void>;
  /** Removes an object's bytes. May be repeated. */
  delete(object: StoredObject): Promise<void>;
}

interface DataKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** Magic and version, then the data key's id. */
const MAGIC = Buffer.from('FTMO\u0001', 'latin1');
const KEY_ID_BYTES = 36;
/** So long may another process still read what one has erased; readers look into the log first. */
const KEY_CACHE_MS = 10_000;

/**
 * Keys lie wrapped beside the objects: `keys/<tenant>/<key id>.json`, and `keys/<tenant>/scopes/<scope>` names the one that a scope writes with. An erased key's name
 * stays, so that the scope gets no other.
 */
export function createEncryptedStore(store: ObjectStore, keys: KeyProvider): EncryptedStore {
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
    if (stored === undefined) throw new ObjectKeyErased(id);
    const { wrapped } = JSON.parse(stored.toString('utf8')) as { wrapped: string };
    const key = { id, bytes: await keys.unwrap(Buffer.from(wrapped, 'base64'), name) };
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
    const wrapped = await keys.wrap(randomBytes(32), `${tenantId} ${id}`);
    // The key before its name: a name without a key means that it was erased.
    await store.putIfAbsent(
      keyPath(tenantId, id),
      Buffer.from(JSON.stringify({ id, keyEncryptionKey: keys.keyId, wrapped: wrapped.toString('base64') })),
    );
    const { existed } = await store.putIfAbsent(scopePath(tenantId, scope), Buffer.from(id, 'latin1'));
    if (existed) await store.delete(keyPath(tenantId, id));
    return load(tenantId, (await nameOfKey(tenantId, scope)) ?? id);
  }

  async function encrypt(
    tenantId: string,
    plain: Uint8Array,
    scope: KeyScope,
  ): Promise<{ bytes: Buffer; key: DataKey }> {
    const key = await keyOf(tenantId, scope);
    return {
      key,
      bytes: Buffer.concat([
        MAGIC,
        Buffer.from(key.id, 'latin1'),
        seal(key.bytes, plain, `${tenantId} ${key.id}`),
      ]),
    };
  }

  async function decrypt(tenantId: string, uri: string, bytes: Buffer): Promise<Buffer> {
    if (!bytes.subarray(0, MAGIC.length).equals(MAGIC))
      throw new ObjectCorrupt(uri, 'not an encrypted object');
    const keyId = bytes.subarray(MAGIC.length, MAGIC.length + KEY_ID_BYTES).toString('latin1');
    const key = await load(tenantId, keyId);
    try {
      return open(key.bytes, bytes.subarray(MAGIC.length + KEY_ID_BYTES), `${tenantId} ${key.id}`);
    } catch (error) {
      throw new ObjectCorrupt(uri, error instanceof Error ? error.message : 'cannot be decrypted');
    }
  }

  return {
    async put(tenantId, prefix, name, plain, scope = 'tenant') {
      const { bytes, key } = await encrypt(tenantId, plain, scope);
      const hash = sha256(bytes);
      const objectKey = `${prefix}/${name}-${hash.slice(0, 32)}`;
      await store.putIfAbsent(objectKey, bytes);
      return { uri: store.uri(objectKey), sha256: hash, bytes: bytes.length, dataKeyId: key.id };
    },
    async get(tenantId, object) {
      const bytes = await store.get(store.key(object.uri));
      if (bytes === undefined) throw new ObjectCorrupt(object.uri, 'the object is not there');
      if (bytes.length !== object.bytes || sha256(bytes) !== object.sha256)
        throw new ObjectCorrupt(object.uri, 'the stored bytes are not those that the log names');
      return decrypt(tenantId, object.uri, bytes);
    },
    async putNamed(tenantId, key, plain, scope = 'tenant') {
      return store.putIfAbsent(key, (await encrypt(tenantId, plain, scope)).bytes);
    },
    async putStream(tenantId, prefix, name, plain, scope = 'tenant') {
      const parts: Uint8Array[] = [];
      for await (const part of plain()) parts.push(part);
      const all = Buffer.concat(parts);
      return {
        ...(await this.put(tenantId, prefix, name, all, scope)),
        plainSha256: sha256(all),
        plainBytes: all.length,
      };
    },
    async *getStream(tenantId, object) {
      yield await this.get(tenantId, object);
    },
    deleteNamed: (key) => store.delete(key),
    async getNamed(tenantId, key) {
      const bytes = await store.get(key);
      return bytes === undefined ? undefined : decrypt(tenantId, store.uri(key), bytes);
    },
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

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
