import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { open, seal } from './aead.ts';
import type { KeyProvider } from './key-provider.ts';

/**
 * A key-encryption key in a file: 32 bytes in base64, readable by its owner alone.
 * @throws Error that says what is wrong with the file
 */
export async function createLocalKeyProvider(file: string): Promise<KeyProvider> {
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0) throw new Error(`${file} can be read by others: make its mode 0600`);
  const key = Buffer.from((await readFile(file, 'utf8')).trim(), 'base64');
  if (key.length !== 32)
    throw new Error(`${file} has ${key.length} bytes where a key-encryption key has 32 (in base64)`);
  const keyId = `local:${createHash('sha256').update('ftm.kek').update(key).digest('hex').slice(0, 16)}`;
  return {
    keyId,
    wrap: async (dataKey, context) => seal(key, dataKey, `${keyId} ${context}`),
    unwrap: async (wrapped, context) => open(key, wrapped, `${keyId} ${context}`),
  };
}
