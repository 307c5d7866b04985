import busboy from 'busboy';
import { createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Request } from 'express';
import { ApiError, badRequest } from './errors.ts';

export interface Form {
  readonly fields: ReadonlyMap<string, string>;
  readonly file: { readonly name: string; readonly bytes: number } | undefined;
}

export const MAX_FILE_BYTES = 512 * 1024 * 1024;

/**
 * Reads a multipart form; the bytes of the part `fileField` are on disk at `path` when this resolves.
 * @throws ApiError 400 for another content type, a broken body or a second file, 413 beyond {@link MAX_FILE_BYTES}
 */
export async function readForm(request: Request, fileField: string, path: string): Promise<Form> {
  const fields = new Map<string, string>();
  let filename: string | undefined;
  let saving: Promise<void> | undefined;
  const parser = openParser(request);
  const finished = new Promise<void>((resolve, reject) => {
    parser.on('field', (name, value) => fields.set(name, value));
    parser.on('file', (name, stream, info) => {
      if (name !== fileField || saving !== undefined) {
        stream.resume();
        reject(badRequest(`The form must have one file, in the field '${fileField}'.`, fileField));
        return;
      }
      saving = pipeline(stream, createWriteStream(path)).then(() => {
        if (stream.truncated) throw new ApiError(413, `The file is larger than ${MAX_FILE_BYTES} bytes.`);
      });
      saving.catch(reject);
      filename = info.filename;
    });
    parser.on('error', () => reject(badRequest('The multipart body is broken.', null)));
    parser.on('close', resolve);
    request.on('aborted', () => reject(badRequest('The request was aborted.', null)));
  });
  request.pipe(parser);
  await finished;
  await saving;
  if (filename === undefined) return { fields, file: undefined };
  await sync(path);
  return { fields, file: { name: filename, bytes: (await stat(path)).size } };
}

function openParser(request: Request): busboy.Busboy {
  try {
    return busboy({
      headers: request.headers,
      defParamCharset: 'utf8',
      limits: { fileSize: MAX_FILE_BYTES, files: 2, fields: 20, fieldSize: 10_000 },
    });
  } catch {
    throw badRequest('The request must be multipart/form-data.', null);
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
