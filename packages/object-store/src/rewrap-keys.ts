import { DATA_KEY, type ListingStore } from './erase-tenant.ts';
import type { KeyProvider } from './key-provider.ts';
import { keyContext, readWrappedKey, writeWrappedKey } from './wrapped-key.ts';

/** A store whose objects can be changed by whoever knows what they are now. */
export interface ReplacingStore {
  /** An object and the tag of its content. @throws ObjectStoreUnavailable */
  getTagged(key: string): Promise<{ readonly bytes: Buffer; readonly tag: string } | undefined>;
  /** False: its content is another by now, or it is gone; it was left so. @throws ObjectStoreUnavailable */
  replace(key: string, tag: string, bytes: Uint8Array): Promise<boolean>;
}

/** Some data keys, in the order of their names. */
export interface RewrapPage {
  /** How many were looked at. */
  readonly keys: number;
  /** How many of them each key-encryption key wraps now. */
  readonly wrappedBy: Readonly<Record<string, number>>;
  /** How many were wrapped anew. */
  readonly rewrapped: number;
  /** Data keys that no key-encryption key which is here opens. */
  readonly failed: readonly {
    readonly tenantId: string;
    readonly keyId: string;
    readonly wrappedBy: string;
  }[];
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
}

/**
 * Wraps data keys with the key-encryption key that wraps new ones. Objects stay as they are, for a data key stays the
 * same. May be repeated, by several at once, and stopped anywhere: each key is changed by one conditional write, and
 * one that is erased meanwhile stays erased.
 * @param after `next` of the page before
 * @param only counts, and changes nothing
 * @throws ObjectStoreUnavailable
 */
export async function rewrapKeys(
  store: ListingStore & ReplacingStore,
  keys: KeyProvider,
  { after, limit, dryRun }: { readonly after?: string; readonly limit: number; readonly dryRun: boolean },
): Promise<RewrapPage> {
  const wrappedBy: Record<string, number> = {};
  const failed: RewrapPage['failed'][number][] = [];
  let [looked, rewrapped] = [0, 0];
  let next: string | null = null;
  for await (const path of store.list('keys/', after)) {
    const [, tenantId, keyId] = DATA_KEY.exec(path) ?? [];
    if (tenantId === undefined || keyId === undefined) continue;
    const found = await store.getTagged(path);
    // Erased since it was listed.
    if (found === undefined) continue;
    looked += 1;
    const key = readWrappedKey(found.bytes);
    let by = key.keyEncryptionKey;
    if (by !== keys.keyId) {
      const outcome = await rewrap(tenantId, keyId, key.wrapped);
      if (outcome === undefined) failed.push({ tenantId, keyId, wrappedBy: by });
      else if (
        !dryRun &&
        (await store.replace(
          path,
          found.tag,
          writeWrappedKey({ id: keyId, keyEncryptionKey: keys.keyId, wrapped: outcome }),
        ))
      ) {
        rewrapped += 1;
        by = keys.keyId;
      }
    }
    wrappedBy[by] = (wrappedBy[by] ?? 0) + 1;
    if (looked >= limit) {
      next = path;
      break;
    }
  }
  return { keys: looked, wrappedBy, rewrapped, failed, next };

  /** Undefined when it cannot be unwrapped. What comes out is opened once before it takes the old one's place. */
  async function rewrap(tenantId: string, keyId: string, wrapped: Buffer): Promise<Buffer | undefined> {
    const context = keyContext(tenantId, keyId);
    const dataKey = await keys.unwrap(wrapped, context).catch(() => undefined);
    if (dataKey === undefined) return undefined;
    const anew = await keys.wrap(dataKey, context);
    if (!dataKey.equals(await keys.unwrap(anew, context)))
      throw new Error('the key-encryption key does not give back what it wrapped');
    return anew;
  }
}
