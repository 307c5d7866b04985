import { DATA_KEY, type ListingStore } from './erase-tenant.ts';

/** A data key by its name. */
export interface NamedKey {
  readonly tenantId: string;
  readonly dataKeyId: string;
}

const PAGE = 500;

/**
 * Destroys data keys that were erased and are there all the same: somebody has brought them back with a copy of the store. They open nothing meanwhile, for whoever
 * loads a key asks the log. May be repeated, by several at once.
 * @param erasedAmong those of some keys that the log says are erased
 * @returns what was destroyed
 */
export async function shredAgain(
  store: ListingStore,
  erasedAmong: (keys: readonly NamedKey[]) => Promise<readonly NamedKey[]>,
): Promise<readonly NamedKey[]> {
  const shredded: NamedKey[] = [];
  let page: NamedKey[] = [];
  async function shred(): Promise<void> {
    for (const key of await erasedAmong(page)) {
      await store.delete(`keys/${key.tenantId}/${key.dataKeyId}.json`);
      shredded.push(key);
    }
    page = [];
  }
  for await (const path of store.list('keys/')) {
    const [, tenantId, dataKeyId] = DATA_KEY.exec(path) ?? [];
    if (tenantId === undefined || dataKeyId === undefined) continue;
    page.push({ tenantId, dataKeyId });
    if (page.length >= PAGE) await shred();
  }
  if (page.length > 0) await shred();
  return shredded;
}
