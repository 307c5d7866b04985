import { datasetChunk } from '@ftm/contracts/object-names';
import { decodeChunk, encodeChunk, type Chunk } from '@ftm/dataset/ingest/chunk';
import type { Ingested } from '@ftm/dataset/ingest/ingest';
import type { UploadManifest } from '@ftm/dataset/ingest/upload';
import { datasetScope } from '@ftm/object-store/encrypted-store';
import type { Work } from '../tasks.ts';

/** Chunks in order: what everything after the ingest is made of. */
export interface ChunkReader {
  /** Each time from the first one. */
  bytes(): AsyncIterable<Buffer>;
}

/** What the ingest came to, and where it lies. */
export interface Input extends Ingested {
  readonly chunkReader: ChunkReader;
}

/** The working files of a dataset that is being built, under its own data key. */
export function workingFiles(work: Work, projectId: string) {
  const scope = datasetScope(work.id);
  const name = (index: number): string =>
    datasetChunk({ tenantId: work.tenantId, projectId }, work.id, index);
  const load = async (index: number): Promise<Buffer | undefined> =>
    work.objects.getNamed(work.tenantId, name(index));
  return {
    async load(index: number): Promise<Chunk | null> {
      const bytes = await load(index);
      return bytes === undefined ? null : decodeChunk(bytes);
    },
    /** The first write of a number wins: two builders of one dataset go on with the same rows. */
    async save(index: number, chunk: Chunk): Promise<Chunk> {
      const { existed } = await work.objects.putNamed(work.tenantId, name(index), encodeChunk(chunk), scope);
      if (!existed) return chunk;
      const bytes = await load(index);
      if (bytes === undefined) throw new Error(`working file ${index} is gone`);
      return decodeChunk(bytes);
    },
    reader: (count: number): ChunkReader => ({
      async *bytes() {
        for (let index = 0; index < count; index += 1) {
          const bytes = await load(index);
          if (bytes === undefined) throw new Error(`working file ${index} is gone`);
          yield bytes;
        }
      },
    }),
    /** The last one first: what is left after a crash is a whole beginning, and is found again. */
    async remove(): Promise<void> {
      let count = 0;
      while (await work.objects.hasNamed(name(count))) count += 1;
      for (let index = count - 1; index >= 0; index -= 1) await work.objects.deleteNamed(name(index));
    },
  };
}

/** The chunks that an upload was received into. */
export function uploadedChunks(work: Work, manifest: UploadManifest): ChunkReader {
  return {
    async *bytes() {
      for (const object of manifest.chunks) yield await work.objects.get(work.tenantId, object);
    },
  };
}
