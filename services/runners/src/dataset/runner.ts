import { codeFrom, ourWords } from '@ftm/contracts/scanned-text';
import type { DatasetState } from '@ftm/domain/dataset/state';
import { ingest, TooManyRows } from '@ftm/dataset/ingest/ingest';
import type { UploadManifest } from '@ftm/dataset/ingest/upload';
import { ObjectKeyErased } from '@ftm/object-store/object-store';
import { OrchestratorRefused } from '@ftm/orchestrator/client';
import { sanitizeTogether } from '@ftm/orchestrator/sanitize-all';
import { CommandRejected } from '@ftm/commands/steps';
import { ProviderRefused } from '../provider/provider-errors.ts';
import { TerminalError, type Job, type Outcome, type Tools } from '../tasks.ts';
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
export async function runDataset(job: Job, tools: Tools): Promise<Outcome> {
  const state = await tools.commands.load(job.tenantId, 'dataset', job.id);
  if (state.status !== 'building' && state.status !== 'pending_sanitization') return 'done';
  const { request } = state;
  // Two people let contaminated rows stay: the building begins again, on the same chunks.
  const attempt = state.override === null ? 1 : 2;
  try {
    await tools.commands.send(job, `sanitization:${attempt}`, {
      type: 'StartDatasetSanitization',
      id: job.id,
      attempt,
      profile: request.sanitizerProfile,
    });
    const input = await readIn(job, state, attempt, tools);
    const built = input.blocked ? trismBlocked : await buildDataset(job, state, attempt, tools, input);
    await record(job, built, attempt, tools);
  } catch (error) {
    if (error instanceof NoLongerWanted || isSettled(error)) return 'done';
    const failure = toTerminal(error);
    if (failure === undefined) throw error;
    await tools.commands
      .send(job, 'failed', {
        type: 'FailDataset',
        id: job.id,
        failure: {
          code: failure.code,
          message: failure.words,
          remedy: failure.remedy,
          retryable: failure.retryable,
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

async function readIn(job: Job, state: Building, attempt: number, tools: Tools): Promise<Input> {
  const { request } = state;
  const { uploadObject } = request.source;
  if (uploadObject !== null) {
    const bytes = await tools.objects.get(job.tenantId, uploadObject);
    const manifest = JSON.parse(bytes.toString('utf8')) as UploadManifest;
    return {
      chunks: manifest.chunks.length,
      rowsRead: manifest.rowsRead,
      inputSha256: manifest.inputSha256,
      blocked: false,
      chunkReader: uploadedChunks(job, manifest, tools),
    };
  }
  const files = workingFiles(job, request.projectId, tools);
  const { sampleFraction, limit } = request.source;
  const of = { tenantId: job.tenantId, projectId: request.projectId, profile: request.sanitizerProfile };
  const ingested = await ingest(
    {
      source:
        request.source.kind === 'dataset'
          ? datasetSource(job, request, tools)
          : traceSource(job, request, tools),
      validate: rowValidator({
        format: request.outputFormat,
        images: request.images,
      }),
      limit,
      maxRows: tools.config.FTM_DATASET_MAX_ROWS,
      sample: sampleFraction === null ? null : { fraction: sampleFraction, seed: request.split.seed },
      async onChunk({ chunks, rowsRead, rowsRejected }) {
        // Ever more seldom, so that the log grows with the logarithm of the rows.
        if (Number.isInteger(Math.log2(chunks)))
          await tools.commands.send(job, `progress:${attempt}:ingesting:${chunks}`, {
            type: 'RecordDatasetProgress',
            id: job.id,
            progress: { stage: 'ingesting', rowsRead, rowsRejected },
          });
        else if (chunks % CHUNKS_BETWEEN_LOOKS === 0) await mustBeWanted(job, tools);
      },
    },
    {
      sanitize: (documents) => sanitizeTogether(tools.orchestrator, documents, of),
      load: files.load,
      save: files.save,
    },
  );
  return { ...ingested, chunkReader: files.reader(ingested.chunks) };
}

async function record(job: Job, built: Built, attempt: number, tools: Tools): Promise<void> {
  if (built.kind === 'blocked')
    await tools.commands.send(job, `blocked:${attempt}`, {
      type: 'BlockDataset',
      id: job.id,
      gate: built.gate,
      reasons: built.reasons,
      rejectionsObject: built.rejectionsObject,
    });
  else
    await tools.commands.send(job, `sanitized:${attempt}`, {
      type: 'RecordDatasetSanitized',
      id: job.id,
      result: built.sanitized,
    });
}

async function mustBeWanted(job: Job, tools: Tools): Promise<void> {
  const { status } = await tools.commands.load(job.tenantId, 'dataset', job.id);
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
