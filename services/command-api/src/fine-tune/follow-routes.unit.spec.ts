import type { FtmEvent } from '@ftm/contracts/generated/events';
import { derivedUuid, streamId, tenantId } from '@ftm/contracts/ids';
import {
  datasetRequested,
  datasetSanitized,
  fineTuneRequested,
  gate,
  modelRegistered,
} from '@ftm/domain/testing/examples';
import { createMemoryEventLog } from '@ftm/event-log/memory-event-log';
import { createCommander } from '@ftm/commands/commander';
import type { Services } from '../services.ts';
import { appendingTo, serveRoutes } from '../testing/route-server.ts';
import { followRoutes } from './follow-routes.ts';

/** The routes over HTTP with a log in memory; the bearer token is the project that the key covers. */
const TENANT = tenantId('acme');
const DATASET = derivedUuid('follow', 'dataset');
const OBJECT = { uri: 's3://x/curve', sha256: 'a'.repeat(64), bytes: 1 };
const points = Array.from({ length: 12 }, (_, at) => ({
  step: at + 1,
  totalSteps: 12,
  trainLoss: 2 / (at + 1),
  validLoss: at % 3 === 2 ? 1 + Math.abs(at - 5) / 10 : null,
}));
const log = createMemoryEventLog();
const services = {
  commander: createCommander(log, null),
  objects: { get: async () => Buffer.from(JSON.stringify({ points })) },
} as unknown as Services;
let server: Awaited<ReturnType<typeof serveRoutes>>;
let url: string;
let calls = 0;
const append = appendingTo(log, TENANT);

beforeAll(async () => {
  server = await serveRoutes(followRoutes(services), TENANT, (project) => ({
    roles: ['viewer'],
    projects: [project],
  }));
  url = server.url;
  await append(
    streamId('dataset', DATASET),
    { type: 'DatasetRequested', data: datasetRequested },
    { type: 'DatasetSanitized', data: datasetSanitized },
  );
});
afterAll(() => server.close());

const ask = (path: string, headers: Readonly<Record<string, string>> = {}, project = '*') =>
  fetch(`${url}${path}`, { headers: { authorization: `Bearer ${project}`, ...headers } });
const listen = (id: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(`/v1/ft-jobs/${id}/events`, { accept: 'text/event-stream', ...headers });

/** `id event` of each, until the stream is closed. */
async function heard(answer: Response): Promise<string[]> {
  return (await answer.text()).split('\n\n').flatMap((each) => {
    const [, id] = /^id: (\d+)$/m.exec(each) ?? [];
    const [, type] = /^event: (\w+)$/m.exec(each) ?? [];
    return type === undefined ? [] : [id === undefined ? type : `${id} ${type}`];
  });
}

const progressed = (step: number): FtmEvent => ({
  type: 'FineTuneProgressed',
  data: {
    providerStatus: 'running',
    step,
    totalSteps: 12,
    trainLoss: 1,
    validLoss: null,
    estimatedFinish: null,
    mirrorObject: OBJECT,
  },
});
const CANCELED: FtmEvent = {
  type: 'FineTuneCanceled',
  data: { reason: 'enough', trainedTokens: null, mirrorObject: null },
};

async function job(...more: readonly FtmEvent[]): Promise<string> {
  const id = derivedUuid('follow', String((calls += 1)));
  await append(
    streamId('fine-tune', id),
    { type: 'FineTuneRequested', data: { ...fineTuneRequested, datasetId: DATASET } },
    { type: 'GateAnswered', data: gate() },
    ...more,
  );
  return id;
}

describe('the events of a job as a stream', () => {
  it('are what has happened, then what happens, and end with the job', async () => {
    const id = await job();
    const answer = await listen(id);
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const all = heard(answer);
    await append(streamId('fine-tune', id), progressed(1));
    await append(streamId('fine-tune', id), CANCELED);
    expect(await all).toEqual([
      '1 FineTuneRequested',
      '2 GateAnswered',
      '3 FineTuneProgressed',
      '4 FineTuneCanceled',
      'end',
    ]);
  });

  it('go on behind the last one that was seen, and say when there will be no more', async () => {
    const id = await job(progressed(1), CANCELED);
    expect(await heard(await listen(id, { 'last-event-id': '3' }))).toEqual(['4 FineTuneCanceled', 'end']);
    expect((await listen(id, { 'last-event-id': '4' })).status).toBe(204);
    const wrong = await listen(id, { 'last-event-id': 'x' });
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ code: 'INVALID_LAST_EVENT_ID' });
  });

  it('are for the same keys as every other route', async () => {
    const id = await job(CANCELED);
    const path = `/v1/ft-jobs/${id}/events`;
    expect((await ask(path, { accept: 'text/event-stream' }, 'another')).status).toBe(404);
    expect((await ask(path, { accept: 'text/event-stream' }, fineTuneRequested.projectId)).status).toBe(200);
    expect((await listen(derivedUuid('follow', 'none'))).status).toBe(404);
  });
});

describe('the events of a job as JSON', () => {
  it('come in pages', async () => {
    const id = await job(progressed(1), progressed(2), CANCELED);
    const path = `/v1/ft-jobs/${id}/events`;
    const first = (await (await ask(`${path}?limit=3`)).json()) as { data: unknown[]; next_cursor: string };
    expect(first.data).toHaveLength(3);
    const second = await (await ask(`${path}?limit=3&cursor=${first.next_cursor}`)).json();
    expect(second).toMatchObject({
      object: 'list',
      data: [{ name: 'FineTuneProgressed' }, { name: 'FineTuneCanceled' }],
      has_more: false,
      next_cursor: null,
    });
    expect((await ask(`${path}?cursor=x`)).status).toBe(400);
  });
});

describe('the curve of a job', () => {
  it('is as far as it is known, while the job is under way and after', async () => {
    const curve = async (id: string) => (await ask(`/v1/ft-jobs/${id}/curve`)).json();
    expect(await curve(await job())).toMatchObject({ data: [], status: 'queued' });
    const known = {
      data: expect.arrayContaining([expect.objectContaining({ step: 12, train_loss: 2 / 12 })]),
    };
    expect(await curve(await job(progressed(12)))).toMatchObject(known);
    expect(await curve(await job(progressed(12), CANCELED))).toMatchObject({ ...known, status: 'canceled' });
  });
});

describe('the report of a job', () => {
  const page = async (id: string): Promise<string> => (await ask(`/v1/ft-jobs/${id}/report`)).text();

  it('begins with what went wrong, in the provider’s words, and what to do', async () => {
    const html = await page(
      await job({
        type: 'FineTuneFailed',
        data: {
          code: 'invalid_training_file',
          message: 'Line 4: <b>bad</b>',
          remedy: 'build it again (row 4)',
          retryable: false,
          providerMessage: 'Line 4: <b>bad</b>',
          rows: [4],
          mirrorObject: OBJECT,
          trainedTokens: null,
        },
      }),
    );
    expect(html.indexOf('Line 4: &#60;b&#62;bad')).toBeGreaterThan(0);
    expect(html.indexOf('build it again (row 4)')).toBeLessThan(html.indexOf('<h2>Loss</h2>'));
    expect(html).not.toMatch(/<script|<b>bad/);
  });

  it('shows the curve, the checkpoint that was picked and why, the cost against its estimate, and the model', async () => {
    const chosen = {
      checkpointId: 'c2',
      providerModelId: 'ft:m:ckpt-step-6',
      step: 6,
      rule: 'best_validation_loss',
      reason: 'validation loss 1 at step 6, the lowest of 2 checkpoints that have one',
    };
    const id = await job(
      { type: 'FineTuneCostApproved', data: { approvalId: null, amountUsdMicros: 3, expiresAt: null } },
      {
        type: 'FineTuneSubmitIntended',
        data: { attempt: 1, requestSha256: 'x', trainingFileId: 'file-1', validationFileId: null },
      },
      { type: 'FineTuneSubmitted', data: { attempt: 1, providerJobId: 'ftjob-1', adopted: false } },
      progressed(12),
      {
        type: 'FineTuneSucceeded',
        data: {
          providerModelId: 'ft:m',
          trainedTokens: 12_000,
          tokensUnknown: false,
          hyperparameters: { nEpochs: 3, batchSize: 1, learningRateMultiplier: 2, beta: null },
          curveObject: OBJECT,
          checkpoints: [
            { id: 'c2', step: 6, providerModelId: 'ft:m:ckpt-step-6', trainLoss: 0.3, validLoss: 1 },
            { id: 'c3', step: 12, providerModelId: 'ft:m:ckpt-step-12', trainLoss: 0.2, validLoss: 1.6 },
          ],
          selectedCheckpoint: chosen,
        },
      },
      {
        type: 'FineTuneCostRecorded',
        data: { trainedTokens: 12_000, actualUsdMicros: 4, estimatedUsdMicros: 2, usageId: 'u' },
      },
    );
    const model = streamId('model-version', derivedUuid(TENANT, 'model-version', id));
    await append(
      model,
      {
        type: 'ModelVersionRegistered',
        data: { ...modelRegistered, ftJobId: id, providerModelId: chosen.providerModelId, selection: chosen },
      },
      { type: 'ModelEndOfLifeAnnounced', data: { shutdownDate: '2027-01-01', source: 'the list' } },
    );
    const html = await page(id);
    expect(html).toContain('<svg');
    for (const text of [
      chosen.reason,
      'ft:m:ckpt-step-12',
      '+100 %',
      '2027-01-01',
      'has risen to 1.6000',
      'more than the',
    ])
      expect(html).toContain(text);
    expect(html).not.toContain('NaN');
  });
});
