import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { open, seal } from './aead.ts';
import type { KeyProvider } from './key-provider.ts';

/**
 * Key-encryption keys in a file, one a line: 32 bytes each, in base64, readable by its owner alone. The first wraps,
 * all unwrap.
 * @throws Error that says what is wrong with the file
 */
export async function createLocalKeyProvider(file: string): Promise<KeyProvider> {
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0) throw new Error(`${file} can be read by others: make its mode 0600`);
  const lines = (await readFile(file, 'utf8')).trim().split(/\s*\n\s*/);
  const [current, ...earlier] = lines.map((line, index) => keyOf(line, `line ${index + 1} of ${file}`));
  if (current === undefined) throw new Error(`${file} has no key`);
  return {
    keyId: current.id,
    wrap: async (dataKey, context) => seal(current.bytes, dataKey, `${current.id} ${context}`),
    async unwrap(wrapped, context) {
      for (const key of [current, ...earlier])
        try {
          return open(key.bytes, wrapped, `${key.id} ${context}`);
        } catch {
          // authenticated: only the key that wrapped it opens it
        }
      throw new Error(
        'a data key was wrapped by a key that is not in the file, in another context, or was changed',
      );
    },
  };
}

function keyOf(line: string, where: string): { readonly id: string; readonly bytes: Buffer } {
  const bytes = Buffer.from(line, 'base64');
  if (bytes.length !== 32)
    throw new Error(`${where} has ${bytes.length} bytes where a key-encryption key has 32 (in base64)`);
  const id = `local:${createHash('sha256').update('ftm.kek').update(bytes).digest('hex').slice(0, 16)}`;
  return { id, bytes };
}
