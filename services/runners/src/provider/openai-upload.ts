import { toFile, type OpenAI } from 'openai';
import type { FileSource } from './training-provider.ts';
import { idOf } from './wire-values.ts';

export interface UploadLimits {
  /** Files up to this many bytes are sent in one request. */
  readonly wholeFileBytes: number;
  /** Bytes of a part; the wire allows 64 MiB. */
  readonly partBytes: number;
}

/** Either is held in memory, once as it comes and once as it is sent. */
export const UPLOAD_LIMITS: UploadLimits = { wholeFileBytes: 32 * 2 ** 20, partBytes: 32 * 2 ** 20 };

/** A stream cannot be read twice, so no request here is repeated by the client. */
const ONCE = { maxRetries: 0 } as const;

export async function uploadWhole(client: OpenAI, name: string, source: FileSource): Promise<string> {
  const file = await toFile(source.stream, name);
  return idOf(await client.files.create({ file, purpose: 'fine-tune' }, ONCE), 'a file');
}

/** In parts, one after the other; what cannot be completed is canceled, so that nothing half lies about. */
export async function uploadInParts(
  client: OpenAI,
  name: string,
  source: FileSource,
  partBytes: number,
): Promise<string> {
  const upload = await client.uploads.create(
    { bytes: source.bytes, filename: name, mime_type: 'text/jsonl', purpose: 'fine-tune' },
    ONCE,
  );
  const uploadId = idOf(upload, 'an upload');
  try {
    const partIds: string[] = [];
    for await (const part of inParts(source.stream, partBytes)) {
      const data = await toFile(part, name);
      partIds.push(idOf(await client.uploads.parts.create(uploadId, { data }, ONCE), 'a part'));
    }
    const done = await client.uploads.complete(uploadId, { part_ids: partIds }, ONCE);
    return idOf(done.file, 'an upload with a file');
  } catch (error) {
    await client.uploads.cancel(uploadId, ONCE).catch(() => undefined);
    throw error;
  }
}

/** The same bytes in pieces of exactly `partBytes`, but for the last. */
export async function* inParts(
  stream: AsyncIterable<Uint8Array>,
  partBytes: number,
): AsyncGenerator<Buffer, void> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let rest = chunk;
    while (size + rest.length >= partBytes) {
      held.push(rest.subarray(0, partBytes - size));
      rest = rest.subarray(partBytes - size);
      yield Buffer.concat(held);
      [held, size] = [[], 0];
    }
    if (rest.length > 0) held.push(rest);
    size += rest.length;
  }
  if (size > 0) yield Buffer.concat(held);
}
