/** No line of an object that FTM wrote comes near it; a longer one is not of FTM, and is not collected. */
const MOST_LINE_BYTES = 64 * 2 ** 20;

/**
 * The lines of a text that comes in pieces, without their ends; empty ones are left out. @throws RangeError at a line
 * of more than `mostBytes`
 */
export async function* lineBytes(
  pieces: AsyncIterable<Uint8Array>,
  mostBytes = MOST_LINE_BYTES,
): AsyncGenerator<Buffer, void> {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  const grown = (by: number): number => {
    if (restBytes + by > mostBytes) throw new RangeError(`a line has more than ${mostBytes} bytes`);
    return restBytes + by;
  };
  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf(10); end !== -1; end = piece.indexOf(10, start)) {
      if (grown(end - start) > 0) yield Buffer.concat([...rest, piece.subarray(start, end)]);
      [rest, restBytes, start] = [[], 0, end + 1];
    }
    restBytes = grown(piece.length - start);
    if (start < piece.length) rest.push(piece.subarray(start));
  }
  if (restBytes > 0) yield Buffer.concat(rest);
}

/** The same as text. */
export async function* lines(
  pieces: AsyncIterable<Uint8Array>,
  mostBytes?: number,
): AsyncGenerator<string, void> {
  for await (const line of lineBytes(pieces, mostBytes)) yield line.toString('utf8');
}
