import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Search {
  readonly files: number;
  /** `<text> in <file>`. */
  readonly found: readonly string[];
}

/** Everything that the parts of a sandbox have written: Kafka's segments, objects, the provider's files, logs, Postgres' heap and WAL. */
export async function writtenBySandbox(dir: string): Promise<string[]> {
  const postgres = await readFile(join(dir, 'postgres-home'), 'utf8');
  return [...['kafka', 's3', 'provider', 'logs'].map((part) => join(dir, part)), join(postgres, 'data')];
}

/** Looks for texts in every file below the places, byte by byte. */
export async function findInFiles(places: readonly string[], texts: readonly string[]): Promise<Search> {
  const found: string[] = [];
  let files = 0;
  for (const place of places)
    for await (const file of filesBelow(place)) {
      files += 1;
      // A file may go while it is looked for: what is deleted is found nowhere.
      const bytes = await readFile(file).catch(() => Buffer.alloc(0));
      for (const text of texts) if (bytes.includes(text)) found.push(`${text} in ${file}`);
    }
  return { files, found };
}

async function* filesBelow(directory: string): AsyncGenerator<string> {
  for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}
