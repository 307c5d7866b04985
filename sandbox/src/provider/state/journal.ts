import { open, readFile, rename, truncate, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** An append-only file of JSON lines. */
export interface Journal {
  /** Queues a line; it is durable once a later {@link Journal.flush} has resolved. */
  append(entry: unknown): void;
  /** Resolves when everything appended so far is on disk. @throws the error of the disk, then and ever after */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The entries of a journal, oldest first. A last line that was cut off by a crash was never acknowledged: it is cut
 * from the file.
 * @throws Error naming the line when any other line is damaged
 */
export async function readJournal(path: string): Promise<unknown[]> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  const end = bytes.lastIndexOf(10) + 1;
  if (end < bytes.length) await truncate(path, end);
  const lines = bytes.subarray(0, end).toString('utf8').split('\n');
  return lines.slice(0, -1).map((line, index) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      throw new Error(`${path}: line ${index + 1} is not JSON; the state of the simulator is damaged`);
    }
  });
}

/** Replaces a journal by an equivalent shorter one, durably. */
export async function rewriteJournal(path: string, entries: readonly unknown[]): Promise<void> {
  const temporary = `${path}.new`;
  const handle = await open(temporary, 'w');
  try {
    await handle.writeFile(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Appends wait for each other's fsync: all that were queued meanwhile share the next one. */
export async function openJournal(path: string): Promise<Journal> {
  const handle: FileHandle = await open(path, 'a');
  let queued: string[] = [];
  let writing: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    while (queued.length > 0) {
      const text = queued.join('');
      queued = [];
      await handle.appendFile(text);
      await handle.datasync();
    }
  };
  const flush = async (): Promise<void> => {
    // A failed write is final: the promise stays rejected, and nothing is acknowledged any more.
    writing ??= write().then(() => {
      writing = undefined;
    });
    await writing;
    if (queued.length > 0) await flush();
  };
  return {
    append: (entry) => void queued.push(`${JSON.stringify(entry)}\n`),
    flush,
    async close() {
      await flush();
      await handle.close();
    },
  };
}
