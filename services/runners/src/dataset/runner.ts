import { codeFrom, ourWords } from '@ftm/contracts/scanned-text';
import type { DatasetState } from '@ftm/domain/dataset/state';
import { ingest, TooManyRows } from '@ftm/dataset/ingest/ingest';
import type { UploadManifest } from '@ftm/dataset/ingest/upload';
import { ObjectKeyErased } from '@ftm/object-store/object-store';
import { OrchestratorRefused } from '@ftm/orchestrator/client';
import { sanitizeTogether } from '@ftm/orchestrator/sanitize-all';
import { CommandRejected } from '@ftm/commands/steps';
import { ProviderRefused } from '../provider/provider-errors.ts';
import { TerminalError, type Outcome, type Work } from '../tasks.ts';
import { buildDataset, type Built } from './build.ts';
import { uploadedChunks, workingFiles, type Input } from './objects.ts';
import { rowValidator } from './rules.ts';
import { datasetSource, traceSource } from './sources.ts';

type Building = Extract<DatasetState, { status: 'building' | 'pending_sanitization' }>;

/** So often is looked whether the dataset is still wanted. */
const CHUNKS_BETWEEN_LOOKS = 8;

/** Statuses of requests that will never be taken, however often they are sent. A refused key is none: it may be put right. */
const NEVER_TAKEN: ReadonlySet<number> = new Set([400, 404, 413, 422]);

/** Nobody wants it any more: canceled, erased, or ended by another. */
class NoLongerWanted extends Error {}

/**
 * From a source to provider-ready files, in three stages: ingest (the only one that reads the source and asks TRiSM), analyse, write. After a crash the ingest goes on behind the last chunk that
 * it wrote; the others are functions of the chunks, and are done again. The chunks are removed by work of its own (`clean-up.ts`).
 */
export async function runDataset(work: Work): Promise<Outcome> {
  const state = await work.load('dataset');
  if (state.status !== 'building' && state.status !== 'pending_sanitization') return 'done';
  const { request } = state;
  // Two people let contaminated rows stay: the building begins again, on the same chunks.
  const attempt = state.override === null ? 1 : 2;
  try {
    await work.record(`sanitization:${attempt}`, {
      type: 'StartDatasetSanitization',
      attempt,
      profile: request.sanitizerProfile,
    });
    const input = await readIn(work, state, attempt);
    const built = input.blocked ? trismBlocked : await buildDataset(work, state, attempt, input);
    await record(work, built, attempt);
  } catch (error) {
    if (error instanceof NoLongerWanted || isSettled(error)) return 'done';
    const failure = toTerminal(error);
    if (failure === undefined) throw error;
    await work
      .record('failed', {
        type: 'FailDataset',
        failure: {
          code: failure.code,
          message: failure.words,
          remedy: failure.remedy,
          retryable: false,
          rejectionsObject: failure.rejectionsObject,
        },
      })
      .catch((refused: unknown) => (isSettled(refused) ? undefined : Promise.reject(refused as Error)));
  }
  return 'done';
}

const trismBlocked: Built = {
  kind: 'blocked',
  gate: 'trism.sanitize',
  reasons: [{ code: 'TRISM_BLOCKED', message: ourWords('TRiSM refused rows of the source altogether') }],
  rejectionsObject: null,
};

async function readIn(work: Work, state: Building, attempt: number): Promise<Input> {
  const { request } = state;
  const { uploadObject } = request.source;
  if (uploadObject !== null) {
    const bytes = await work.objects.get(work.tenantId, uploadObject);
    const manifest = JSON.parse(bytes.toString('utf8')) as UploadManifest;
    return {
      chunks: manifest.chunks.length,
      rowsRead: manifest.rowsRead,
      inputSha256: manifest.inputSha256,
      blocked: false,
      chunkReader: uploadedChunks(work, manifest),
    };
  }
  const files = workingFiles(work, request.projectId);
  const { sampleFraction, limit } = request.source;
  const of = { tenantId: work.tenantId, projectId: request.projectId, profile: request.sanitizerProfile };
  const ingested = await ingest(
    {
      source: request.source.kind === 'dataset' ? datasetSource(work, request) : traceSource(work, request),
      validate: rowValidator({
        format: request.outputFormat,
        images: request.images,
      }),
      limit,
      maxRows: work.config.FTM_DATASET_MAX_ROWS,
      sample: sampleFraction === null ? null : { fraction: sampleFraction, seed: request.split.seed },
      async onChunk({ chunks, rowsRead, rowsRejected }) {
        // Ever more seldom, so that the log grows with the logarithm of the rows.
        if (Number.isInteger(Math.log2(chunks)))
          await work.record(`progress:${attempt}:ingesting:${chunks}`, {
            type: 'RecordDatasetProgress',
            progress: { stage: 'ingesting', rowsRead, rowsRejected },
          });
        else if (chunks % CHUNKS_BETWEEN_LOOKS === 0) await mustBeWanted(work);
      },
    },
    {
      sanitize: (documents) => sanitizeTogether(work.orchestrator, documents, of),
      load: files.load,
      save: files.save,
    },
  );
  return { ...ingested, chunkReader: files.reader(ingested.chunks) };
}

async function record(work: Work, built: Built, attempt: number): Promise<void> {
  if (built.kind === 'blocked')
    await work.record(`blocked:${attempt}`, {
      type: 'BlockDataset',
      gate: built.gate,
      reasons: built.reasons,
      rejectionsObject: built.rejectionsObject,
    });
  else
    await work.record(`sanitized:${attempt}`, {
      type: 'RecordDatasetSanitized',
      result: built.sanitized,
    });
}

async function mustBeWanted(work: Work): Promise<void> {
  const { status } = await work.load('dataset');
  if (status !== 'building' && status !== 'pending_sanitization') throw new NoLongerWanted(status);
}

const isSettled = (error: unknown): boolean =>
  error instanceof CommandRejected && error.code === 'DATASET_SETTLED';

function toTerminal(error: unknown): TerminalError | undefined {
  if (error instanceof TerminalError) return error;
  if (error instanceof TooManyRows)
    return new TerminalError(
      'TOO_MANY_ROWS',
      ourWords`the source has more than ${error.maxRows} rows`,
      'narrow the filters, or set source.limit or source.sample_fraction',
    );
  if (error instanceof ObjectKeyErased)
    return new TerminalError(
      'SOURCE_ERASED',
      ourWords('what the dataset is made from was erased'),
      'build from a source that is still there',
    );
  if (error instanceof OrchestratorRefused && NEVER_TAKEN.has(error.status))
    return new TerminalError(
      'ORCHESTRATOR_REFUSED',
      // Its own words may quote what it was sent.
      ourWords`the Orchestrator refused what it was asked: ${error.status} ${codeFrom(error.code)}`,
      'look at the sanitizer_profile and the filters of the source, and build it again',
    );
  if (error instanceof ProviderRefused && !error.retryable)
    return new TerminalError(
      'EMBEDDINGS_REFUSED',
      // Its own words may quote what it was sent.
      ourWords`the provider refused to embed the rows: ${codeFrom(error.code)}`,
      'look at dedup.semantic_embedder and the credentials of the project, or leave it out',
    );
  return undefined;
}
