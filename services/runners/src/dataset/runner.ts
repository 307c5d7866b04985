import { canonicalJson } from '@ftm/contracts/canonical-json';
import type { DatasetRequested, DatasetSanitized } from '@ftm/contracts/generated/events';
import { digest } from '@ftm/contracts/ids';
import { suiteVersion } from '@ftm/domain/eval-suite/state';
import type { Trace } from '@ftm/orchestrator/client';
import { datasetScope } from '@ftm/object-store/encrypted-store';
import { detect } from '@ftm/pii/detect';
import { TerminalError, type Job, type Outcome, type Tools } from '../tasks.ts';
import { canonicalPrompt, canonicalRow, checkChatRow, type ChatRow, type RowRejection } from './rows.ts';
import { isValidation } from './split.ts';
import { rowTokens } from './tokens.ts';

const PAGE = 500;
const TRISM_BATCH = 200;
/** Rows are held in memory until they are written: more than this is refused, not swapped. */
const MAX_ROWS = 200_000;
const MIN_ROWS = 10;

interface Candidate {
  /** Position in the source, from 1. */
  readonly number: number;
  readonly traceId: string;
  readonly row: ChatRow;
}

interface Rejected extends RowRejection {
  readonly row: number;
  readonly trace_id: string;
}

/** From traces to provider-ready rows: validated, deduplicated, sanitised before anything is stored, checked against the eval suites, split, counted. */
export async function runDataset(job: Job, tools: Tools): Promise<Outcome> {
  const state = await tools.commands.load(job.tenantId, 'dataset', job.id);
  if (state.status !== 'building' && state.status !== 'pending_sanitization') return 'done';
  await tools.commands.send(job, 'sanitization:1', {
    type: 'StartDatasetSanitization',
    id: job.id,
    attempt: 1,
    profile: state.request.sanitizerProfile,
  });
  try {
    const result = await build(job, state.request, tools);
    if (result.kind === 'blocked')
      await tools.commands.send(job, 'blocked', {
        type: 'BlockDataset',
        id: job.id,
        gate: 'trism.sanitize',
        reasons: result.reasons,
      });
    else
      await tools.commands.send(job, 'sanitized', {
        type: 'RecordDatasetSanitized',
        id: job.id,
        result: result.sanitized,
      });
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    await tools.commands.send(job, 'failed', {
      type: 'FailDataset',
      id: job.id,
      failure: { code: error.code, message: error.message, remedy: error.remedy, retryable: error.retryable },
    });
  }
  return 'done';
}

type Built =
  | { readonly kind: 'sanitized'; readonly sanitized: DatasetSanitized }
  | {
      readonly kind: 'blocked';
      readonly reasons: readonly { readonly code: string; readonly message: string }[];
    };

async function build(job: Job, request: DatasetRequested, tools: Tools): Promise<Built> {
  const rejected: Rejected[] = [];
  const { candidates, rowsRead } = await read(job, request, tools, rejected);
  const evalPrompts = await promptsOfSuites(job, request, tools);
  const clean = await sanitize(job, request, tools, candidates, rejected);
  if (clean.blocked.length > 0) return { kind: 'blocked', reasons: clean.blocked };

  const train: string[] = [];
  const validation: string[] = [];
  const tokens = { train: 0, validation: 0 };
  for (const { row, number, traceId } of clean.rows) {
    if (evalPrompts.has(canonicalPrompt(row.messages))) {
      rejected.push({
        row: number,
        trace_id: traceId,
        code: 'contaminated_by_eval',
        path: '$.messages',
        message: 'an eval suite of the recipe asks the same',
        remedy: 'nothing to do: training on it would make the eval worthless',
      });
      continue;
    }
    const line = JSON.stringify({ messages: row.messages.map(({ role, content }) => ({ role, content })) });
    const side = isValidation(canonicalRow(row), request.split) ? 'validation' : 'train';
    (side === 'train' ? train : validation).push(line);
    tokens[side] += rowTokens(row);
  }
  if (train.length < MIN_ROWS)
    throw new TerminalError(
      'TOO_FEW_ROWS',
      `${train.length} training rows are left of ${rowsRead}; at least ${MIN_ROWS} are needed`,
      'widen the filters, or look at the rejected rows for what was wrong',
      false,
    );
  return {
    kind: 'sanitized',
    sanitized: await store(job, request, tools, { train, validation, tokens, rejected, rowsRead, ...clean }),
  };
}

async function read(
  job: Job,
  request: DatasetRequested,
  tools: Tools,
  rejected: Rejected[],
): Promise<{ candidates: Candidate[]; rowsRead: number }> {
  const { source } = request;
  const filter = {
    tenantId: job.tenantId,
    projectId: request.projectId,
    assistantId: request.assistantId,
    from: source.from,
    to: source.to,
    outcome: source.outcome,
    tag: source.tags[0] ?? null,
  };
  const limit = source.limit ?? Infinity;
  const seen = new Set<string>();
  const candidates: Candidate[] = [];
  let rowsRead = 0;
  let cursor: string | null = null;
  do {
    const page: { data: Trace[]; nextCursor: string | null } = await tools.orchestrator.listTraces(
      filter,
      cursor,
      PAGE,
    );
    cursor = page.nextCursor;
    for (const trace of page.data) {
      if (rowsRead >= limit) return { candidates, rowsRead };
      if (!source.tags.every((tag) => trace.tags.includes(tag))) continue;
      rowsRead += 1;
      if (rowsRead > MAX_ROWS)
        throw new TerminalError(
          'TOO_MANY_ROWS',
          `the source has more than ${MAX_ROWS} traces`,
          'narrow the filters or set a limit',
          false,
        );
      accept(trace, rowsRead, request, seen, candidates, rejected);
    }
  } while (cursor !== null);
  return { candidates, rowsRead };
}

function accept(
  trace: Trace,
  number: number,
  request: DatasetRequested,
  seen: Set<string>,
  candidates: Candidate[],
  rejected: Rejected[],
): void {
  const { row, rejections } = checkChatRow(trace.messages);
  if (row === undefined) {
    for (const rejection of rejections) rejected.push({ row: number, trace_id: trace.id, ...rejection });
    return;
  }
  // Kept as a hash: what is not sanitised yet is kept no longer than it is worked on.
  const key = digest(canonicalRow(row));
  if (request.dedup.exact && seen.has(key)) {
    rejected.push({
      row: number,
      trace_id: trace.id,
      code: 'exact_duplicate',
      path: '$',
      message: 'an earlier row says the same',
      remedy: 'nothing to do: the first one is kept',
    });
    return;
  }
  seen.add(key);
  candidates.push({ number, traceId: trace.id, row });
}

interface Clean {
  readonly rows: readonly Candidate[];
  readonly redactions: ReadonlyMap<string, number>;
  readonly scanIds: readonly string[];
  readonly policyVersion: string;
  readonly blocked: readonly { readonly code: string; readonly message: string }[];
}

async function sanitize(
  job: Job,
  request: DatasetRequested,
  tools: Tools,
  candidates: readonly Candidate[],
  rejected: Rejected[],
): Promise<Clean> {
  const of = { tenantId: job.tenantId, projectId: request.projectId, profile: request.sanitizerProfile };
  const rows: Candidate[] = [];
  const redactions = new Map<string, number>();
  const scanIds: string[] = [];
  const blocked = new Map<string, string>();
  let policyVersion = '';
  for (let at = 0; at < candidates.length; at += TRISM_BATCH) {
    const batch = candidates.slice(at, at + TRISM_BATCH);
    const answer = await tools.orchestrator.sanitize(
      of,
      batch.map((each) => ({ id: each.traceId, texts: each.row.messages.map((message) => message.content) })),
    );
    scanIds.push(answer.scanId);
    policyVersion = answer.policyVersion;
    const byId = new Map(answer.documents.map((document) => [document.id, document]));
    for (const candidate of batch) {
      const document = byId.get(candidate.traceId);
      // A row that the sanitiser did not answer for is a row that it did not see: nothing goes on without it.
      if (document?.texts.length !== candidate.row.messages.length)
        throw new Error('TRiSM did not answer for every row');
      for (const { type, count } of document.findings)
        redactions.set(type, (redactions.get(type) ?? 0) + count);
      if (document.action === 'block')
        blocked.set('TRISM_BLOCKED', 'TRiSM refused rows of the source altogether');
      else if (document.action === 'drop')
        rejected.push({
          row: candidate.number,
          trace_id: candidate.traceId,
          code: 'trism_dropped',
          path: '$.messages',
          message: `TRiSM found ${document.findings.map((each) => each.type).join(', ')}`,
          remedy: 'look at the trace in the Orchestrator',
        });
      else {
        const row = {
          messages: candidate.row.messages.map((message, index) => ({
            role: message.role,
            content: document.texts[index] ?? '',
          })),
        };
        // The second pair of eyes: what comes back from TRiSM is looked at before it is stored.
        if (row.messages.some((message) => detect(message.content).length > 0))
          blocked.set('PERSONAL_DATA_LEFT', 'personal data was left after sanitisation');
        rows.push({ ...candidate, row });
      }
    }
  }
  return {
    rows,
    redactions,
    scanIds,
    policyVersion,
    blocked: [...blocked].map(([code, message]) => ({ code, message })),
  };
}

async function promptsOfSuites(
  job: Job,
  request: DatasetRequested,
  tools: Tools,
): Promise<ReadonlySet<string>> {
  const prompts = new Set<string>();
  for (const id of request.evalSuiteIds) {
    const suite = await tools.commands.load(job.tenantId, 'eval-suite', id);
    const version = suiteVersion(suite, null);
    if (version === undefined || suite.status === 'absent' || suite.projectId !== request.projectId)
      throw new TerminalError(
        'EVAL_SUITE_NOT_FOUND',
        `there is no eval suite ${id} in the project`,
        'name suites of the project',
        false,
      );
    for (const line of (await tools.objects.get(job.tenantId, version.casesObject))
      .toString('utf8')
      .trim()
      .split('\n'))
      prompts.add(canonicalPrompt((JSON.parse(line) as { input: ChatRow['messages'] }).input));
  }
  return prompts;
}

interface Parts extends Clean {
  readonly train: readonly string[];
  readonly validation: readonly string[];
  readonly tokens: { readonly train: number; readonly validation: number };
  readonly rejected: readonly Rejected[];
  readonly rowsRead: number;
}

async function store(
  job: Job,
  request: DatasetRequested,
  tools: Tools,
  parts: Parts,
): Promise<DatasetSanitized> {
  const prefix = `datasets/${job.tenantId}/${request.projectId}/${job.id}`;
  const lines = (rows: readonly string[]): Buffer => Buffer.from(rows.map((row) => `${row}\n`).join(''));
  const put = async (name: string, bytes: Buffer) => {
    const { dataKeyId, ...object } = await tools.objects.put(
      job.tenantId,
      prefix,
      name,
      bytes,
      datasetScope(job.id),
    );
    return { object, dataKeyId };
  };
  const trainBytes = lines(parts.train);
  const validationBytes = lines(parts.validation);
  const train = await put('train.jsonl', trainBytes);
  const validation = parts.validation.length === 0 ? null : await put('validation.jsonl', validationBytes);
  const rejections = await put('rejections.jsonl', lines(parts.rejected.map((each) => canonicalJson(each))));
  const byCode = new Map<string, number>();
  for (const { code } of parts.rejected) byCode.set(code, (byCode.get(code) ?? 0) + 1);
  const counted = (counts: ReadonlyMap<string, number>) =>
    [...counts].sort().map(([code, count]) => ({ code, count }));
  const contentSha256 = digest('ftm.dataset', trainBytes.toString('utf8'), validationBytes.toString('utf8'));
  const summary = {
    contentSha256,
    rowsRead: parts.rowsRead,
    rowsRejected: new Set(parts.rejected.map((each) => each.row)).size,
    rejectedByCode: counted(byCode),
    trainRows: parts.train.length,
    validationRows: parts.validation.length,
    redactions: counted(parts.redactions),
    trainTokens: parts.tokens.train,
    validationTokens: parts.tokens.validation,
    trismPolicyVersion: parts.policyVersion,
  };
  const manifest = await put(
    'manifest.json',
    Buffer.from(
      canonicalJson({
        recipe: request,
        summary,
        tokenizer: 'o200k_base, content + 4 a message',
        objects: {
          train: train.object,
          validation: validation?.object ?? null,
          rejections: rejections.object,
        },
      }),
    ),
  );
  return {
    ...summary,
    trainObject: train.object,
    validationObject: validation?.object ?? null,
    manifestObject: manifest.object,
    rejectionsObject: rejections.object,
    trismScanIds: parts.scanIds,
    dataKeyId: train.dataKeyId,
  };
}
