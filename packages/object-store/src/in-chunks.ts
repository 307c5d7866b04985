export interface Chunk {
  readonly bytes: Buffer;
  /** No byte comes after it. */
  readonly last: boolean;
}

/**
 * The same bytes in chunks of exactly `size`, but for the last, which is empty only when it is also the first. Holds
 * one chunk, however small or large the pieces are.
 * @param firstSize of the first chunk, where it is another
 */
export async function* inChunks(
  pieces: AsyncIterable<Uint8Array>,
  size: number,
  firstSize = size,
): AsyncGenerator<Chunk, void> {
  let wanted = firstSize;
  let held = Buffer.alloc(0);
  let filled = 0;
  for await (const piece of pieces) {
    let rest = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    // A full chunk is the last one until a byte follows it.
    while (filled + rest.length > wanted) {
      const taken = wanted - filled;
      if (filled === 0) yield { bytes: rest.subarray(0, taken), last: false };
      else {
        rest.copy(held, filled, 0, taken);
        yield { bytes: held.subarray(0, wanted), last: false };
      }
      [held, filled, wanted] = [Buffer.alloc(0), 0, size];
      rest = rest.subarray(taken);
    }
    if (rest.length === 0) continue;
    // What was yielded is its reader's: the next chunk has memory of its own.
    if (held.length === 0) held = Buffer.allocUnsafe(wanted);
    filled += rest.copy(held, filled);
  }
  yield { bytes: held.subarray(0, filled), last: true };
}
