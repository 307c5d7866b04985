import { createHash, randomBytes } from 'node:crypto';

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** `prefix` and random letters and digits, as the provider's ids look. */
export function newId(prefix: string, length = 24): string {
  let id = prefix;
  for (const byte of randomBytes(length)) id += LETTERS[byte % LETTERS.length] ?? '';
  return id;
}

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);
