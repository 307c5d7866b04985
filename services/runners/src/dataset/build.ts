import { MIN_TRAINING_ROWS } from '@ftm/contracts/provider-limits';
import { idFrom, joined, ourWords, type WithWords } from '@ftm/contracts/scanned-text';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetProgressed, DatasetSanitized, ObjectRef, Reason } from '@ftm/contracts/generated/events';
import { digest } from '@ftm/contracts/ids';
import { createDecider, type Decisions } from '@ftm/dataset/build/decide-rows';
import type { StatisticsFile } from '@ftm/dataset/build/statistics-file';
import { createTally, mergeAll, type Total } from '@ftm/dataset/build/tally';
import type { ChunkOutcome } from '@ftm/dataset/build/write-rows';
import type { SemanticRow } from '@ftm/dataset/dedup/semantic';
import { createExactVectorIndex } from '@ftm/dataset/dedup/vector-index';
import { EMPTY_SPLIT, type DatasetStatistics } from '@ftm/dataset/statistics/statistics';
import { CONTAMINATION_GATE, type DatasetState } from '@ftm/domain/dataset/state';
import { TerminalError, type Work } from '../tasks.ts';
import type { AnalysisTask, ChunkWork } from './analyse-thread.ts';
import { embedderOf } from './embedders.ts';
import type { Input } from './objects.ts';
import { USUAL_MODEL } from './rules.ts';
import { casesOfSuites } from './suites.ts';
import { createThreads, type Threads } from './threads.ts';
import { createDatasetWriter, type DatasetWriter, type WrittenFile } from './write.ts';

type Building = Extract<DatasetState, { status: 'building' | 'pending_sanitization' }>;

export type Built =
  | { readonly kind: 'sanitized'; readonly sanitized: DatasetSanitized }
  | {
      readonly kind: 'blocked';
      readonly gate: string;
      readonly reasons: readonly WithWords<Reason>[];
      readonly rejectionsObject: ObjectRef | null;
    };

/** Scan ids that stand in the event; all are in the manifest. */
const SCANS_TOLD = 20;
/** Rows that a reason names. */
const ROWS_TOLD = 5;
/** Rows of one answer from which they are compared in Postgres, where it can; fewer are quicker compared here. */
const PGVECTOR_FROM_ROWS = 20_000;
/** Of this program: another version may make other bytes of the same recipe. */
const PIPELINE = 'ftm-dataset/3';

/** Analyse and write: from chunks of sanitised rows to the files of a dataset, or to the gate that stops them. */
export async function buildDataset(
  work: Work,
  state: Building,
  attempt: number,
  input: Input,
): Promise<Built> {
  const { request } = state;
  const { near, nearThreshold, semanticThreshold, exact } = request.dedup;
  const task: AnalysisTask = {
    recipe: {
      split: request.split,
      near,
      cases: await casesOfSuites(work, request.projectId, request.evalSuiteIds),
      contaminationThreshold: request.contamination.threshold,
    },
    rules: {
      format: request.outputFormat,
      images: request.images,
      model: request.targetModel ?? USUAL_MODEL,
    },
  };
  const embedder = semanticThreshold === null ? null : await embedderOf(work, request);
  const dir = await mkdtemp(join(tmpdir(), 'ftm-dataset-'));
  const writer = await createDatasetWriter(work, request, dir);
  const threads = createThreads<ChunkWork>(
    work.config.FTM_DATASET_THREADS,
    './analyse-thread',
    import.meta.url,
    task,
  );
  const decider = createDecider(
    {
      exact,
      nearThreshold: near ? nearThreshold : null,
      semantic:
        semanticThreshold === null || embedder === null
          ? null
          : {
              threshold: semanticThreshold,
              embedder,
              createIndex: (rows) =>
                (rows >= PGVECTOR_FROM_ROWS ? work.pgVector(embedder.dims) : null) ??
                createExactVectorIndex({ dims: embedder.dims, dir }),
            },
      keepContaminated: state.override !== null,
      split: request.split,
    },
    dir,
  );
  const tell = (stage: DatasetProgressed['stage'], rowsRejected: number): Promise<void> =>
    work.record(`progress:${attempt}:${stage}`, {
      type: 'RecordDatasetProgress',
      progress: { stage, rowsRead: input.rowsRead, rowsRejected },
    });
  try {
    await tell('analysing', 0);
    const tally = createTally();
    let personal = 0;
    const personalRows: number[] = [];
    for await (const chunk of threads.map('analyse', input.chunkReader.bytes())) {
      personal += chunk.personal.length;
      personalRows.push(...chunk.personal.slice(0, ROWS_TOLD - personalRows.length));
      tally.add(chunk);
      for (const row of chunk.rows) decider.add(row);
    }
    if (personal > 0) return personalDataLeft(personal, personalRows);
    await tell('deduplicating', 0);
    await decider.deduplicate(() => meanings(threads, input));
    await tell('splitting', 0);
    const decisions = decider.decide();
    const total = tally.total(decisions.fates());
    await tell('writing', total.rejectedRows);
    const tasks = withOutcomes(input, tally.outcomes(decisions.fates()));
    for await (const lines of threads.map('write', tasks)) await writer.add(lines);
    if (
      decisions.counts.contaminatedRows > 0 &&
      request.contamination.policy === 'block' &&
      state.override === null
    )
      return contaminated(decisions, (await writer.rows('rejections')).object);
    const statistics = mergeAll(await threads.each('statistics', null));
    await mustBeEnough(statistics, input, writer);
    const sanitized = await write({
      state,
      input,
      decisions,
      total,
      statistics,
      model: task.rules.model,
      embedderId: embedder?.id ?? null,
      writer,
    });
    return { kind: 'sanitized', sanitized };
  } finally {
    decider.close();
    await writer.close();
    await threads.close();
    await rm(dir, { recursive: true, force: true });
  }
}

async function* meanings(threads: Threads<ChunkWork>, input: Input): AsyncIterable<SemanticRow | null> {
  for await (const rows of threads.map('meanings', input.chunkReader.bytes())) yield* rows;
}

async function* withOutcomes(input: Input, outcomes: Generator<ChunkOutcome, undefined>) {
  for await (const chunk of input.chunkReader.bytes()) {
    const outcome = outcomes.next().value;
    if (outcome === undefined) throw new Error('there are more chunks than were analysed');
    yield { chunk, outcome };
  }
}

const personalDataLeft = (rows: number, first: readonly number[]): Built => ({
  kind: 'blocked',
  gate: 'trism.sanitize',
  reasons: [
    {
      code: 'PERSONAL_DATA_LEFT',
      message: ourWords`personal data was left in ${rows} rows after sanitization; the first are rows ${joined(first)}. Take them out of the source, or use a sanitizer_profile that replaces more`,
    },
  ],
  rejectionsObject: null,
});

function contaminated({ counts, findings }: Decisions, rejectionsObject: ObjectRef): Built {
  const suites = new Set(findings.contamination.map(({ suite }) => suite));
  const first = findings.contamination.slice(0, ROWS_TOLD).map(({ row }) => row);
  return {
    kind: 'blocked',
    gate: CONTAMINATION_GATE,
    reasons: [
      {
        code: 'CONTAMINATED_BY_EVAL',
        message: ourWords`${counts.contaminatedRows} rows are cases of eval suites (${joined([...suites].map(idFrom))}), or nearly; the first are rows ${joined(first)}. Leave them out (contamination.policy: drop), take the cases out of the suites, or have two people let them stay`,
      },
    ],
    rejectionsObject,
  };
}

/** @throws TerminalError with the rejected rows */
async function mustBeEnough(
  statistics: DatasetStatistics,
  input: Input,
  writer: DatasetWriter,
): Promise<void> {
  const { rows } = splitOf(statistics, 'train');
  if (rows >= MIN_TRAINING_ROWS) return;
  throw new TerminalError(
    'TOO_FEW_ROWS',
    ourWords`${rows} training rows are left of ${input.rowsRead}; at least ${MIN_TRAINING_ROWS} are needed`,
    'widen the filters, or look at the rejected rows for what was wrong',
    (await writer.rows('rejections')).object,
  );
}

const splitOf = ({ splits }: DatasetStatistics, name: 'train' | 'validation') =>
  splits.find(([each]) => each === name)?.[1] ?? EMPTY_SPLIT;

interface Parts {
  readonly state: Building;
  readonly input: Input;
  readonly decisions: Decisions;
  readonly total: Total;
  readonly statistics: DatasetStatistics;
  readonly model: string;
  /** Null where meaning was not compared. */
  readonly embedderId: string | null;
  readonly writer: DatasetWriter;
}

async function write(parts: Parts): Promise<DatasetSanitized> {
  const { state, input, decisions, total, writer } = parts;
  const [train, validation] = [splitOf(parts.statistics, 'train'), splitOf(parts.statistics, 'validation')];
  const trainFile = await writer.rows('train');
  const validationFile = validation.rows === 0 ? null : await writer.rows('validation');
  const rejections = await writer.rows('rejections');
  const statisticsFile: StatisticsFile = {
    ...parts.statistics,
    rowsRead: input.rowsRead,
    rejections: pairs(total.rejectedByCode),
    redactions: pairs(total.redactions),
    duplicates: pairs(
      new Map([
        ['exact', decisions.counts.exactDuplicates],
        ['near', decisions.counts.nearDuplicates],
        ['semantic', decisions.counts.semanticDuplicates],
      ]),
    ),
    model: parts.model,
    findings: decisions.findings,
  };
  const statistics = await writer.file('statistics.json', statisticsFile);
  const summary = {
    contentSha256: digest('ftm.dataset', trainFile.plainSha256, validationFile?.plainSha256 ?? ''),
    inputSha256: input.inputSha256,
    rowsRead: input.rowsRead,
    rowsRejected: total.rejectedRows,
    rejectedByCode: counted(total.rejectedByCode),
    trainRows: train.rows,
    validationRows: validation.rows,
    redactions: counted(total.redactions),
    trainTokens: train.billableTokens,
    validationTokens: validation.billableTokens,
    trismPolicyVersion: total.policyVersions.join(', '),
    ...decisions.counts,
    conflicts: decisions.findings.conflicts.prompts,
    truncatedRows: train.cutRows + validation.cutRows,
    trismScans: total.scanIds.length,
  };
  const manifest = await writer.file('manifest.json', {
    format: 'ftm.dataset.v2',
    tools: { pipeline: PIPELINE, tokens: parts.model, embedder: parts.embedderId },
    recipe: state.request,
    summary,
    trism_scan_ids: total.scanIds,
    contamination_override: state.override,
    files: {
      train: fileOf(trainFile),
      validation: validationFile === null ? null : fileOf(validationFile),
      rejections: fileOf(rejections),
      statistics: fileOf(statistics),
    },
  });
  return {
    ...summary,
    trainObject: trainFile.object,
    validationObject: validationFile?.object ?? null,
    manifestObject: manifest.object,
    manifestSha256: manifest.plainSha256,
    rejectionsObject: rejections.object,
    statisticsObject: statistics.object,
    trismScanIds: total.scanIds.slice(0, SCANS_TOLD),
    dataKeyId: trainFile.dataKeyId,
  };
}

const fileOf = ({ object, plainSha256, plainBytes }: WrittenFile) => ({
  object,
  sha256: plainSha256,
  bytes: plainBytes,
});

const pairs = (counts: ReadonlyMap<string, number>): [string, number][] =>
  [...counts].filter(([, count]) => count > 0).sort(([a], [b]) => (a < b ? -1 : 1));

const counted = (counts: ReadonlyMap<string, number>) =>
  pairs(counts).map(([code, count]) => ({ code, count }));
