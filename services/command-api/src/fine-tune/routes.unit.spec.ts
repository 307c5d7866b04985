import type { FtmEvent } from '@ftm/contracts/generated/events';
import { derivedUuid, streamId, tenantId } from '@ftm/contracts/ids';
import { datasetRequested, datasetSanitized, fineTuneRequested, PROJECT } from '@ftm/domain/testing/examples';
import { createMemoryEventLog } from '@ftm/event-log/memory-event-log';
import { createCommander } from '@ftm/commands/commander';
import type { Services } from '../service.ts';
import { appendingTo, serveRoutes } from '../testing/route-server.ts';
import { fineTuneRoutes } from './routes.ts';

/** The routes over HTTP with the rules and a log in memory; the bearer token is the role. */
const TENANT = tenantId('acme');
const DATASET = derivedUuid('routes', 'dataset');
const log = createMemoryEventLog();
const services = { commander: createCommander(log, null) } as unknown as Services;
let server: Awaited<ReturnType<typeof serveRoutes>>;
let url: string;
let calls = 0;
const append = appendingTo(log, TENANT);

beforeAll(async () => {
  server = await serveRoutes(fineTuneRoutes(services), TENANT, (role) => ({
    roles: [role],
    projects: ['*'],
  }));
  url = server.url;
  await append(
    streamId('dataset', DATASET),
    { type: 'DatasetRequested', data: datasetRequested },
    { type: 'DatasetSanitized', data: datasetSanitized },
  );
});
afterAll(() => server.close());

async function post(path: string, body: unknown, role = 'engineer') {
  calls += 1;
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${role}`,
      'content-type': 'application/json',
      'idempotency-key': String(calls),
    },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function job(...more: readonly FtmEvent[]): Promise<string> {
  const id = derivedUuid('routes', String((calls += 1)));
  await append(
    streamId('fine-tune', id),
    { type: 'FineTuneRequested', data: { ...fineTuneRequested, datasetId: DATASET } },
    { type: 'FineTuneCostApproved', data: { approvalId: null, amountUsdMicros: 3, expiresAt: null } },
    {
      type: 'FineTuneSubmitIntended',
      data: { attempt: 1, requestSha256: 'x', trainingFileId: 'file-1', validationFileId: null },
    },
    ...more,
  );
  return `/v1/ft-jobs/${id}`;
}
const submitted: FtmEvent = {
  type: 'FineTuneSubmitted',
  data: { attempt: 1, providerJobId: 'ftjob-1', adopted: false },
};

describe('a job is refused before anything leaves', () => {
  const asked = { project_id: PROJECT, base_model: 'gpt-4.1-nano-2025-04-14', dataset_id: DATASET };
  it('when it is reinforcement fine-tuning, which the schema knows, with what to do instead', async () => {
    const { status, body } = await post('/v1/ft-jobs', {
      ...asked,
      method: 'rft',
      hyperparams: { reasoning_effort: 'high', compute_multiplier: 2, eval_interval: 5, eval_samples: 1 },
      grader: { type: 'string_check', name: 'g', input: 'a', reference: 'b', operation: 'eq' },
    });
    expect(status).toBe(422);
    expect(body).toMatchObject({
      code: 'METHOD_NOT_SUPPORTED',
      detail: expect.stringContaining('use supervised'),
    });
  });
  it.each([
    [{ method: 'supervised', hyperparams: { beta: 1 } }, 'hyperparams.beta'],
    [{ method: 'dpo', hyperparams: { reasoning_effort: 'low' } }, 'hyperparams.reasoning_effort'],
    [{ method: 'dpo', grader: { type: 'python' } }, 'grader'],
  ])('when a field is not of its method: %j', async (more, field) => {
    const { status, body } = await post('/v1/ft-jobs/estimate', { ...asked, ...more });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'FIELD_NOT_OF_METHOD', detail: expect.stringContaining(field) });
  });
  it.each([
    { n_epochs: 51 },
    { n_epochs: 0 },
    { batch_size: 257 },
    { learning_rate_multiplier: 0 },
    { beta: 2.1 },
  ])('when a hyperparameter is out of range: %j', async (hyperparams) => {
    const { status, body } = await post('/v1/ft-jobs', { ...asked, method: 'dpo', hyperparams });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'INVALID_BODY' });
  });
});

describe('a job that is open', () => {
  it('is asked to pause and to go on', async () => {
    const path = await job(submitted);
    expect(await post(`${path}/pause`, { reason: 'the night is cheaper' })).toMatchObject({
      status: 202,
      body: { status: 'running', wanted: 'paused' },
    });
    expect(await post(`${path}/resume`, {})).toMatchObject({ status: 202, body: { wanted: null } });
    expect((await post(`${path}/pause`, {}, 'viewer')).status).toBe(403);
  });
  it('is resolved by an admin only, and only while it is not known what became of it', async () => {
    const path = await job();
    const adopt = { decision: 'adopt', provider_job_id: 'ftjob-9', reason: 'seen there' };
    expect((await post(`${path}/resolve`, adopt)).status).toBe(403);
    expect((await post(`${path}/resolve`, { decision: 'adopt', reason: 'r' }, 'admin')).status).toBe(400);
    expect((await post(`${path}/resolve`, { ...adopt, decision: 'resubmit' }, 'admin')).body).toMatchObject({
      errors: [{ path: 'provider_job_id' }],
    });
    expect(await post(`${path}/resolve`, adopt, 'admin')).toMatchObject({
      status: 202,
      body: { submit_resolution: { decision: 'adopt', provider_job_id: 'ftjob-9', attempt: 1 } },
    });
    expect(await post(`${path}/resolve`, { decision: 'fail', reason: 'enough' }, 'admin')).toMatchObject({
      status: 202,
      body: { status: 'failed', failure: { code: 'SUBMIT_AMBIGUOUS', retryable: true } },
    });
    const known = await job(submitted);
    expect(await post(`${known}/resolve`, adopt, 'admin')).toMatchObject({
      status: 409,
      body: { code: 'SUBMIT_NOT_AMBIGUOUS' },
    });
  });
});
