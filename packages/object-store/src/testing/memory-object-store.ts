import { createEncryptedStore, type EncryptedStore } from '../encrypted-store.ts';
import type { KeyProvider } from '../key-provider.ts';
import type { ObjectStore } from '../object-store.ts';
import type { Tombstones } from '../tombstones.ts';
import { collect, oneOf } from '../sealed-stream.ts';

export function createMemoryObjectStore(): ObjectStore {
  const kept = new Map<string, Buffer>();
  const uri = (key: string): string => `s3://memory/${key}`;
  const putIfAbsent = async (key: string, bytes: Uint8Array): Promise<{ existed: boolean }> => {
    const existed = kept.has(key);
    if (!existed) kept.set(key, Buffer.from(bytes));
    return { existed };
  };
  return {
    putIfAbsent,
    putStreamIfAbsent: async (key, _bytes, stream) => putIfAbsent(key, await collect(stream)),
    get: async (key) => kept.get(key),
    async getStream(key) {
      const bytes = kept.get(key);
      return bytes === undefined ? undefined : (oneOf(bytes) as AsyncIterable<Buffer>);
    },
    size: async (key) => kept.get(key)?.length,
    async delete(key) {
      kept.delete(key);
    },
    uri,
    key: (text) => text.slice(uri('').length),
    ping: async () => undefined,
  };
}

/** Where nothing was erased. */
export const NO_TOMBSTONES: Tombstones = { has: async () => false };

/** Keys in the clear, beside objects that nobody else can reach. */
const unwrapped: KeyProvider = {
  keyId: 'memory',
  wrap: async (key) => Buffer.from(key),
  unwrap: async (wrapped) => Buffer.from(wrapped),
};

/** The real encryption over a store in memory. */
export const createMemoryEncryptedStore = (): EncryptedStore =>
  createEncryptedStore(createMemoryObjectStore(), unwrapped, NO_TOMBSTONES);
