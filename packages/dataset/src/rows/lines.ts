/** A line of a stream without its end. `bytes` may be overwritten when the next line is read: copy what is kept. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Of the line's first byte, from 0. */
  readonly offsetBytes: number;
  /** Undefined where the line is longer than allowed: it was skipped and never held. */
  readonly bytes: Uint8Array | undefined;
  /** Without line feed, carriage return and byte order mark. */
  readonly lengthBytes: number;
  readonly byteOrderMark: boolean;
  readonly carriageReturn: boolean;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;
const FIRST_BUFFER_BYTES = 65_536;

/**
 * Cuts chunks into lines, LF and CRLF alike; the last line needs no end, and a file that ends with one has no line
 * after it. A byte order mark is taken off any line, as files put one behind the other have it in the middle. Memory:
 * one chunk and at most one line of `maxLineBytes`.
 */
export function createLineSplitter(maxLineBytes: number) {
  // Room for the marks around a line that is exactly as long as allowed.
  const heldMaxBytes = maxLineBytes + BYTE_ORDER_MARK.length + 1;
  let held = new Uint8Array(0);
  let heldBytes = 0;
  let overflow = false;
  let lengthBytes = 0;
  // Of a line that comes in parts: it may be too long to be held, and still begins and ends with marks.
  const head = new Uint8Array(BYTE_ORDER_MARK.length);
  let last = 0;
  let number = 1;
  let offsetBytes = 0;

  function hold(part: Uint8Array): void {
    if (lengthBytes < head.length) head.set(part.subarray(0, head.length - lengthBytes), lengthBytes);
    lengthBytes += part.length;
    last = part.at(-1) ?? last;
    if (overflow) return;
    if (heldBytes + part.length > heldMaxBytes) {
      overflow = true;
      held = new Uint8Array(0);
      heldBytes = 0;
      return;
    }
    if (heldBytes + part.length > held.length) {
      const grown = new Uint8Array(
        Math.min(heldMaxBytes, Math.max(FIRST_BUFFER_BYTES, 2 * (heldBytes + part.length))),
      );
      grown.set(held.subarray(0, heldBytes));
      held = grown;
    }
    held.set(part, heldBytes);
    heldBytes += part.length;
  }

  function cut(
    bytes: Uint8Array | undefined,
    first: Uint8Array,
    totalBytes: number,
    lastByte: number,
    ended: boolean,
  ): Line {
    const carriageReturn = totalBytes > 0 && lastByte === CARRIAGE_RETURN;
    const byteOrderMark =
      totalBytes >= BYTE_ORDER_MARK.length && BYTE_ORDER_MARK.every((byte, at) => first[at] === byte);
    const start = byteOrderMark ? BYTE_ORDER_MARK.length : 0;
    const textBytes = totalBytes - start - (carriageReturn ? 1 : 0);
    const line = {
      number,
      offsetBytes,
      bytes: textBytes > maxLineBytes ? undefined : bytes?.subarray(start, start + textBytes),
      lengthBytes: textBytes,
      byteOrderMark,
      carriageReturn,
    };
    number += 1;
    offsetBytes += totalBytes + (ended ? 1 : 0);
    return line;
  }

  function cutHeld(ended: boolean): Line {
    const line = cut(overflow ? undefined : held.subarray(0, heldBytes), head, lengthBytes, last, ended);
    heldBytes = 0;
    lengthBytes = 0;
    overflow = false;
    return line;
  }

  return {
    *push(bytes: Uint8Array): Generator<Line, void, undefined> {
      // Views of a Buffer cost more than those of a plain array.
      const chunk = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let start = 0;
      for (;;) {
        const end = chunk.indexOf(LINE_FEED, start);
        if (end === -1) break;
        if (lengthBytes === 0) {
          const whole = chunk.subarray(start, end);
          yield cut(whole, whole, whole.length, whole.at(-1) ?? 0, true);
        } else {
          hold(chunk.subarray(start, end));
          yield cutHeld(true);
        }
        start = end + 1;
      }
      if (start < chunk.length) hold(chunk.subarray(start));
    },
    *end(): Generator<Line, void, undefined> {
      if (lengthBytes > 0) yield cutHeld(false);
    },
  };
}
