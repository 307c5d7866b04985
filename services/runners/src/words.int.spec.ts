import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { codeFrom } from '@ftm/contracts/scanned-text';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import { derivedUuid, streamId, tenantId, type StreamId } from '@ftm/contracts/ids';
import { PROJECT, suiteVersionPublished } from '@ftm/domain/testing/examples';
import { createLogger } from '@ftm/runtime/logger';
import { runEval } from './eval/runner.ts';
import { runFineTune } from './fine-tune/runner.ts';
import { chatRows, createLab, createSkippingClock, jobOf, requestJob } from './fine-tune/testing/lab.ts';
import { startOrchestrator, type OrchestratorProcess } from './fine-tune/testing/orchestrator-process.ts';
import { createOpenAiProvider } from './provider/openai-provider.ts';
import {
  json,
  startHttpProvider,
  type Handler,
  type HttpProvider,
} from './provider/testing/http-provider.ts';
import { workOn, type Tools } from './tasks.ts';

/** What other programs say reaches the log, and the lines that processes write, only after TRiSM has read it; here TRiSM is the simulator, in a process of its own. */
const CANARIES = [
  'maren.canary@example-mail.test',
  '+44 20 7946 0958',
  '4111 1111 1111 1111',
  'DE89 3704 0044 0532 0130 00',
  '536-22-8726',
];
const SAID = `line 4 is not valid, call ${CANARIES.join(' or ')}`;
const [ADDRESS = ''] = CANARIES;
const tenant = tenantId('words');
const clock = createSkippingClock(() => 0.5);

let orchestrator: OrchestratorProcess;
let provider: HttpProvider;
beforeAll(async () => {
  [orchestrator, provider] = await Promise.all([startOrchestrator(), startHttpProvider()]);
});
afterEach(() => orchestrator.admin('DELETE', '/faults'));
afterAll(() => Promise.all([orchestrator.dispose(), provider.close()]));

const trismIsAway = () => orchestrator.admin('POST', '/faults', { target: 'trism', kind: 'error' });

/** What the log and the lines of the process have after one run. */
interface Left {
  readonly events: readonly FtmEvent[];
  /** All of them, and the lines. */
  readonly text: string;
}

function createStage(more: Partial<Tools['orchestrator']> = {}) {
  const lab = createLab(clock);
  const stream = new PassThrough();
  let lines = '';
  stream.on('data', (chunk: Buffer) => (lines += chunk.toString('utf8')));
  const using = createOpenAiProvider({ baseUrl: provider.baseUrl, apiKey: 'k', timeoutMs: 10_000 });
  const tools: Tools = {
    ...lab.tools({
      clock,
      providerFor: async () => using,
      orchestrator: { ...orchestrator.client, ...more },
    }),
    logger: createLogger({ service: 'words', stream }),
  };
  const left = async (of: StreamId): Promise<Left> => {
    const events = await lab.history(tenant, of);
    await new Promise((resolve) => setImmediate(resolve));
    return { events, text: JSON.stringify(events) + lines };
  };
  return { lab, tools, left };
}

const found = ({ text }: Left): string[] => CANARIES.filter((canary) => text.includes(canary));
const last = ({ events }: Left) => events.at(-1);

/** One look at a job that the provider shows so. */
async function followed(shown: object): Promise<Left> {
  provider.answer = (request, response) => {
    const isList = /\/(events|checkpoints)/.test(request.url ?? '');
    json(isList ? { object: 'list', data: [] } : { object: 'fine_tuning.job', id: 'ftjob-x', ...shown })(
      request,
      response,
    );
  };
  const { lab, tools, left } = createStage();
  const id = randomUUID();
  await requestJob(lab, tenant, id, chatRows(10));
  await lab.append(
    tenant,
    streamId('fine-tune', id),
    {
      type: 'FineTuneSubmitIntended',
      data: { attempt: 1, requestSha256: 'x', trainingFileId: 'file-x', validationFileId: null },
    },
    { type: 'FineTuneSubmitted', data: { attempt: 1, providerJobId: 'ftjob-x', adopted: false } },
  );
  await runFineTune(workOn(jobOf(tenant, id), tools));
  return left(streamId('fine-tune', id));
}

/** A job that is about to be submitted, at a provider that refuses it. */
async function submitted(answer: Handler): Promise<Left> {
  provider.answer = answer;
  const { lab, tools, left } = createStage();
  const id = randomUUID();
  await requestJob(lab, tenant, id, chatRows(10));
  await lab.append(tenant, streamId('fine-tune', id), {
    type: 'FineTuneCostApproved',
    data: { approvalId: null, amountUsdMicros: 1e9, expiresAt: null },
  });
  await runFineTune(workOn(jobOf(tenant, id), tools));
  return left(streamId('fine-tune', id));
}

async function evaluated(answer: Handler): Promise<Left> {
  provider.answer = answer;
  const { lab, tools, left } = createStage();
  const [id, suiteId] = [randomUUID(), randomUUID()];
  const casesObject = await lab.putObject(
    tenant,
    Buffer.from(
      JSON.stringify({ id: 'c', cluster: 'c', input: [{ role: 'user', content: 'q' }], expected: 'a' }),
    ),
  );
  await lab.append(
    tenant,
    streamId('eval-suite', suiteId),
    { type: 'EvalSuiteCreated', data: { projectId: PROJECT, name: 's' } },
    { type: 'EvalSuiteVersionPublished', data: { ...suiteVersionPublished, casesObject } },
  );
  await lab.append(tenant, streamId('eval-run', id), {
    type: 'EvalRunRequested',
    data: {
      projectId: PROJECT,
      suiteId,
      suiteVersion: 1,
      casesObject,
      modelRef: { type: 'base_model', value: 'm' },
      providerModelId: 'm',
      baselineRunId: null,
      nonInferiorityMargin: 0,
      maxCases: null,
      costCapUsdMicros: null,
    },
  });
  await runEval(workOn(jobOf(tenant, id), tools));
  return left(streamId('eval-run', id));
}

const refusal = json({ error: { message: SAID, code: ADDRESS, param: ADDRESS, type: ADDRESS } }, 400);

describe.each([
  [
    'a job that failed at the provider',
    () => followed({ status: 'failed', error: { message: SAID, code: ADDRESS, param: ADDRESS } }),
    'FineTuneFailed',
  ],
  ['a submit that the provider refused', () => submitted(refusal), 'FineTuneFailed'],
  ['an eval run that the provider refused', () => evaluated(refusal), 'EvalRunFailed'],
] as const)('%s', (_, run, type) => {
  it('is told with the provider’s words as TRiSM left them, under a code that is one', async () => {
    const left = await run();
    expect(last(left)).toMatchObject({
      type,
      data: { code: 'unknown_code', message: expect.stringContaining('line 4 is not valid') as string },
    });
    expect(found(left)).toEqual([]);
  });
  it('ends while TRiSM is away, in FTM’s own words', async () => {
    await trismIsAway();
    const left = await run();
    expect(last(left)).toMatchObject({
      type,
      data: { code: 'unknown_code', message: expect.stringContaining('TRiSM could not be asked') as string },
    });
    expect(left.text).not.toContain('line 4 is not valid');
    expect(found(left)).toEqual([]);
  });
});

it('rows that the provider names are told of, whatever becomes of its words', async () => {
  await trismIsAway();
  expect(last(await followed({ status: 'failed', error: { message: SAID } }))).toMatchObject({
    data: { rows: [4], providerMessage: null },
  });
});

it('a status that is none is not repeated', async () => {
  const left = await followed({ status: ADDRESS });
  expect(last(left)).toMatchObject({ type: 'FineTuneProgressed', data: { providerStatus: 'unknown_code' } });
  expect(found(left)).toEqual([]);
});

it('an id that could be an address is none: the answer is no job', async () => {
  const left = await followed({ id: ADDRESS, status: 'succeeded', fine_tuned_model: ADDRESS });
  expect(found(left)).toEqual([]);
});

it.each([true, false])('PRISM’s reasons are words, too; TRiSM is there: %s', async (isThere) => {
  if (!isThere) await trismIsAway();
  const { lab, tools, left } = createStage({
    requestApproval: async () => ({
      approvalId: 'a',
      status: 'denied',
      reasons: [{ code: codeFrom('NO'), message: SAID }],
      expiresAt: null,
    }),
  });
  const id = derivedUuid('prism', String(isThere));
  await requestJob(lab, tenant, id, chatRows(10), { costThresholdUsdMicros: 0 });
  await runFineTune(workOn(jobOf(tenant, id), tools));
  const result = await left(streamId('fine-tune', id));
  expect(last(result)).toMatchObject({
    type: 'FineTuneBlocked',
    data: { gate: 'prism', reasons: [{ code: 'NO' }] },
  });
  expect(found(result)).toEqual([]);
});
