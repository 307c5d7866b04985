import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Words (32 bits) that are written or kept at once. */
const BLOCK = 16_384;

/** An append-only sequence of 32-bit words that need not fit in memory. */
export interface Spool {
  readonly length: number;
  /** Of memory: the block that is being filled, and without a directory all blocks. */
  readonly bytes: number;
  append(words: Uint32Array): void;
  push(word: number): void;
  /** Fills `into` with the words from `offset` on. @throws RangeError past the end. */
  read(offset: number, into: Uint32Array): void;
  close(): void;
}

/**
 * From the second block on in a file in `dir`, readable by this user only and without a name while it is open: a
 * process that is killed leaves no bytes. Without `dir` in memory.
 */
export function createSpool(dir?: string): Spool {
  let store = createMemory();
  const tail = new Uint32Array(BLOCK);
  let stored = 0;
  let filled = 0;

  const push = (word: number): void => {
    tail[filled++] = word;
    if (filled < BLOCK) return;
    if (stored === 0 && dir !== undefined) store = createFile(dir);
    store.write(tail);
    stored += BLOCK;
    filled = 0;
  };
  return {
    get length() {
      return stored + filled;
    },
    get bytes() {
      return tail.byteLength + store.bytes;
    },
    push,
    append(words) {
      if (filled + words.length < BLOCK) {
        tail.set(words, filled);
        filled += words.length;
      } else for (const word of words) push(word);
    },
    read(offset, into) {
      if (offset < 0 || offset + into.length > stored + filled)
        throw new RangeError(`the spool has ${stored + filled} words, not ${offset + into.length}`);
      const fromStore = Math.max(0, Math.min(into.length, stored - offset));
      if (fromStore > 0) store.read(offset, into.subarray(0, fromStore));
      if (fromStore < into.length)
        into.set(tail.subarray(offset + fromStore - stored, offset + into.length - stored), fromStore);
    },
    close: () => store.close(),
  };
}

interface Store {
  readonly bytes: number;
  write(block: Uint32Array): void;
  read(offset: number, into: Uint32Array): void;
  close(): void;
}

function createMemory(): Store {
  const blocks: Uint32Array[] = [];
  return {
    get bytes() {
      return blocks.length * BLOCK * 4;
    },
    write: (block) => void blocks.push(block.slice()),
    read(offset, into) {
      for (let at = 0; at < into.length;) {
        const within = (offset + at) % BLOCK;
        const part = blocks[(offset + at - within) / BLOCK]?.subarray(within, within + into.length - at);
        if (part === undefined) throw new RangeError('the spool is closed');
        into.set(part, at);
        at += part.length;
      }
    },
    close: () => void blocks.splice(0),
  };
}

function createFile(dir: string): Store {
  const folder = mkdtempSync(join(dir, 'spool-'));
  const file = openSync(join(folder, 'words'), 'wx+', 0o600);
  rmSync(folder, { recursive: true, force: true });
  let open = true;
  let written = 0;
  return {
    bytes: 0,
    write(block) {
      const bytes = bytesOf(block);
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, bytes.length - at, written + at);
      written += bytes.length;
    },
    read(offset, into) {
      const bytes = bytesOf(into);
      for (let at = 0; at < bytes.length;) {
        const got = readSync(file, bytes, at, bytes.length - at, offset * 4 + at);
        if (got === 0) throw new Error('the spool file has become shorter than what was written to it');
        at += got;
      }
    },
    close() {
      if (open) closeSync(file);
      open = false;
    },
  };
}

const bytesOf = (words: Uint32Array): Uint8Array =>
  new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
