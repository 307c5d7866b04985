import { evalRunChunk, evalRunObjects } from '@ftm/contracts/object-names';
import { canonicalJson } from '@ftm/contracts/canonical-json';
import type {
  EvalRunCompleted,
  EvalRunFailed,
  EvalRunRequested,
  EvalSuiteVersionPublished,
  PriceRow,
} from '@ftm/contracts/generated/events';
import { ourWords, type WithWords } from '@ftm/contracts/scanned-text';
import { comparePaired, estimateMean, type CaseScore } from '@ftm/domain/eval-run/statistics';
import { suiteVersion } from '@ftm/domain/eval-suite/state';
import { costOf, priceFor } from '@ftm/domain/pricing/price-book';
import { pricesAt } from '../prices.ts';
import { CommandRejected } from '@ftm/commands/steps';
import { ProviderRefused } from '../provider/provider-errors.ts';
import { readLines } from '../object-lines.ts';
import { TerminalError, type Outcome, type Work } from '../tasks.ts';
import { scanned } from '../words.ts';
import { createGrader, type Grader } from './graders.ts';

interface EvalCase {
  readonly id: string;
  readonly cluster: string;
  readonly input: readonly { readonly role: string; readonly content: string }[];
  readonly expected: string;
}

/** What is kept of a case: the answer as TRiSM left it, and its scores, which were taken from the answer as it was. */
interface CaseResult {
  readonly id: string;
  readonly cluster: string;
  readonly output: string;
  readonly error: string | null;
  readonly scores: Readonly<Record<string, number>>;
  readonly risk: number;
  readonly flags: readonly string[];
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Answers are kept chunk by chunk: a crash pays again for one chunk at most. */
const CHUNK = 50;
const CONCURRENCY = 8;
const RESULTS_SEED = 20_260_801;

export async function runEval(work: Work): Promise<Outcome> {
  const state = await work.load('eval-run');
  if (state.status !== 'queued' && state.status !== 'running') return 'done';
  const { request } = state;
  try {
    const cases = (await lines<EvalCase>(work, request.casesObject)).slice(0, request.maxCases ?? undefined);
    await work.record('started:1', {
      type: 'StartEvalRun',
      attempt: 1,
      caseCount: cases.length,
    });
    const suite = suiteVersion(await work.load('eval-suite', request.suiteId), request.suiteVersion);
    if (suite === undefined)
      throw new TerminalError(
        'EVAL_SUITE_NOT_FOUND',
        ourWords('the suite version is gone'),
        'ask for a run of a version that exists',
      );
    // As of the request: a run that is taken up again costs the same.
    const prices = await pricesAt(work, state.createdAt);
    const exam = { request, suite, prices };
    const results = await answerAll(work, exam, cases);
    await work.record('completed', {
      type: 'RecordEvalRunCompleted',
      result: await conclude(work, exam, results),
    });
  } catch (error) {
    // Canceled meanwhile: what was asked for is no longer wanted.
    if (error instanceof CommandRejected && error.code === 'EVAL_RUN_SETTLED') return 'done';
    const failure = await failureOf(error, work, request.projectId);
    if (failure === undefined) throw error;
    await work.record('failed', { type: 'FailEvalRun', failure });
  }
  return 'done';
}

async function failureOf(
  error: unknown,
  work: Work,
  projectId: string,
): Promise<WithWords<EvalRunFailed> | undefined> {
  if (error instanceof TerminalError) {
    const { code, words, remedy } = error;
    return { code, message: words, remedy, retryable: false };
  }
  if (!(error instanceof ProviderRefused) || error.retryable) return undefined;
  // What a provider says may quote what it was sent.
  const words = await scanned(work, { tenantId: work.tenantId, projectId }, error.said ?? error.message);
  return {
    code: error.code,
    message:
      words ?? ourWords('the provider refused to answer, for a reason that TRiSM could not be asked to read'),
    remedy: 'check that the model exists and may be asked with this key',
    retryable: false,
  };
}

/** What is asked, by what it is graded, and what asking costs. */
interface Exam {
  readonly request: EvalRunRequested;
  readonly suite: EvalSuiteVersionPublished;
  readonly prices: readonly PriceRow[];
}

async function answerAll(work: Work, exam: Exam, cases: readonly EvalCase[]): Promise<CaseResult[]> {
  const { request, suite, prices } = exam;
  const graders = suite.graders.map((spec) => [spec.name, createGrader(spec)] as const);
  const results: CaseResult[] = [];
  for (let at = 0; at < cases.length; at += CHUNK) {
    const key = evalRunChunk({ tenantId: work.tenantId, projectId: request.projectId }, work.id, at / CHUNK);
    const kept = await work.objects.getNamed(work.tenantId, key);
    if (kept !== undefined) {
      results.push(...(JSON.parse(kept.toString('utf8')) as CaseResult[]));
      continue;
    }
    const spent = costOfAnswers(request.providerModelId, results, prices);
    if (request.costCapUsdMicros !== null && spent >= request.costCapUsdMicros)
      throw new TerminalError(
        'COST_CAP_REACHED',
        ourWords`the cost cap is reached after ${results.length} of ${cases.length} cases`,
        'raise cost_cap_usd or lower max_cases',
      );
    const chunk = await answerChunk(work, exam, cases.slice(at, at + CHUNK), graders);
    await work.objects.putNamed(work.tenantId, key, Buffer.from(JSON.stringify(chunk)));
    results.push(...chunk);
  }
  return results;
}

async function answerChunk(
  work: Work,
  { request, suite }: Exam,
  cases: readonly EvalCase[],
  graders: readonly (readonly [string, Grader])[],
): Promise<CaseResult[]> {
  const provider = await work.providerFor(work.tenantId, request.projectId);
  const answers = await inParallel(cases, CONCURRENCY, (each) =>
    provider.complete(request.providerModelId, each.input),
  );
  const of = { tenantId: work.tenantId, projectId: request.projectId, profile: suite.policyProfile };
  const { scores } = await work.orchestrator.score(
    of,
    cases.map((each, index) => ({ id: each.id, output: answers[index]?.text ?? '' })),
  );
  const { documents } = await work.orchestrator.sanitize(
    of,
    cases.map((each, index) => ({ id: each.id, texts: [answers[index]?.text ?? ''] })),
  );
  const risks = new Map(scores.map((each) => [each.id, each]));
  const clean = new Map(documents.map((each) => [each.id, each.texts[0]]));
  return cases.map((each, index) => {
    const answer = answers[index];
    const output = clean.get(each.id);
    const risk = risks.get(each.id);
    if (answer === undefined || output === undefined || risk === undefined)
      throw new Error('TRiSM did not answer for every output');
    return {
      id: each.id,
      cluster: each.cluster,
      output,
      error: null,
      scores: Object.fromEntries(graders.map(([name, grade]) => [name, grade(answer.text, each.expected)])),
      risk: risk.risk,
      flags: risk.flags,
      inputTokens: answer.inputTokens,
      outputTokens: answer.outputTokens,
    };
  });
}

async function conclude(
  work: Work,
  { request, suite, prices }: Exam,
  results: readonly CaseResult[],
): Promise<EvalRunCompleted> {
  const costUsdMicros = costOfAnswers(request.providerModelId, results, prices);
  const primary = suite.graders[0]?.name ?? '';
  const scoresOf = (grader: string, of: readonly CaseResult[]): CaseScore[] =>
    of.map((each) => ({ caseId: each.id, cluster: each.cluster, score: each.scores[grader] ?? 0 }));
  const scores = suite.graders.map(({ name }) => {
    const { mean, ciLow, ciHigh, n } = estimateMean(scoresOf(name, results), RESULTS_SEED);
    return { grader: name, score: mean, ciLow, ciHigh, n };
  });
  const total = estimateMean(scoresOf(primary, results), RESULTS_SEED);
  const { dataKeyId: _, ...resultsObject } = await work.objects.put(
    work.tenantId,
    evalRunObjects({ tenantId: work.tenantId, projectId: request.projectId }, work.id),
    'results.jsonl',
    Buffer.from(results.map((each) => `${canonicalJson(each)}\n`).join('')),
  );
  const sum = (of: (each: CaseResult) => number): number => results.reduce((all, each) => all + of(each), 0);
  return {
    resultsObject,
    caseCount: results.length,
    errorCount: results.filter((each) => each.error !== null).length,
    score: total.mean,
    ciLow: total.ciLow,
    ciHigh: total.ciHigh,
    scores,
    comparison:
      request.baselineRunId === null
        ? null
        : comparePaired(
            scoresOf(primary, results),
            scoresOf(primary, await resultsOfRun(work, request.baselineRunId)),
            {
              baselineRunId: request.baselineRunId,
              margin: request.nonInferiorityMargin,
              seed: RESULTS_SEED,
            },
          ),
    trismMeanRisk: results.length === 0 ? 0 : sum((each) => each.risk) / results.length,
    trismFlagged: results.filter((each) => each.flags.length > 0).length,
    inputTokens: sum((each) => each.inputTokens),
    outputTokens: sum((each) => each.outputTokens),
    costUsdMicros,
    usageId: await recordUsage(work, request, results, costUsdMicros),
  };
}

/** Told to PRISM before the run is completed, once: the answers are kept, so that a run that is taken up again costs the same. */
async function recordUsage(
  work: Work,
  request: EvalRunRequested,
  results: readonly CaseResult[],
  amountUsdMicros: number,
): Promise<string | null> {
  if (amountUsdMicros === 0) return null;
  const subject = `eval_run/${work.id}`;
  const { usageId } = await work.orchestrator.recordUsage(
    {
      tenantId: work.tenantId,
      projectId: request.projectId,
      subject,
      kind: 'eval',
      amountUsdMicros,
      tokens: results.reduce((sum, each) => sum + each.inputTokens + each.outputTokens, 0),
    },
    `${subject}:usage`,
  );
  return usageId;
}

async function resultsOfRun(work: Work, runId: string): Promise<CaseResult[]> {
  const run = await work.load('eval-run', runId);
  if (run.status !== 'completed')
    throw new TerminalError(
      'BASELINE_NOT_COMPARABLE',
      ourWords('the baseline run is not completed'),
      'name a completed run',
    );
  return lines<CaseResult>(work, run.result.resultsObject);
}

/** Models without a price cost nothing here; what the provider bills is its own. */
function costOfAnswers(model: string, results: readonly CaseResult[], prices: readonly PriceRow[]): number {
  const side = (kind: 'input' | 'output', tokens: number): number =>
    costOf(tokens, priceFor(model, kind, prices)?.usdMicrosPerMillion ?? 0);
  return (
    side(
      'input',
      results.reduce((sum, each) => sum + each.inputTokens, 0),
    ) +
    side(
      'output',
      results.reduce((sum, each) => sum + each.outputTokens, 0),
    )
  );
}

async function lines<T>(work: Work, object: EvalRunRequested['casesObject']): Promise<T[]> {
  const found: T[] = [];
  for await (const line of readLines(work, work.tenantId, object)) found.push(JSON.parse(line) as T);
  return found;
}

async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as T);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  return results;
}
