import { ObjectKeyErased, type ObjectStore } from './object-store.ts';

/** A store that can also say what is in it. */
export interface ListingStore extends ObjectStore {
  /** Keys that begin with the prefix, in order, from the first one behind `after` on. @throws ObjectStoreUnavailable */
  list(prefix: string, after?: string): AsyncIterable<string>;
  /** When an object was written, epoch ms; undefined when there is none. @throws ObjectStoreUnavailable */
  modifiedMs(key: string): Promise<number | undefined>;
}

export const DATA_KEY = /^keys\/([^/]+)\/([^/]+)\.json$/;
/** Lies among the tenant's keys from the moment on that they are destroyed. */
const tombstone = (tenantId: string): string => `keys/${tenantId}/erased`;

/**
 * Destroys every data key of a tenant, then removes its objects, which nobody can read any more. May be repeated,
 * also after it died in the middle.
 * @param prefixes what the tenant's objects begin with, e.g. `datasets/<tenant>/`
 * @returns how many data keys the tenant ever had, which a repeat counts again: their names stay
 */
export async function eraseTenant(
  store: ListingStore,
  tenantId: string,
  prefixes: readonly string[],
): Promise<number> {
  await store.putIfAbsent(tombstone(tenantId), Buffer.from('erased'));
  for await (const key of store.list(`keys/${tenantId}/`)) if (DATA_KEY.test(key)) await store.delete(key);
  for (const prefix of prefixes) for await (const key of store.list(prefix)) await store.delete(key);
  let keys = 0;
  for await (const _ of store.list(`keys/${tenantId}/scopes/`)) keys += 1;
  return keys;
}

/**
 * A store in which an erased tenant gets no new data key. Whoever makes one looks for the tombstone after it has
 * written it: either the eraser, who writes the tombstone before it lists, finds the key, or its maker finds the
 * tombstone.
 */
export function refusingErasedTenants<S extends ObjectStore>(store: S): S {
  return {
    ...store,
    async putIfAbsent(key: string, bytes: Uint8Array) {
      const outcome = await store.putIfAbsent(key, bytes);
      const [, tenantId, keyId] = DATA_KEY.exec(key) ?? [];
      if (tenantId === undefined || keyId === undefined) return outcome;
      if ((await store.get(tombstone(tenantId))) === undefined) return outcome;
      await store.delete(key);
      throw new ObjectKeyErased(keyId);
    },
  };
}
