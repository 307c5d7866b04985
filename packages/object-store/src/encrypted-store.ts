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

export interface EncryptedStore {
  /**
   * Encrypts and stores. The name is `<prefix>/<name>-<hash>`, by content: the same content is the same object, and a repeat after a crash finds it there.
   * @throws ObjectStoreUnavailable
   */
  put(
    tenantId: string,
    prefix: string,
    name: string,
    plain: Uint8Array,
  ): Promise<StoredObject & { readonly dataKeyId: string }>;
  /** @throws ObjectStoreUnavailable, ObjectCorrupt, ObjectKeyErased */
  get(tenantId: string, object: StoredObject): Promise<Buffer>;
  /** Working files under a name of the caller's own; the first write of a name wins. */
  putNamed(tenantId: string, key: string, plain: Uint8Array): Promise<void>;
  /** Undefined when nothing was written under the name. */
  getNamed(tenantId: string, key: string): Promise<Buffer | undefined>;
  /** Destroys a tenant's data key: nothing that it encrypted can be read any more, here or in a backup. */
  eraseKey(tenantId: string, dataKeyId: string): Promise<void>;
}

interface DataKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** Magic and version, then the data key's id. */
const MAGIC = Buffer.from('FTMO\u0001', 'latin1');
const KEY_ID_BYTES = 36;
const KEY_CACHE_MS = 60_000;

export function createEncryptedStore(store: ObjectStore, keys: KeyProvider): EncryptedStore {
  const cache = new Map<string, { readonly key: DataKey; readonly until: number }>();
  const path = (tenantId: string, keyId: string): string => `keys/${tenantId}/${keyId}.json`;

  async function load(tenantId: string, keyId: string): Promise<DataKey | undefined> {
    const cached = cache.get(`${tenantId} ${keyId}`);
    if (cached !== undefined && cached.until > Date.now()) return cached.key;
    const stored = await store.get(path(tenantId, keyId));
    if (stored === undefined) return undefined;
    const { wrapped, id } = JSON.parse(stored.toString('utf8')) as { wrapped: string; id: string };
    const key = { id, bytes: await keys.unwrap(Buffer.from(wrapped, 'base64'), `${tenantId} ${id}`) };
    cache.set(`${tenantId} ${keyId}`, { key, until: Date.now() + KEY_CACHE_MS });
    return key;
  }

  /** Processes that make a tenant's first key at once race on one conditional write, and all use the winner's. */
  async function current(tenantId: string): Promise<DataKey> {
    const known = await load(tenantId, 'current');
    if (known !== undefined) return known;
    const id = randomUUID();
    const wrapped = await keys.wrap(randomBytes(32), `${tenantId} ${id}`);
    await store.putIfAbsent(
      path(tenantId, 'current'),
      Buffer.from(JSON.stringify({ id, keyEncryptionKey: keys.keyId, wrapped: wrapped.toString('base64') })),
    );
    const winner = await load(tenantId, 'current');
    if (winner === undefined) throw new ObjectKeyErased(id);
    return winner;
  }

  async function encrypt(tenantId: string, plain: Uint8Array): Promise<{ bytes: Buffer; key: DataKey }> {
    const key = await current(tenantId);
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
    const key = await load(tenantId, 'current');
    if (key?.id !== keyId) throw new ObjectKeyErased(keyId);
    try {
      return open(key.bytes, bytes.subarray(MAGIC.length + KEY_ID_BYTES), `${tenantId} ${key.id}`);
    } catch (error) {
      throw new ObjectCorrupt(uri, error instanceof Error ? error.message : 'cannot be decrypted');
    }
  }

  return {
    async put(tenantId, prefix, name, plain) {
      const { bytes, key } = await encrypt(tenantId, plain);
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
    async putNamed(tenantId, key, plain) {
      await store.putIfAbsent(key, (await encrypt(tenantId, plain)).bytes);
    },
    async getNamed(tenantId, key) {
      const bytes = await store.get(key);
      return bytes === undefined ? undefined : decrypt(tenantId, store.uri(key), bytes);
    },
    async eraseKey(tenantId, dataKeyId) {
      const key = await load(tenantId, 'current');
      if (key?.id === dataKeyId) await store.delete(path(tenantId, 'current'));
      cache.delete(`${tenantId} current`);
    },
  };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
