import { canonicalJson } from '@ftm/contracts/canonical-json';
import type { DatasetRequested, ObjectRef } from '@ftm/contracts/generated/events';
import type { Decisions, Fate } from '@ftm/dataset/build/decide-rows';
import type { RejectedRow } from '@ftm/dataset/ingest/chunk';
import { datasetScope } from '@ftm/object-store/encrypted-store';
import type { Job, Tools } from '../tasks.ts';
import { decoded, type ChunkReader } from './objects.ts';

export interface WriteInput {
  readonly chunks: ChunkReader;
  readonly decisions: Decisions;
}

export interface WrittenFile {
  readonly object: ObjectRef;
  readonly dataKeyId: string;
  readonly plainSha256: string;
  readonly plainBytes: number;
}

export interface DatasetWriter {
  rows(side: 'train' | 'validation'): Promise<WrittenFile>;
  rejections(): Promise<WrittenFile>;
  /** Small files that say what the others are. */
  file(name: string, value: unknown): Promise<WrittenFile>;
}

/** Writes a dataset's files straight from its chunks: each is read, decided and encrypted as a stream, twice (its name is its content's), and never held. */
export function createDatasetWriter(
  job: Job,
  request: DatasetRequested,
  tools: Tools,
  input: WriteInput,
): DatasetWriter {
  const prefix = `datasets/${job.tenantId}/${request.projectId}/${job.id}`;
  const put = async (name: string, plain: () => AsyncIterable<Uint8Array>): Promise<WrittenFile> => {
    const { dataKeyId, plainSha256, plainBytes, ...object } = await tools.objects.putStream(
      job.tenantId,
      prefix,
      name,
      plain,
      datasetScope(job.id),
    );
    return { object, dataKeyId, plainSha256, plainBytes };
  };

  /** Chunk by chunk: the rows with what became of them, and what was rejected before. */
  async function* decided() {
    const fates = input.decisions.fates();
    for await (const chunk of decoded(input.chunks))
      yield {
        rows: chunk.rows.map((row) => ({ row, fate: fates.next().value as Fate })),
        rejected: chunk.rejected,
      };
  }

  async function* lines(side: 'train' | 'validation'): AsyncGenerator<Uint8Array> {
    for await (const { rows } of decided()) {
      const text = rows
        .filter(({ fate }) => fate === side)
        .map(({ row }) => `${JSON.stringify(row.row)}\n`)
        .join('');
      if (text !== '') yield Buffer.from(text);
    }
  }

  async function* rejected(): AsyncGenerator<Uint8Array> {
    for await (const { rows, rejected: before } of decided()) {
      const all: RejectedRow[] = [...before];
      for (const { row, fate } of rows)
        if (typeof fate !== 'string')
          all.push(...fate.rejected.map((why) => ({ row: row.number, trace_id: row.ref, ...why })));
      all.sort((a, b) => a.row - b.row);
      if (all.length > 0) yield Buffer.from(all.map((each) => `${canonicalJson(each)}\n`).join(''));
    }
  }

  return {
    rows: (side) => put(`${side}.jsonl`, () => lines(side)),
    rejections: () => put('rejections.jsonl', rejected),
    file: (name, value) =>
      put(name, async function* () {
        yield Buffer.from(canonicalJson(value));
      }),
  };
}
