import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * For wrapped keys; objects are sealed as streams. AES-256-GCM: nonce, ciphertext, tag. The nonce is a keyed hash of
 * content and context, so that equal content under one key is equal ciphertext, and different content never meets the
 * same nonce but with the chance of a 96-bit collision.
 */
export function seal(key: Uint8Array, plain: Uint8Array, context: string): Buffer {
  const nonce = nonceFor(key, plain, context);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(context, 'utf8'));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error when key, context or any byte is not what it was sealed with */
export function open(key: Uint8Array, sealed: Uint8Array, context: string): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new Error('sealed bytes are too short');
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAAD(Buffer.from(context, 'utf8'));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const plain = Buffer.concat([
    decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)),
    decipher.final(),
  ]);
  if (!timingSafeEqual(nonce, nonceFor(key, plain, context)))
    throw new Error('the nonce is not that of the content');
  return plain;
}

function nonceFor(key: Uint8Array, plain: Uint8Array, context: string): Buffer {
  return syntheticNonce(key, createHash('sha256').update(plain).digest(), context).subarray(0, NONCE_BYTES);
}

/**
 * 32 bytes that are the same for the same content and context, and a random function of them to whoever has not the
 * key.
 */
export function syntheticNonce(key: Uint8Array, plainSha256: Uint8Array, context: string): Buffer {
  const nonceKey = createHmac('sha256', key).update('ftm.nonce').digest();
  return createHmac('sha256', nonceKey).update(context).update('\0').update(plainSha256).digest();
}
