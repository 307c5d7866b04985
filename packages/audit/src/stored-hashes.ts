import { leafHash, type Hash, type HashReader } from './merkle.ts';

/** Where a tenant's event hashes and stored nodes are; both give fewer than asked for when they are not there. */
export interface HashSource {
  /** 32 bytes each, of `count` events from `seq` (from 1) on. */
  eventHashes(seq: number, count: number): Promise<readonly Uint8Array[]>;
  nodes(level: number, start: number, count: number): Promise<readonly Uint8Array[]>;
}

/** The tree's hashes out of a source. What is missing is an error, never an empty tree. */
export function storedHashes(source: HashSource): HashReader {
  return async (level, start, count) => {
    const found: readonly Hash[] =
      level === 0
        ? (await source.eventHashes(start + 1, count)).map(leafHash)
        : await source.nodes(level, start, count);
    if (found.length !== count)
      throw new Error(`${found.length} of ${count} hashes are there at level ${level} from ${start} on`);
    return found;
  };
}
