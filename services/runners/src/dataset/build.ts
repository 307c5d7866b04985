import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetSanitized, ObjectRef, Reason } from '@ftm/contracts/generated/events';
import { digest } from '@ftm/contracts/ids';
import { createDecider, type Decisions } from '@ftm/dataset/build/decide-rows';
import type { AnalysedChunk, RowFacts } from '@ftm/dataset/build/analyse-rows';
import { createTally } from '@ftm/dataset/build/tally';
import type { EvalPrompt } from '@ftm/dataset/dedup/contamination';
import { createHashedEmbedder } from '@ftm/dataset/dedup/embedder';
import type { RejectedRow } from '@ftm/dataset/ingest/chunk';
import { CONTAMINATION_GATE, type DatasetState } from '@ftm/domain/dataset/state';
import { suiteVersion } from '@ftm/domain/eval-suite/state';
import { TerminalError, type Job, type Tools } from '../tasks.ts';
import type { AnalysisTask } from './analyse-thread.ts';
import { readLines, type Input } from './objects.ts';
import { createThreads } from './threads.ts';
import { createDatasetWriter, type WrittenFile } from './write.ts';

type Building = Extract<DatasetState, { status: 'building' | 'pending_sanitization' }>;

export type Built =
  | { readonly kind: 'sanitized'; readonly sanitized: DatasetSanitized }
  | {
      readonly kind: 'blocked';
      readonly gate: string;
      readonly reasons: readonly Reason[];
      readonly rejectionsObject: ObjectRef | null;
    };

/** The provider refuses less. */
const MIN_ROWS = 10;
/** Scan ids that stand in the event; all are in the manifest. */
const SCANS_TOLD = 20;
/** Of this program: another version may make other bytes of the same recipe. */
const PIPELINE = 'ftm-dataset/2';

const THREAD = new URL(
  `./analyse-thread.${import.meta.filename.endsWith('.ts') ? 'ts' : 'js'}`,
  import.meta.url,
);

/** Analyse and write: from chunks of sanitised rows to the files of a dataset, or to the gate that stops them. */
export async function buildDataset(
  job: Job,
  state: Building,
  attempt: number,
  tools: Tools,
  input: Input,
): Promise<Built> {
  const { request } = state;
  const tell = (stage: 'analysing' | 'writing', rowsRejected: number): Promise<void> =>
    tools.commands.send(job, `progress:${attempt}:${stage}`, {
      type: 'RecordDatasetProgress',
      id: job.id,
      progress: { stage, rowsRead: input.rowsRead, rowsRejected },
    });
  const task: AnalysisTask = {
    recipe: {
      split: request.split,
      near: request.dedup.near,
      semantic: request.dedup.semanticThreshold !== null,
      cases: await casesOfSuites(job, state, tools),
      contaminationThreshold: request.contamination.threshold,
    },
    rules: { format: request.outputFormat, images: request.images, model: request.targetModel },
  };
  const embedder = createHashedEmbedder();
  const { semanticThreshold } = request.dedup;
  const dir = await mkdtemp(join(tmpdir(), 'ftm-dataset-'));
  const threads = createThreads<Buffer, AnalysedChunk>(tools.config.FTM_DATASET_THREADS, THREAD, task);
  const decider = createDecider(
    {
      exact: request.dedup.exact,
      nearThreshold: request.dedup.near ? request.dedup.nearThreshold : null,
      semantic: semanticThreshold === null ? null : { threshold: semanticThreshold, embedder },
      keepContaminated: state.override !== null,
      split: request.split,
    },
    dir,
  );
  try {
    await tell('analysing', 0);
    const broken: RejectedRow[] = [];
    let personal = 0;
    const tally = createTally();
    for await (const chunk of threads.map(input.chunkReader.bytes())) {
      personal += chunk.personal;
      broken.push(...chunk.rejected);
      tally.add(chunk);
      for (const facts of chunk.facts) decider.add(facts);
    }
    if (personal > 0)
      return {
        kind: 'blocked',
        gate: 'trism.sanitize',
        reasons: [
          {
            code: 'PERSONAL_DATA_LEFT',
            message: `personal data was left in ${personal} rows after sanitisation`,
          },
        ],
        rejectionsObject: null,
      };
    const decisions = await decider.decide(() => factsOf(threads.map(input.chunkReader.bytes())));
    const writer = createDatasetWriter(job, request, tools, {
      chunks: input.chunkReader,
      decisions,
      broken,
    });
    const { contaminatedRows } = decisions.counts;
    if (contaminatedRows > 0 && request.contamination.policy === 'block' && state.override === null)
      return {
        kind: 'blocked',
        gate: CONTAMINATION_GATE,
        reasons: contaminationReasons(decisions),
        rejectionsObject: (await writer.rejections()).object,
      };
    const total = tally.total(decisions.fates());
    await tell('writing', total.rejectedRows);
    if (total.train.rows < MIN_ROWS)
      throw new TerminalError(
        'TOO_FEW_ROWS',
        `${total.train.rows} training rows are left of ${input.rowsRead}; at least ${MIN_ROWS} are needed`,
        'widen the filters, or look at the rejected rows for what was wrong',
        false,
        (await writer.rejections()).object,
      );
    const train = await writer.rows('train');
    const validation = total.validation.rows === 0 ? null : await writer.rows('validation');
    const rejections = await writer.rejections();
    const statistics = await writer.file('statistics.json', {
      counts: decisions.counts,
      findings: decisions.findings,
      rejected_by_code: total.rejectedByCode,
    });
    const summary = {
      contentSha256: digest('ftm.dataset', train.plainSha256, validation?.plainSha256 ?? ''),
      inputSha256: input.inputSha256,
      rowsRead: input.rowsRead,
      rowsRejected: total.rejectedRows,
      rejectedByCode: counted(total.rejectedByCode),
      trainRows: total.train.rows,
      validationRows: total.validation.rows,
      redactions: counted(total.redactions),
      trainTokens: total.train.tokens,
      validationTokens: total.validation.tokens,
      trismPolicyVersion: total.policyVersions.join(', '),
      ...decisions.counts,
      conflicts: decisions.findings.conflicts.prompts,
      truncatedRows: total.truncatedRows,
      trismScans: total.scanIds.length,
    };
    const manifest = await writer.file('manifest.json', {
      format: 'ftm.dataset.v2',
      pipeline: PIPELINE,
      embedder: semanticThreshold === null ? null : embedder.id,
      recipe: request,
      summary,
      trism_scan_ids: total.scanIds,
      contamination_override: state.override,
      files: {
        train: fileOf(train),
        validation: validation === null ? null : fileOf(validation),
        rejections: fileOf(rejections),
        statistics: fileOf(statistics),
      },
    });
    return {
      kind: 'sanitized',
      sanitized: {
        ...summary,
        trainObject: train.object,
        validationObject: validation?.object ?? null,
        manifestObject: manifest.object,
        manifestSha256: manifest.plainSha256,
        rejectionsObject: rejections.object,
        statisticsObject: statistics.object,
        trismScanIds: total.scanIds.slice(0, SCANS_TOLD),
        dataKeyId: train.dataKeyId,
      },
    };
  } finally {
    decider.close();
    await threads.close();
    await rm(dir, { recursive: true, force: true });
  }
}

async function* factsOf(chunks: AsyncIterable<AnalysedChunk>): AsyncIterable<RowFacts> {
  for await (const chunk of chunks) yield* chunk.facts;
}

const fileOf = ({ object, plainSha256, plainBytes }: WrittenFile) => ({
  object,
  sha256: plainSha256,
  bytes: plainBytes,
});

const counted = (counts: ReadonlyMap<string, number>) =>
  [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, count]) => ({ code, count }));

function contaminationReasons({ counts, findings }: Decisions): Reason[] {
  const suites = new Map<string, number>();
  for (const { suite } of findings.contamination) suites.set(suite, (suites.get(suite) ?? 0) + 1);
  const first = findings.contamination.slice(0, 5).map(({ row }) => row);
  return [
    {
      code: 'CONTAMINATED_BY_EVAL',
      message: `${counts.contaminatedRows} rows are cases of eval suites (${[...suites.keys()].join(', ')}), or nearly; the first are rows ${first.join(', ')}. Leave them out (contamination.policy: drop), take the cases out of the suites, or have two people let them stay`,
    },
  ];
}

/** The questions of every suite of the recipe, as its newest version has them. */
async function casesOfSuites(job: Job, { request }: Building, tools: Tools): Promise<EvalPrompt[]> {
  const cases: EvalPrompt[] = [];
  for (const id of request.evalSuiteIds) {
    const suite = await tools.commands.load(job.tenantId, 'eval-suite', id);
    const version = suiteVersion(suite, null);
    if (version === undefined || suite.status === 'absent' || suite.projectId !== request.projectId)
      throw new TerminalError(
        'EVAL_SUITE_NOT_FOUND',
        `there is no eval suite ${id} in the project`,
        'name suites of the project',
      );
    for await (const line of readLines(tools, job.tenantId, version.casesObject)) {
      const { id: caseId, input } = JSON.parse(line) as {
        id: string;
        input: { role: string; content: string }[];
      };
      cases.push({
        suite: id,
        case: caseId,
        questions: input.filter(({ role }) => role === 'user').map(({ content }) => content),
      });
    }
  }
  return cases;
}
