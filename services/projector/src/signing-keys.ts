import { readFile, stat } from 'node:fs/promises';
import { createNoteSigner, type NoteSigner } from '@ftm/audit/signed-note';

/** The keys of a file, a line each; `#` begins a comment. @throws Error that says what is wrong with the file, without what is in it */
export async function readSigners(file: string): Promise<readonly NoteSigner[]> {
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0) throw new Error(`${file} can be read by others: make its mode 0600`);
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => /^[^#\s]/.test(line));
  if (lines.length === 0) throw new Error(`${file} has no key: ftm keys new signing makes one`);
  return lines.map((line, index) => {
    try {
      return createNoteSigner(line);
    } catch (error) {
      throw new Error(`${file}, key ${index + 1}: ${(error as Error).message}`, { cause: error });
    }
  });
}
