import type { Request } from 'express';
import { Problem } from './problem.ts';

/** A whole body must have come by then; one that is read as it comes has its own time. */
const BODY_WITHIN_MS = 30_000;

const tooLarge = (maxBytes: number): Problem =>
  new Problem('BODY_TOO_LARGE', `the body is larger than the ${maxBytes} bytes that are allowed here`);

/** What the header says already. @throws Problem 413, 415 */
export function refuseByHeader(request: Request, maxBytes: number): void {
  if (request.get('content-encoding') !== undefined)
    throw new Problem('UNSUPPORTED_ENCODING', 'send the body without content encoding');
  if (Number(request.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
}

/**
 * A body as a whole. Nothing beyond the limit is read: the connection is closed with the answer.
 * @throws Problem 413, 408 when it does not come in time
 */
export async function readWhole(request: Request, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  const deadline = AbortSignal.timeout(BODY_WITHIN_MS);
  const onLate = (): void => void request.destroy();
  deadline.addEventListener('abort', onLate);
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw deadline.aborted
      ? new Problem('BODY_TOO_SLOW', `the body did not come within ${BODY_WITHIN_MS / 1000} s`)
      : new Problem('MALFORMED_REQUEST', 'the body ended before it was whole');
  } finally {
    deadline.removeEventListener('abort', onLate);
  }
  return Buffer.concat(parts, length);
}
