import { wholeRoot, type Hash, type HashReader } from '../merkle.ts';

/** Stored hashes as a database has them: leaves, and the roots of whole subtrees of 256, 65,536, … */
export function memoryHashes(leaves: readonly Hash[]): HashReader {
  const levels = [leaves];
  for (let row = leaves; row.length >= 256;) {
    const above: Hash[] = [];
    for (let index = 0; index + 256 <= row.length; index += 256)
      above.push(wholeRoot(row.slice(index, index + 256)));
    levels.push(above);
    row = above;
  }
  return (level, start, count) => {
    const found = (levels[level / 8] ?? []).slice(start, start + count);
    if (found.length !== count)
      return Promise.reject(new Error(`${found.length} of ${count} hashes at level ${level} from ${start}`));
    return Promise.resolve(found);
  };
}
