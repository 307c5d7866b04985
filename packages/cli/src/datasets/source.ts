import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import process from 'node:process';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CannotRun } from '../cannot-run.ts';

/** A file of rows, or standard input. */
export interface RowsSource {
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** NaN where it is not known. */
  readonly totalBytes: number;
  /** Of the file as it lies there, for the progress bar. */
  readonly readBytes: () => number;
  /** An error of the reading, in the words of the command; any other is given back. */
  readonly failure: (error: unknown) => unknown;
}

const CHUNK_BYTES = 256 * 1024;

/** @throws CannotRun for what is not there or no file */
export async function openRows(file: string): Promise<RowsSource> {
  if (file === '-')
    return {
      name: 'standard input',
      chunks: process.stdin,
      totalBytes: Number.NaN,
      readBytes: () => 0,
      failure: (error) => cannotRead('standard input', error),
    };
  const found = await stat(file).catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  if (found.isDirectory()) throw new CannotRun(`${file} is a directory`);
  const stream = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  return {
    name: file,
    // Errors of either stream come out of the last one, where they are read.
    chunks: file.endsWith('.gz')
      ? pipeline(stream, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined)
      : stream,
    totalBytes: found.isFile() ? found.size : Number.NaN,
    readBytes: () => stream.bytesRead,
    failure: (error) => cannotRead(file, error),
  };
}

function cannotRead(name: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === undefined) return error;
  if (code === 'ENOENT') return new CannotRun(`there is no file ${name}`);
  if (code === 'EACCES') return new CannotRun(`${name} may not be read`);
  if (code.startsWith('Z_')) return new CannotRun(`${name} is not a whole gzip file`, { cause: error });
  return new CannotRun(`${name} cannot be read: ${code}`, { cause: error });
}
