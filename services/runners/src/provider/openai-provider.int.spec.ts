import { setTimeout as sleep } from 'node:timers/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createOpenAiProvider, type OpenAiOptions } from './openai-provider.ts';
import { ProviderRefused, ProviderUnknown, type ProviderError } from './provider-errors.ts';
import { startSimulator, type Simulator } from './testing/simulator.ts';
import { curveOf, type TrainingProvider } from './training-provider.ts';

const KEY = 'adapter-key';
const MODEL = 'gpt-4.1-nano-2025-04-14';
const SLOW_MS = 60_000;
let simulator: Simulator;
let provider: TrainingProvider;
beforeAll(async () => {
  simulator = await startSimulator([KEY, 'other-key']);
  provider = createOpenAiProvider({ baseUrl: simulator.baseUrl, apiKey: KEY, timeoutMs: 2000 });
}, SLOW_MS);
afterEach(() => simulator.admin('DELETE', '/faults'));
afterAll(() => simulator.dispose());

const rows = (count: number): Buffer =>
  Buffer.from(
    Array.from({ length: count }, (_, at) =>
      JSON.stringify({
        messages: [
          { role: 'user', content: `question ${at}` },
          { role: 'assistant', content: `answer ${at}` },
        ],
      }),
    ).join('\n'),
  );
async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const upload = (using = provider, bytes = rows(10)): Promise<string> =>
  using.uploadFile('rows.jsonl', { bytes: bytes.length, stream: inChunks(bytes, 100) });
const order = (trainingFileId: string) => ({
  model: MODEL,
  method: 'supervised' as const,
  trainingFileId,
  validationFileId: null,
  hyperparameters: { nEpochs: 2, batchSize: null, learningRateMultiplier: null, beta: null },
  suffix: 'bank',
  seed: 7,
  metadata: { ftm_job: 'adapter' },
});
const thrown = async (work: Promise<unknown>): Promise<ProviderError> =>
  work.then(
    () => Promise.reject(new Error('nothing was thrown')),
    (error: unknown) => error as ProviderError,
  );
const counters = async () =>
  (await simulator.admin('GET', '/counters')) as { calls: Record<string, number>; job_creates: number };

describe('embeddings', () => {
  it('are a vector for each text in order, the same each time, near where the texts are', async () => {
    const texts = ['exchange rates for euros', 'my card has not arrived', 'my new card has not arrived yet'];
    const vectors = await provider.embed('text-embedding-3-small', texts);
    expect(vectors).toHaveLength(3);
    expect(await provider.embed('text-embedding-3-small', texts)).toEqual(vectors);
    expect(await provider.embed('text-embedding-3-small', texts.toReversed())).toEqual(vectors.toReversed());
    const cosine = (a = 0, b = 0): number =>
      (vectors[a] ?? []).reduce((sum, value, at) => sum + value * (vectors[b]?.[at] ?? 0), 0);
    expect(cosine(1, 2)).toBeGreaterThan(cosine(0, 1) + 0.3);
  });

  it('of a model that has none are refused for good', async () => {
    const error = await thrown(provider.embed(MODEL, ['x']));
    expect(error).toMatchObject({ kind: 'not_found', retryable: false });
  });
});

describe('a large file', () => {
  const small = { wholeFileBytes: 200, partBytes: 256 };
  const inParts = () =>
    createOpenAiProvider({ baseUrl: simulator.baseUrl, apiKey: KEY, uploads: small, timeoutMs: 5000 });

  it('goes in parts and arrives as it was', async () => {
    const bytes = rows(20);
    const before = (await counters()).calls['uploads.parts'] ?? 0;
    const id = await upload(inParts(), bytes);
    expect(((await counters()).calls['uploads.parts'] ?? 0) - before).toBe(Math.ceil(bytes.length / 256));
    const answer = await fetch(`${simulator.baseUrl}/files/${id}/content`, {
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  });
  it('that cannot be sent to its end is canceled', async () => {
    await simulator.admin('POST', '/faults', { target: 'uploads.complete', kind: 'error', times: 1 });
    const before = (await counters()).calls['uploads.cancel'] ?? 0;
    expect(await thrown(upload(inParts()))).toBeInstanceOf(ProviderUnknown);
    expect((await counters()).calls['uploads.cancel']).toBe(before + 1);
  });
});

it(
  'a job is made, followed and found, with every field that the provider gave',
  async () => {
    const file = await upload();
    const made = await provider.createJob(provider.jobRequest(order(file)));
    expect(made.metadata).toEqual({ ftm_job: 'adapter' });
    let seen = made;
    while (seen.status !== 'succeeded') {
      seen = await provider.getJob(made.id);
      await sleep(20);
    }
    expect(seen.hyperparameters).toMatchObject({ nEpochs: 2, batchSize: 1, beta: null });
    expect(seen.raw).toMatchObject({ object: 'fine_tuning.job', user_provided_suffix: 'bank', seed: 7 });
    const events = await provider.events(made.id);
    expect(events[0]?.message).toBe(`Created fine-tuning job: ${made.id}`);
    expect(curveOf(events).map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    expect((await provider.checkpoints(made.id)).map(({ step }) => step)).toEqual([20, 10]);
    const ids = async (tag: Parameters<TrainingProvider['findJobs']>[0], using = provider) =>
      (await using.findJobs(tag)).map(({ id }) => id);
    expect(await ids({ metadata: { ftm_job: 'adapter' }, trainingFileIds: [] })).toEqual([made.id]);
    expect(await ids({ metadata: { ftm_job: 'nobody' }, trainingFileIds: [] })).toEqual([]);
    // An endpoint that cannot list by metadata is looked through; the training file is as good a mark.
    const azure = createOpenAiProvider({ baseUrl: simulator.baseUrl, apiKey: KEY, flavour: 'azure' });
    expect(await ids({ metadata: { ftm_job: 'adapter' }, trainingFileIds: [] }, azure)).toEqual([made.id]);
    expect(await ids({ metadata: { ftm_job: 'nobody' }, trainingFileIds: [file] }, azure)).toEqual([made.id]);
  },
  SLOW_MS,
);

it(
  'a create is sent once, whatever comes back',
  async () => {
    const request = provider.jobRequest(order(await upload()));
    for (const fault of [
      { kind: 'error', status: 500 },
      { kind: 'error', status: 409 },
      { kind: 'rate_limit', retry_after: 1 },
      { kind: 'hang' },
    ]) {
      await simulator.admin('POST', '/faults', { target: 'jobs.create', ...fault });
      const before = (await counters()).calls['jobs.create'] ?? 0;
      await thrown(provider.createJob(request));
      expect((await counters()).calls['jobs.create']).toBe(before + 1);
      await simulator.admin('DELETE', '/faults');
    }
  },
  SLOW_MS,
);

describe('every failure has a kind of its own', () => {
  let server: Server;
  let answer: (response: ServerResponse) => void = () => undefined;
  let odd: TrainingProvider;
  const using = (more: Partial<OpenAiOptions> = {}): TrainingProvider =>
    createOpenAiProvider({
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
      apiKey: KEY,
      timeoutMs: 300,
      ...more,
    });
  beforeAll(async () => {
    server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    odd = using();
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const says =
    (status: number, error: object = {}, headers: Record<string, string> = {}) =>
    (response: ServerResponse): void => {
      response
        .writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_1', ...headers })
        .end(JSON.stringify({ error: { message: 'm', type: 't', param: 'p', code: null, ...error } }));
    };

  it.each([
    [400, {}, 'bad_request', ProviderRefused, false],
    [401, { code: 'invalid_api_key' }, 'authentication', ProviderRefused, false],
    [403, {}, 'permission', ProviderRefused, false],
    [404, {}, 'not_found', ProviderRefused, false],
    [413, {}, 'bad_request', ProviderRefused, false],
    [422, {}, 'unprocessable', ProviderRefused, false],
    [429, { code: 'rate_limit_exceeded' }, 'rate_limit', ProviderRefused, true],
    [429, { code: 'insufficient_quota' }, 'insufficient_quota', ProviderRefused, false],
    [429, { type: 'insufficient_quota' }, 'insufficient_quota', ProviderRefused, false],
    [408, {}, 'timeout', ProviderUnknown, undefined],
    [409, {}, 'conflict', ProviderUnknown, undefined],
    [500, {}, 'server_error', ProviderUnknown, undefined],
    [503, {}, 'server_error', ProviderUnknown, undefined],
  ] as const)('%i %j is %s', async (status, error, kind, type, retryable) => {
    answer = says(status, error);
    const failure = await thrown(odd.getJob('x'));
    expect(failure).toBeInstanceOf(type);
    expect(failure).toMatchObject({
      kind,
      status,
      param: 'p',
      requestId: 'req_1',
      ...(retryable === undefined ? {} : { retryable }),
    });
  });

  it('and obeys what the provider asks for', async () => {
    answer = says(503, {}, { 'retry-after': '9' });
    expect((await thrown(odd.getJob('x'))).retryAfterMs).toBe(9000);
    answer = says(
      429,
      {},
      { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '2m', 'x-should-retry': 'true' },
    );
    expect((await thrown(odd.getJob('x'))).retryAfterMs).toBe(120_000);
    expect((await thrown(using({ flavour: 'azure' }).getJob('x'))).retryAfterMs).toBeNull();
  });

  it('also where there is no answer', async () => {
    answer = (response) => response.destroy();
    expect(await thrown(odd.getJob('x'))).toMatchObject({ name: 'ProviderUnknown', kind: 'connection' });
    answer = () => undefined;
    expect(await thrown(odd.getJob('x'))).toMatchObject({ name: 'ProviderUnknown', kind: 'timeout' });
    answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":');
    expect(await thrown(odd.getJob('x'))).toMatchObject({ name: 'ProviderUnknown', kind: 'malformed' });
    answer = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    expect(await thrown(odd.getJob('x'))).toMatchObject({ name: 'ProviderUnknown', kind: 'malformed' });
    // Nobody there: nothing was sent, so it may be sent again.
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, 'close');
    const nobody = createOpenAiProvider({ baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: KEY });
    expect(await thrown(nobody.getJob('x'))).toMatchObject({
      name: 'ProviderRefused',
      kind: 'connection',
      retryable: true,
    });
  });
});
