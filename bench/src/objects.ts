import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { createEncryptedStore } from '@ftm/object-store/encrypted-store';
import type { KeyProvider } from '@ftm/object-store/key-provider';
import { createS3Store } from '@ftm/object-store/s3';
import { digestOf, openSealed, sealing, type DataKey } from '@ftm/object-store/sealed-stream';
import { NO_TOMBSTONES } from '@ftm/object-store/testing/memory-object-store';

export interface ObjectRate {
  readonly work: 'encrypt' | 'decrypt' | 'put' | 'get';
  /** Each in MB (10^6 bytes) of content a second, the best of the rounds. */
  readonly ours: number;
  /**
   * The least that has to be done to the same bytes: AES-256-GCM in one piece, or the same store without encryption.
   */
  readonly bare: number;
}

const MB = 1_000_000;
const PIECE_BYTES = 2 ** 20;
const ROUNDS = 3;
const TENANT = 'bench';

/**
 * Objects sealed, opened, stored and read as streams, against bare AES-256-GCM over the same bytes and against the
 * same S3 server and uploads in parts without encryption; turn about, in this process. `encrypt` reads its content
 * twice, as a store does that names objects by it; `put` also hashes what it stores, and `get` what it reads.
 * @param bytes of one object
 */
export async function measureObjects(
  env: Readonly<Record<string, string>>,
  bytes = 128 * PIECE_BYTES,
): Promise<ObjectRate[]> {
  const block = randomBytes(PIECE_BYTES);
  const plain = async function* (): AsyncGenerator<Buffer, void> {
    for (let given = 0; given < bytes; given += PIECE_BYTES) yield block.subarray(0, bytes - given);
  };
  return [...(await measureSealing(plain, bytes)), ...(await measureStoring(env, plain, bytes))];
}

type Content = () => AsyncIterable<Buffer>;

async function measureSealing(plain: Content, bytes: number): Promise<ObjectRate[]> {
  const key: DataKey = { id: randomUUID(), bytes: randomBytes(32) };
  const nonce = randomBytes(12);
  const seal = async function* (): AsyncGenerator<Buffer, void> {
    yield* sealing(TENANT, key, await digestOf(plain())).seal(plain());
  };
  const sealed: Buffer[] = [];
  for await (const piece of seal()) sealed.push(piece);
  const bareSealed: Buffer[] = [];
  const encrypt = async (keep: (piece: Buffer) => void): Promise<Buffer> => {
    const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce);
    for await (const piece of plain()) keep(cipher.update(piece));
    cipher.final();
    return cipher.getAuthTag();
  };
  const tag = await encrypt((piece) => bareSealed.push(piece));
  return [
    await compare(
      'encrypt',
      bytes,
      () => readAll(seal()),
      () => encrypt(() => undefined),
    ),
    await compare(
      'decrypt',
      bytes,
      () => readAll(openSealed(TENANT, { uri: 'bench' }, inTurn(sealed), () => Promise.resolve(key))),
      async () => {
        const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce);
        for await (const piece of inTurn(bareSealed)) decipher.update(piece);
        decipher.setAuthTag(tag);
        decipher.final();
      },
    ),
  ];
}

async function measureStoring(
  env: Readonly<Record<string, string>>,
  plain: Content,
  bytes: number,
): Promise<ObjectRate[]> {
  const store = createS3Store({
    endpoint: env['FTM_S3_ENDPOINT'] ?? '',
    region: env['FTM_S3_REGION'] ?? '',
    bucket: env['FTM_S3_BUCKET'] ?? '',
    accessKeyId: env['FTM_S3_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: env['FTM_S3_SECRET_ACCESS_KEY'] ?? '',
  });
  const encrypted = createEncryptedStore(store, unwrapped, NO_TOMBSTONES);
  const tenant = `bench-${randomUUID()}`;
  const object = await encrypted.putStream(tenant, tenant, 'read', plain);
  const bareKey = `${tenant}/bare`;
  await store.putStreamIfAbsent(bareKey, bytes, plain());
  try {
    return [
      await compare(
        'put',
        bytes,
        async () => {
          const written = await encrypted.putStream(tenant, tenant, randomUUID(), plain);
          return () => encrypted.delete(written);
        },
        async () => {
          const key = `${tenant}/${randomUUID()}`;
          await store.putStreamIfAbsent(key, bytes, plain());
          return () => store.delete(key);
        },
      ),
      await compare(
        'get',
        bytes,
        () => readAll(encrypted.getStream(tenant, object)),
        async () => {
          const stream = await store.getStream(bareKey);
          if (stream !== undefined) await readAll(stream);
        },
      ),
    ];
  } finally {
    await encrypted.delete(object);
    await store.delete(bareKey);
    await encrypted.eraseScope(tenant, 'tenant');
  }
}

/** Keys in the clear: they live as long as the measurement. */
const unwrapped: KeyProvider = {
  keyId: `bench:${createHash('sha256').update(randomUUID()).digest('hex').slice(0, 16)}`,
  wrap: (key) => Promise.resolve(Buffer.from(key)),
  unwrap: (wrapped) => Promise.resolve(Buffer.from(wrapped)),
};

/** @param ours what it resolves to, if a function, cleans up after the clock has stopped; so does the peer's */
async function compare(
  work: ObjectRate['work'],
  bytes: number,
  ours: () => Promise<unknown>,
  bare: () => Promise<unknown>,
): Promise<ObjectRate> {
  const best = { ours: 0, bare: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    best.bare = Math.max(best.bare, await rate(bytes, bare));
    best.ours = Math.max(best.ours, await rate(bytes, ours));
  }
  return { work, ...best };
}

async function rate(bytes: number, work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  const after = await work();
  const seconds = (performance.now() - began) / 1000;
  if (typeof after === 'function') await (after as () => Promise<void>)();
  return bytes / MB / seconds;
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<void> {
  const iterator = stream[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true);
}

async function* inTurn(pieces: readonly Buffer[]): AsyncGenerator<Buffer, void> {
  yield* pieces;
}
