/**
 * The dataset pipeline in a process of its own, so that its peak memory is its own: ingest, analyse, decide and
 * write, as the runners do them, over a store of files and with a sanitiser that answers at once.
 *
 * usage: pipeline-process.ts <megabytes> <threads>; says a `PipelineRun` as JSON
 */
import { mkdir, mkdtemp, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { tenantId } from '@ftm/contracts/ids';
import { jsonlSource } from '@ftm/dataset/ingest/from-jsonl';
import { ingest } from '@ftm/dataset/ingest/ingest';
import type { TrainingRow } from '@ftm/dataset/rows/row';
import { rowRules } from '@ftm/dataset/rows/rules';
import { createEncryptedStore } from '@ftm/object-store/encrypted-store';
import { createLocalKeyProvider } from '@ftm/object-store/local-key-provider';
import type { ObjectStore } from '@ftm/object-store/object-store';
import { buildDataset } from '@ftm/runners/dataset/build';
import { workingFiles } from '@ftm/runners/dataset/objects';
import { workOn, type Tools } from '@ftm/runners/tasks';
import { dialogues } from './dialogues.ts';
import { STAGES, type PipelineRun, type Stages } from './pipeline.ts';
import { NO_TOMBSTONES } from '@ftm/object-store/testing/memory-object-store';

const PIECE_BYTES = 256 * 1024;
const PROJECT = '11111111-1111-4111-8111-111111111111';

async function* body(bytes: number): AsyncGenerator<Uint8Array> {
  let piece: string[] = [];
  let length = 0;
  for (const line of dialogues(bytes)) {
    piece.push(line, '\n');
    length += line.length + 1;
    if (length < PIECE_BYTES) continue;
    yield Buffer.from(piece.join(''));
    [piece, length] = [[], 0];
  }
  yield Buffer.from(piece.join(''));
}

function fileStore(dir: string): ObjectStore {
  const path = (key: string): string => join(dir, key);
  const exists = async (key: string): Promise<boolean> => (await stat(path(key)).catch(() => null)) !== null;
  const write = async (key: string, fill: (to: string) => Promise<void>): Promise<{ existed: boolean }> => {
    if (await exists(key)) return { existed: true };
    await mkdir(dirname(path(key)), { recursive: true });
    const draft = join(dir, `draft-${randomUUID()}`);
    await fill(draft);
    await rename(draft, path(key));
    return { existed: false };
  };
  return {
    putIfAbsent: (key, bytes) => write(key, (to) => writeFile(to, bytes)),
    putStreamIfAbsent: (key, _bytes, stream) =>
      write(key, async (to) => {
        const file = await open(to, 'w');
        for await (const part of stream) await file.write(part);
        await file.close();
      }),
    get: (key) => readFile(path(key)).catch(() => undefined),
    getStream: async (key) => ((await exists(key)) ? createReadStream(path(key)) : undefined),
    size: async (key) => (await stat(path(key)).catch(() => undefined))?.size,
    delete: (key) => rm(path(key), { force: true }),
    uri: (key) => `s3://bench/${key}`,
    key: (uri) => uri.slice('s3://bench/'.length),
    ping: async () => undefined,
  };
}

const [megabytes = 10, threads = 2] = process.argv.slice(2).map(Number);
const dir = await mkdtemp(join(tmpdir(), 'ftm-pipeline-'));
try {
  const keyFile = join(dir, 'key');
  await writeFile(keyFile, randomBytes(32).toString('base64'), { mode: 0o600 });
  const job = { tenantId: tenantId('bench'), id: randomUUID(), correlation: '', causation: '' };
  const marks: { readonly at: number; readonly cpu: number }[] = [];
  const mark = (): void => {
    const { user, system } = process.cpuUsage();
    marks.push({ at: performance.now(), cpu: (user + system) / 1e6 });
  };
  // The build tells how far it is, and asks for nothing else of what is left out here.
  const tools = {
    objects: createEncryptedStore(
      fileStore(join(dir, 'objects')),
      await createLocalKeyProvider(keyFile),
      NO_TOMBSTONES,
    ),
    commands: { send: async () => mark() },
    config: { FTM_DATASET_THREADS: threads },
  } as unknown as Tools;
  const work = workOn(job, tools);
  const files = workingFiles(work, PROJECT);
  let bytes = 0;
  const counted = (async function* () {
    for await (const piece of body(megabytes * 1e6)) {
      bytes += piece.length;
      yield piece;
    }
  })();
  mark();
  const ingested = await ingest(
    {
      source: jsonlSource(counted, rowRules({ format: 'jsonl_chat' })),
      validate: (value) => ({ row: value as TrainingRow, rejections: [] }),
      limit: null,
      maxRows: 1e9,
      sample: null,
    },
    {
      load: files.load,
      save: files.save,
      sanitize: async (documents) => ({
        documents: documents.map(({ id, texts }) => ({ id, texts, action: 'pass' as const, findings: [] })),
        scanIds: [],
        policyVersion: null,
      }),
    },
  );
  const state = {
    status: 'pending_sanitization',
    override: null,
    request: {
      projectId: PROJECT,
      source: { kind: 'upload', datasetIds: [] },
      outputFormat: 'jsonl_chat',
      images: 'refused',
      targetModel: null,
      evalSuiteIds: [],
      dedup: { exact: true, near: true, nearThreshold: 0.8, semanticThreshold: null, semanticEmbedder: null },
      contamination: { policy: 'block', threshold: 0.8 },
      split: { validationFraction: 0.1, by: 'random', seed: 0 },
    },
  } as unknown as Parameters<typeof buildDataset>[1];
  const built = await buildDataset(work, state, 1, {
    ...ingested,
    chunkReader: files.reader(ingested.chunks),
  });
  mark();
  if (built.kind !== 'sanitized') throw new Error(JSON.stringify(built.reasons));
  const stages = (of: 'at' | 'cpu'): Stages =>
    Object.fromEntries(
      STAGES.map((stage, from) => [
        stage,
        ((marks[from + 1]?.[of] ?? NaN) - (marks[from]?.[of] ?? NaN)) / (of === 'at' ? 1000 : 1),
      ]),
    ) as Stages;
  const run: PipelineRun = {
    bytes,
    rows: ingested.rowsRead,
    kept: built.sanitized.trainRows + built.sanitized.validationRows,
    peakMb: process.resourceUsage().maxRSS / 1024,
    seconds: stages('at'),
    cpuSeconds: stages('cpu'),
  };
  process.stdout.write(JSON.stringify(run));
} finally {
  await rm(dir, { recursive: true, force: true });
}
