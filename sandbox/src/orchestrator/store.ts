import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** An append-only file of JSON lines that is on disk before `append` returns. */
export interface JsonLines<T> {
  readonly rows: readonly T[];
  append(rows: readonly T[]): void;
}

/**
 * A line that a kill cut off was never acknowledged: it is cut away, or the next line would be glued to it and lost
 * with it.
 */
export function openJsonLines<T>(directory: string, name: string): JsonLines<T> {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, name);
  const existed = existsSync(file);
  const bytes = existed ? readFileSync(file) : Buffer.alloc(0);
  const whole = bytes.lastIndexOf(0x0a) + 1;
  const rows = bytes
    .subarray(0, whole)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
  const handle = openSync(file, 'a');
  if (whole < bytes.length) {
    ftruncateSync(handle, whole);
    fsyncSync(handle);
  }
  if (!existed) syncDirectory(directory);
  return {
    rows,
    append(more) {
      const data = Buffer.from(more.map((row) => `${JSON.stringify(row)}\n`).join(''));
      for (let done = 0; done < data.length;) done += writeSync(handle, data, done);
      fsyncSync(handle);
      rows.push(...more);
    },
  };
}

/** A new file is there after a crash only when its directory says so. */
function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
