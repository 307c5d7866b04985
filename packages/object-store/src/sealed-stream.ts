import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { syntheticNonce } from './aead.ts';
import { inChunks } from './in-chunks.ts';
import { ObjectCorrupt, ObjectKeyErased } from './object-store.ts';

/*
 * The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, 2015), as age and Tink have it:
 *
 *   header   'FTMO' 2 | data key's id (36) | nonce (32)
 *   chunks   AES-256-GCM of 64 KiB each, the last of 1 byte to 64 KiB (of none only when the plaintext has none), each with its tag (16)
 *
 *   nonce        HMAC-SHA256 of tenant, key id and SHA-256 of the plaintext, under a key derived from the data key
 *   object key   HKDF-SHA256(data key, salt = nonce, info = 'ftm.object.2', tenant, key id, and the name where it is not made of the content)
 *   chunk nonce  number of the chunk (11 bytes, big-endian) | 1 for the last, 0 for all others
 */
const MAGIC = Buffer.from('FTMO\u0002', 'latin1');
const KEY_ID_BYTES = 36;
const NONCE_BYTES = 32;
const HEADER_BYTES = MAGIC.length + KEY_ID_BYTES + NONCE_BYTES;
const TAG_BYTES = 16;
export const CHUNK_BYTES = 65_536;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface DataKey {
  /** A UUID. */
  readonly id: string;
  /** 32 of them. */
  readonly bytes: Buffer;
}

export interface PlainDigest {
  readonly sha256: Buffer;
  readonly bytes: number;
}

export async function digestOf(plain: AsyncIterable<Uint8Array>): Promise<PlainDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of plain) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { sha256: hash.digest(), bytes };
}

export interface Sealing {
  /** Hex; the same for the same content under the same key, and tells nothing of it to whoever has not the key. */
  readonly contentName: string;
  /** Length of the sealed bytes. */
  readonly bytes: number;
  /**
   * Encrypts the content that the digest is of; the last chunk comes only when it was that.
   * @throws Error when the content is another: what came until then must not be kept
   */
  seal(plain: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void>;
}

/** @param name of an object whose name is not made of its content: it opens under no other */
export function sealing(tenantId: string, key: DataKey, digest: PlainDigest, name?: string): Sealing {
  const context = contextOf(tenantId, key.id, name);
  const nonce = syntheticNonce(key.bytes, digest.sha256, context);
  return {
    contentName: nonce.toString('hex', 0, 16),
    bytes: HEADER_BYTES + digest.bytes + TAG_BYTES * Math.max(1, Math.ceil(digest.bytes / CHUNK_BYTES)),
    async *seal(plain) {
      const objectKey = deriveKey(context, key, nonce);
      const hash = createHash('sha256');
      let number = 0;
      yield Buffer.concat([MAGIC, Buffer.from(key.id, 'latin1'), nonce]);
      for await (const { bytes, last } of inChunks(plain, CHUNK_BYTES)) {
        hash.update(bytes);
        if (last && !hash.digest().equals(digest.sha256))
          throw new Error('the content has changed between its first and its second reading');
        const cipher = createCipheriv('aes-256-gcm', objectKey, chunkNonce(number, last));
        yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
        number += 1;
      }
    },
  };
}

/**
 * Decrypts; every chunk is yielded when it was verified.
 * @param from where it lies, for the error; its name where that was sealed with it
 * @param load finds a data key; @throws ObjectKeyErased
 * @throws ObjectCorrupt when tenant, key or any byte is not what it was sealed with, or a chunk is missing, moved,
 * repeated or added; ObjectKeyErased; what the source throws
 */
export async function* openSealed(
  tenantId: string,
  { uri, name }: { readonly uri: string; readonly name?: string },
  sealed: AsyncIterable<Uint8Array>,
  load: (keyId: string) => Promise<DataKey>,
): AsyncGenerator<Buffer, void> {
  const chunks = inChunks(sealed, SEALED_CHUNK_BYTES, HEADER_BYTES);
  try {
    const header = await chunks.next();
    if (
      header.done === true ||
      header.value.last ||
      !header.value.bytes.subarray(0, MAGIC.length).equals(MAGIC)
    )
      throw new ObjectCorrupt(uri, 'not an encrypted object');
    const { bytes: head } = header.value;
    const keyId = head.toString('latin1', MAGIC.length, MAGIC.length + KEY_ID_BYTES);
    if (!UUID.test(keyId)) throw new ObjectCorrupt(uri, 'names no data key');
    const key = await load(keyId).catch(async (error: unknown) => {
      // A changed key id looks like an erased key. The source knows the hash of the whole: it tells them apart.
      if (error instanceof ObjectKeyErased) await drain(chunks);
      throw error;
    });
    const context = contextOf(tenantId, key.id, name);
    const objectKey = deriveKey(context, key, head.subarray(MAGIC.length + KEY_ID_BYTES));
    let number = 0;
    for await (const { bytes, last } of chunks) {
      const plain = openChunk(objectKey, bytes, number, last);
      if (plain === undefined) throw new ObjectCorrupt(uri, `chunk ${number} is not what was written`);
      if (plain.length > 0) yield plain;
      number += 1;
    }
  } finally {
    await chunks.return();
  }
}

/** Undefined when it does not verify. */
function openChunk(objectKey: Buffer, sealed: Buffer, number: number, last: boolean): Buffer | undefined {
  const end = sealed.length - TAG_BYTES;
  if (end < 0) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', objectKey, chunkNonce(number, last), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(sealed.subarray(end));
  const plain = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return plain;
}

/** Length of the plaintext of an object of so many stored bytes. */
export function plainBytes(storedBytes: number): number {
  const body = storedBytes - HEADER_BYTES;
  return body - TAG_BYTES * Math.ceil(body / SEALED_CHUNK_BYTES);
}

export async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  const iterator = stream[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true);
}

export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

export async function* oneOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

/** A tenant's object cannot be opened as another's, nor under another key's name, nor one that the caller named as another. */
const contextOf = (tenantId: string, keyId: string, name?: string): string =>
  `${tenantId} ${keyId}${name === undefined ? '' : ` ${name}`}`;

const deriveKey = (context: string, key: DataKey, nonce: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', key.bytes, nonce, `ftm.object.2\0${context}`, 32));

function chunkNonce(number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(number, 5, 6);
  nonce[11] = last ? 1 : 0;
  return nonce;
}
