import { UPLOAD_MANIFEST, uploadOf, uploadRef, UPLOADS, type ObjectOwner } from '@ftm/contracts/object-names';
import { EXPIRED_UPLOAD } from '@ftm/dataset/ingest/upload';
import { datasetScope, type EncryptedStore } from '@ftm/object-store/encrypted-store';
import type { ListingStore } from '@ftm/object-store/erase-tenant';
import { ObjectKeyErased } from '@ftm/object-store/object-store';

interface Upload {
  readonly owner: ObjectOwner;
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
    const names = upload.objects.map((key) => uploadOf(key)?.name ?? '');
    const isNamed = names.includes('ref');
    // Of one that was swept, the name stays.
    if (isNamed && (names.length === 1 || names.some(isManifest))) continue;
    if (!isNamed && ((await isTouched(store, upload, before)) || !(await expire(objects, upload)))) continue;
    await objects.eraseScope(upload.owner.tenantId, datasetScope(upload.id));
    // The manifest first: without it the upload is known for one to be removed, should this process die here.
    const ref = uploadRef(upload.owner, upload.id);
    const isFirst = (key: string): number => Number(isManifest(uploadOf(key)?.name ?? ''));
    for (const key of upload.objects.toSorted((a, b) => isFirst(b) - isFirst(a)))
      if (key !== ref) await store.delete(key);
    swept += 1;
  }
  return swept;
}

/** Objects are named by their content, behind their own name. */
const isManifest = (name: string): boolean => name.startsWith(`${UPLOAD_MANIFEST}-`);

async function isTouched(store: ListingStore, { objects }: Upload, since: number): Promise<boolean> {
  for (const key of objects) if (((await store.modifiedMs(key)) ?? 0) >= since) return true;
  return false;
}

async function expire(objects: EncryptedStore, { owner, id }: Upload): Promise<boolean> {
  try {
    const { existed } = await objects.putNamed(
      owner.tenantId,
      uploadRef(owner, id),
      Buffer.from(EXPIRED_UPLOAD),
    );
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
  for await (const key of store.list(UPLOADS)) {
    const found = uploadOf(key);
    if (found === undefined) continue;
    const { owner, upload } = found;
    if (current === undefined || uploadRef(current.owner, current.id) !== uploadRef(owner, upload)) {
      if (current !== undefined) yield current;
      current = { owner, id: upload, objects: [] };
    }
    current.objects.push(key);
  }
  if (current !== undefined) yield current;
}
