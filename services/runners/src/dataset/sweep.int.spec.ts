import { uploadObjects } from '@ftm/contracts/object-names';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tenantId } from '@ftm/contracts/ids';
import { EXPIRED_UPLOAD } from '@ftm/dataset/ingest/upload';
import { createEncryptedStore, datasetScope, type EncryptedStore } from '@ftm/object-store/encrypted-store';
import type { ListingStore } from '@ftm/object-store/erase-tenant';
import { createLocalKeyProvider } from '@ftm/object-store/local-key-provider';
import { createS3Store } from '@ftm/object-store/s3';
import { s3Options } from '@ftm/object-store/testing/open-stores';
import { sweepUploads } from './sweep.ts';
import { NO_TOMBSTONES } from '@ftm/object-store/testing/memory-object-store';

/** Of this spec's own: other specs' uploads are in the same bucket. */
const PROJECT = randomUUID();
const TENANT = tenantId(`t-${randomUUID()}`);
let dir: string;
let store: ListingStore;
let objects: EncryptedStore;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ftm-sweep-'));
  const file = join(dir, 'kek');
  await writeFile(file, randomBytes(32).toString('base64'), { mode: 0o600 });
  const s3 = createS3Store(s3Options());
  store = {
    ...s3,
    async *list(prefix) {
      for await (const key of s3.list(prefix)) if (key.includes(PROJECT)) yield key;
    },
  };
  objects = createEncryptedStore(store, await createLocalKeyProvider(file), NO_TOMBSTONES);
});
afterAll(() => rm(dir, { recursive: true }));

async function begin(chunks: number, finish: 'whole' | 'without a name' | 'in the middle') {
  const id = randomUUID();
  const prefix = uploadObjects({ tenantId: TENANT, projectId: PROJECT }, id);
  const scope = datasetScope(id);
  for (let at = 0; at < chunks; at += 1)
    await objects.put(TENANT, prefix, `chunk-0000000${at}`, randomBytes(10), scope);
  const manifest =
    finish === 'in the middle'
      ? null
      : await objects.put(TENANT, prefix, 'upload.json', randomBytes(10), scope);
  if (finish === 'whole') await objects.putNamed(TENANT, `${prefix}/ref`, Buffer.from('{}'), scope);
  return { prefix, manifest };
}
async function left(prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const key of store.list(`${prefix}/`)) names.push(key.slice(prefix.length + 1));
  return names;
}
const ALL = Number.MAX_SAFE_INTEGER;

describe('uploads that were never finished', () => {
  it('are removed when they are old, with their keys; what was finished stays, and so does what is new', async () => {
    const whole = await begin(2, 'whole');
    const broken = await begin(3, 'in the middle');
    const unnamed = await begin(1, 'without a name');
    expect(await sweepUploads(store, objects, Date.now() - 3_600_000)).toBe(0);
    expect(await left(broken.prefix)).toHaveLength(3);

    expect(await sweepUploads(store, objects, ALL)).toBe(2);
    for (const { prefix } of [broken, unnamed]) {
      expect(await left(prefix)).toEqual(['ref']);
      // Whoever is still about to finish it finds its name taken.
      expect((await objects.getNamed(TENANT, `${prefix}/ref`))?.toString()).toBe(EXPIRED_UPLOAD);
      expect(await objects.putNamed(TENANT, `${prefix}/ref`, Buffer.from('{}'))).toEqual({ existed: true });
    }
    expect(await left(whole.prefix)).toHaveLength(4);
    expect(whole.manifest && (await objects.get(TENANT, whole.manifest))).toHaveLength(10);
    expect(await sweepUploads(store, objects, ALL)).toBe(0);
  });

  it('are removed by the next when one died behind the taking of the name', async () => {
    const { prefix } = await begin(2, 'in the middle');
    await objects.putNamed(TENANT, `${prefix}/ref`, Buffer.from(EXPIRED_UPLOAD));
    expect(await sweepUploads(store, objects, 0)).toBe(1);
    expect(await left(prefix)).toEqual(['ref']);
  });
});
