import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** An append-only file of JSON lines that is on disk before `append` returns; a line that a kill cut off is left out. */
export interface JsonLines<T> {
  readonly rows: readonly T[];
  append(rows: readonly T[]): void;
}

export function openJsonLines<T>(directory: string, name: string): JsonLines<T> {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, name);
  const rows: T[] = [];
  if (existsSync(file)) {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (line === '') continue;
      try {
        rows.push(JSON.parse(line) as T);
      } catch {
        break;
      }
    }
  }
  return {
    rows,
    append(more) {
      const handle = openSync(file, 'a');
      try {
        writeSync(handle, more.map((row) => `${JSON.stringify(row)}\n`).join(''));
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      rows.push(...more);
    },
  };
}
