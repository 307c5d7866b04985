import { tenantId } from '@ftm/contracts/ids';
import { EXPIRED_UPLOAD, uploadPrefix } from '@ftm/dataset/ingest/upload';
import { datasetScope, type EncryptedStore } from '@ftm/object-store/encrypted-store';
import type { ListingStore } from '@ftm/object-store/erase-tenant';
import { ObjectKeyErased } from '@ftm/object-store/object-store';

const ROOT = 'datasets/';
const UPLOADED = /^datasets\/([^/]+)\/([^/]+)\/uploads\/([^/]+)\/(.+)$/;

interface Upload {
  readonly tenant: string;
  readonly prefix: string;
  readonly id: string;
  /** Keys. */
  readonly objects: string[];
}

/**
 * Removes what is left of uploads that were refused, or broke off, and that nobody has sent again. The upload's name is taken first, by the same conditional write that would finish it: either it is finished,
 * and stays, or it never will be.
 * @param before uploads that were written to since then are let be, epoch ms
 * @returns how many were removed
 */
export async function sweepUploads(
  store: ListingStore,
  objects: EncryptedStore,
  before: number,
): Promise<number> {
  let swept = 0;
  for await (const upload of uploads(store)) {
    const names = upload.objects.map((key) => key.slice(upload.prefix.length + 1));
    const isNamed = names.includes('ref');
    // Of one that was swept, the name stays.
    if (isNamed && (names.length === 1 || names.some(isManifest))) continue;
    if (!isNamed && ((await isTouched(store, upload, before)) || !(await expire(objects, upload)))) continue;
    await objects.eraseScope(upload.tenant, datasetScope(upload.id));
    // The manifest first: without it the upload is known for one to be removed, should this process die here.
    for (const key of upload.objects.toSorted((a, b) => Number(isManifest(b)) - Number(isManifest(a))))
      if (!key.endsWith('/ref')) await store.delete(key);
    swept += 1;
  }
  return swept;
}

const isManifest = (name: string): boolean => /(^|\/)upload\.json-[^/]*$/.test(name);

async function isTouched(store: ListingStore, { objects }: Upload, since: number): Promise<boolean> {
  for (const key of objects) if (((await store.modifiedMs(key)) ?? 0) >= since) return true;
  return false;
}

async function expire(objects: EncryptedStore, { tenant, prefix }: Upload): Promise<boolean> {
  try {
    const { existed } = await objects.putNamed(tenant, `${prefix}/ref`, Buffer.from(EXPIRED_UPLOAD));
    return !existed;
  } catch (error) {
    // Of a tenant that is erased, everything is.
    if (error instanceof ObjectKeyErased) return false;
    throw error;
  }
}

/** Objects are listed in the order of their names: those of one upload follow one another. */
async function* uploads(store: ListingStore): AsyncGenerator<Upload> {
  let current: Upload | undefined;
  for await (const key of store.list(ROOT)) {
    const [, tenant, project, id] = UPLOADED.exec(key) ?? [];
    if (tenant === undefined || project === undefined || id === undefined) continue;
    const prefix = uploadPrefix(tenantId(tenant), project, id);
    if (current?.prefix !== prefix) {
      if (current !== undefined) yield current;
      current = { tenant, prefix, id, objects: [] };
    }
    current.objects.push(key);
  }
  if (current !== undefined) yield current;
}
