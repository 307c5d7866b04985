import { createCipheriv, createDecipheriv, createHash, randomBytes, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlainDigest } from '@ftm/object-store/sealed-stream';

/** A file that is written once, whose hash is known at its end, and which is read then. */
export interface Draft {
  write(bytes: Uint8Array): Promise<void>;
  /** Of all that was written; nothing can be written afterwards. */
  digest(): PlainDigest;
  read(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/**
 * On the disk of this process: an object's name and key come from the hash of its content, which is known only when all of it was made. It has no name while it is open, and is encrypted with a
 * key that is nowhere but in memory: a process that is killed leaves nothing, and what was on the disk is noise.
 */
export async function createDraft(dir: string, name: string): Promise<Draft> {
  const path = join(dir, name);
  const file = await open(path, 'wx+', 0o600);
  await rm(path);
  const [key, nonce] = [randomBytes(32), randomBytes(16)];
  const cipher = createCipheriv('aes-256-ctr', key, nonce);
  const hash: Hash = createHash('sha256');
  let bytes = 0;
  let digest: PlainDigest | undefined;
  return {
    async write(part) {
      hash.update(part);
      bytes += part.length;
      await file.appendFile(cipher.update(part));
    },
    digest: () => (digest ??= { sha256: hash.digest(), bytes }),
    async *read() {
      const decipher = createDecipheriv('aes-256-ctr', key, nonce);
      const stream = createReadStream('', { fd: file, start: 0, autoClose: false });
      for await (const part of stream as AsyncIterable<Buffer>) yield decipher.update(part);
    },
    close: () => file.close(),
  };
}
