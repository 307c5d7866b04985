import { datasetObjects } from '@ftm/contracts/object-names';
import { canonicalJson } from '@ftm/contracts/canonical-json';
import type { DatasetRequested, ObjectRef } from '@ftm/contracts/generated/events';
import { DATASET_FILES, type ChunkLines } from '@ftm/dataset/build/write-rows';
import { datasetScope } from '@ftm/object-store/encrypted-store';
import type { Work } from '../tasks.ts';
import { createDraft, type Draft } from './drafts.ts';

type RowFile = (typeof DATASET_FILES)[number];

export interface WrittenFile {
  readonly object: ObjectRef;
  readonly dataKeyId: string;
  readonly plainSha256: string;
  readonly plainBytes: number;
}

export interface DatasetWriter {
  /** In order. */
  add(lines: ChunkLines): Promise<void>;
  /** Stores one of the files that all lines have made. */
  rows(file: RowFile): Promise<WrittenFile>;
  /** Small files that say what the others are. */
  file(name: string, value: unknown): Promise<WrittenFile>;
  close(): Promise<void>;
}

/** Writes a dataset's files: what the chunks add to each is drafted on this machine's disk, and encrypted and stored from there under the name that its content gives it. */
export async function createDatasetWriter(
  work: Work,
  request: DatasetRequested,
  dir: string,
): Promise<DatasetWriter> {
  const prefix = datasetObjects({ tenantId: work.tenantId, projectId: request.projectId }, work.id);
  const scope = datasetScope(work.id);
  const [train, validation, rejections] = await Promise.all(
    DATASET_FILES.map((name) => createDraft(dir, name)),
  );
  const drafts = { train, validation, rejections } as Readonly<Record<RowFile, Draft>>;
  const put = async (
    name: string,
    plain: () => AsyncIterable<Uint8Array>,
    draft?: Draft,
  ): Promise<WrittenFile> => {
    const { dataKeyId, plainSha256, plainBytes, ...object } = await work.objects.putStream(
      work.tenantId,
      prefix,
      name,
      plain,
      scope,
      draft?.digest(),
    );
    return { object, dataKeyId, plainSha256, plainBytes };
  };
  return {
    async add(lines) {
      for (const file of DATASET_FILES) await drafts[file].write(lines[file]);
    },
    rows: (file) => put(`${file}.jsonl`, () => drafts[file].read(), drafts[file]),
    file: (name, value) =>
      put(name, async function* () {
        yield Buffer.from(canonicalJson(value));
      }),
    async close() {
      for (const file of DATASET_FILES) await drafts[file].close();
    },
  };
}
