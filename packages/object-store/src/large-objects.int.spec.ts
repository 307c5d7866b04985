import { setTimeout as sleep } from 'node:timers/promises';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { datasetScope, type EncryptedStore, type StoredObject } from './encrypted-store.ts';
import { ObjectCorrupt, ObjectKeyErased, ObjectStoreUnavailable, type ObjectStore } from './object-store.ts';
import { collect, oneOf } from './sealed-stream.ts';
import type { LargeStreamReport } from './testing/large-stream-process.ts';
import { generated, openStores, s3Options } from './testing/open-stores.ts';

const MB = 2 ** 20;
const LARGE = 20 * MB + 12_345;

const hashOf = async (stream: AsyncIterable<Uint8Array>): Promise<string> => {
  const hash = createHash('sha256');
  for await (const piece of stream) hash.update(piece);
  return hash.digest('hex');
};

describe('large objects', () => {
  let directory: string;
  let keyFile: string;
  let store: ObjectStore;
  let encrypted: EncryptedStore;
  let client: S3Client;
  let tenant: string;
  const children = new Set<ChildProcess>();

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ftm-large-'));
    keyFile = join(directory, 'kek');
    await writeFile(keyFile, randomBytes(32).toString('base64'), { mode: 0o600 });
    ({ store, encrypted } = await openStores(keyFile));
    const { endpoint, region, accessKeyId, secretAccessKey } = s3Options();
    client = new S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
  });
  beforeEach(() => {
    tenant = `t-${randomUUID()}`;
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    client.destroy();
    await rm(directory, { recursive: true });
  });

  const pendingUploads = async (): Promise<string[]> => {
    const { Uploads = [] } = await client.send(
      new ListMultipartUploadsCommand({ Bucket: s3Options().bucket, Prefix: tenant }),
    );
    return Uploads.map(({ Key = '' }) => Key).filter((key) => key.startsWith(tenant));
  };

  it.each([0, 1, 65_536, 65_537, 8 * MB, LARGE])('of %i bytes come back as they were', async (bytes) => {
    const plain = (): AsyncIterable<Buffer> => generated(bytes);
    const object = await encrypted.putStream(tenant, tenant, 'o', plain);
    expect(object.plainBytes).toBe(bytes);
    expect(object.plainSha256).toBe(await hashOf(plain()));
    expect(await hashOf(encrypted.getStream(tenant, object))).toBe(object.plainSha256);
    expect(await store.size(store.key(object.uri))).toBe(object.bytes);
    expect(await pendingUploads()).toEqual([]);
    // As a buffer it is the same object.
    const whole = await collect(plain());
    expect(await encrypted.put(tenant, tenant, 'o', whole)).toEqual({
      uri: object.uri,
      sha256: object.sha256,
      bytes: object.bytes,
      dataKeyId: object.dataKeyId,
    });
    expect((await encrypted.get(tenant, object)).equals(whole)).toBe(true);
  });

  it('may be written again, after a crash or at once by two, and are one object', async () => {
    const put = async (): Promise<StoredObject> =>
      (await openStores(keyFile)).encrypted.putStream(tenant, tenant, 'o', () => generated(LARGE));
    const [first, second] = await Promise.all([put(), put()]);
    expect(second).toEqual(first);
    expect(await put()).toEqual(first);
    expect(await pendingUploads()).toEqual([]);
    expect(await hashOf(encrypted.getStream(tenant, first))).toBe(await hashOf(generated(LARGE)));
  });

  it('are written once under a name: who comes second is told so, and changes nothing', async () => {
    const key = `${tenant}/o`;
    const put = (bytes: number): Promise<{ existed: boolean }> =>
      store.putStreamIfAbsent(key, bytes, generated(bytes));
    expect(await put(LARGE)).toEqual({ existed: false });
    for (const bytes of [100, LARGE + 1]) expect(await put(bytes)).toEqual({ existed: true });
    expect(await store.size(key)).toBe(LARGE);
    expect(await pendingUploads()).toEqual([]);
  });

  it('are not visible when their source fails in the middle, and nothing is left of them', async () => {
    let reading = 0;
    const failing = async function* (): AsyncGenerator<Buffer, void> {
      reading += 1;
      let given = 0;
      for await (const piece of generated(LARGE)) {
        given += piece.length;
        if (reading === 2 && given > 18 * MB) {
          expect(await pendingUploads()).toHaveLength(1);
          throw new RangeError('the source is broken');
        }
        yield piece;
      }
    };
    await expect(encrypted.putStream(tenant, tenant, 'o', failing)).rejects.toThrow('the source is broken');
    expect(await pendingUploads()).toEqual([]);
    const object = await encrypted.putStream(tenant, tenant, 'o', () => generated(LARGE));
    expect(await hashOf(encrypted.getStream(tenant, object))).toBe(object.plainSha256);
  });

  it.each([10, LARGE])('of %i bytes are not visible when they change between two readings', async (bytes) => {
    let reading = 0;
    const changing = (): AsyncIterable<Buffer> => generated(bytes + (reading++ % 2));
    await expect(encrypted.putStream(tenant, tenant, 'o', changing)).rejects.toThrow('changed between');
    expect(await pendingUploads()).toEqual([]);
    const object = await encrypted.putStream(tenant, tenant, 'o', () => generated(bytes));
    expect(await hashOf(encrypted.getStream(tenant, object))).toBe(object.plainSha256);
  });

  it('are refused when something of another size lies under their name', async () => {
    const object = await encrypted.put(tenant, tenant, 'o', Buffer.from('content'));
    await encrypted.delete(object);
    await store.putIfAbsent(store.key(object.uri), Buffer.from('planted'));
    await expect(encrypted.put(tenant, tenant, 'o', Buffer.from('content'))).rejects.toThrow(ObjectCorrupt);
  });

  it('are never read to the end when any of the stored bytes is another, missing or added', async () => {
    const object = await encrypted.putStream(tenant, tenant, 'o', () => generated(3 * MB));
    const key = store.key(object.uri);
    const stored = (await store.get(key)) ?? Buffer.alloc(0);
    const flipped = Buffer.from(stored);
    flipped.writeUInt8(flipped.readUInt8(2 * MB) ^ 1, 2 * MB);
    // One bit of the key's id: not an erased key, for the whole is not what the log names.
    const misnamed = Buffer.from(stored);
    misnamed.write(misnamed.toString('latin1', 5, 6) === '0' ? '1' : '0', 5, 'latin1');
    for (const changed of [
      flipped,
      misnamed,
      stored.subarray(0, MB),
      stored.subarray(0, 10),
      Buffer.concat([stored, Buffer.alloc(1)]),
    ]) {
      await store.delete(key);
      await store.putIfAbsent(key, changed);
      await expect(hashOf(encrypted.getStream(tenant, object))).rejects.toThrow(ObjectCorrupt);
      await expect(encrypted.get(tenant, object)).rejects.toThrow(ObjectCorrupt);
    }
    await store.delete(key);
    await expect(encrypted.get(tenant, object)).rejects.toThrow('is not there');
  });

  it('of an erased scope are read and written by nobody', async () => {
    const scope = datasetScope('d');
    const object = await encrypted.putStream(tenant, tenant, 'o', () => generated(LARGE), scope);
    await encrypted.eraseScope(tenant, scope);
    const { encrypted: other } = await openStores(keyFile);
    await expect(hashOf(other.getStream(tenant, object))).rejects.toThrow(ObjectKeyErased);
    await expect(
      other.putStream(tenant, tenant, 'o', () => oneOf(Buffer.from('more')), scope),
    ).rejects.toThrow(ObjectKeyErased);
  });

  it('that are read in part end their connection, and one that breaks off is no end of the object', async () => {
    const object = await encrypted.putStream(tenant, tenant, 'o', () => generated(LARGE));
    const wire = await startWire(s3Options().endpoint);
    try {
      const { encrypted: far } = await openStores(keyFile, wire.url);
      for await (const piece of far.getStream(tenant, object)) {
        expect(piece.length).toBe(65_536);
        break;
      }
      await wire.idle();
      expect(wire.receivedBytes()).toBeLessThan(object.bytes / 2);

      wire.cutAfter(wire.receivedBytes() + 5 * MB);
      await expect(hashOf(far.getStream(tenant, object))).rejects.toThrow(ObjectStoreUnavailable);
    } finally {
      await wire.stop();
    }
  });

  const run = (bytes: number, mode: 'whole' | 'stall'): ChildProcess => {
    const child = spawn(
      process.execPath,
      [
        '--max-old-space-size=64',
        fileURLToPath(new URL('../dist/testing/large-stream-process.js', import.meta.url)),
        keyFile,
        tenant,
        String(bytes),
        mode,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    children.add(child);
    return child;
  };
  const said = async (child: ChildProcess): Promise<string> =>
    child.stdout === null ? '' : (await collect(child.stdout)).toString('utf8');

  it('whose writer is killed in the middle are not visible, and the next writer makes them', async () => {
    const child = run(LARGE, 'stall');
    await once(child.stdout ?? child, 'data');
    expect(await pendingUploads()).toHaveLength(1);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    const [key = ''] = await pendingUploads();
    expect(await store.size(key)).toBeUndefined();
    const object = await encrypted.putStream(tenant, tenant, 'large', () => generated(LARGE));
    expect(store.key(object.uri)).toBe(key);
    expect(await hashOf(encrypted.getStream(tenant, object))).toBe(object.plainSha256);
  });

  it('take no more memory when they are larger: 200 MB with a heap of 64 MB', async () => {
    const measure = async (bytes: number): Promise<LargeStreamReport> =>
      JSON.parse(await said(run(bytes, 'whole'))) as LargeStreamReport;
    const [small, large] = [await measure(50 * MB), await measure(200 * MB)];
    process.stdout.write(
      `peak memory: ${small.peakRssMb.toFixed(0)} MB for 50 MB, ${large.peakRssMb.toFixed(0)} MB for 200 MB\n`,
    );
    expect([small.bytes, large.bytes]).toEqual([50 * MB, 200 * MB]);
    // Four times the bytes; what is held is garbage of the runtime, not content.
    expect(large.peakRssMb).toBeLessThan(1.3 * small.peakRssMb);
  });
});

interface Wire {
  readonly url: string;
  /** So many bytes have come from the server. */
  receivedBytes(): number;
  /** Ends the connection on which this many have come. */
  cutAfter(bytes: number): void;
  /** Until no connection is open. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** A wire to the server, to count and to cut. */
async function startWire(endpoint: string): Promise<Wire> {
  const { hostname, port } = new URL(endpoint);
  let received = 0;
  let limit = Infinity;
  let open = 0;
  const server: Server = createServer((near) => {
    open += 1;
    const far = connect(Number(port), hostname);
    far.on('data', (bytes: Buffer) => {
      received += bytes.length;
      if (received > limit) near.resetAndDestroy();
    });
    near.pipe(far).pipe(near);
    near.on('close', () => {
      open -= 1;
      far.destroy();
    });
    for (const each of [near, far]) each.on('error', () => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    receivedBytes: () => received,
    cutAfter(bytes) {
      limit = bytes;
    },
    async idle() {
      while (open > 0) await sleep(20);
    },
    async stop() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
