import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createOpenAiProvider } from './openai-provider.ts';
import type { ProviderError } from './provider-errors.ts';
import { json, startHttpProvider, type HttpProvider } from './testing/http-provider.ts';
import type { TrainingProvider } from './training-provider.ts';

/** A provider that does harm: it sends us elsewhere, answers without end, or fills what it may with whatever it likes. */
const MIB = 2 ** 20;
let hostile: HttpProvider;
let provider: TrainingProvider;
beforeAll(async () => {
  hostile = await startHttpProvider();
  provider = waitingFor(LONG_MS);
});
afterAll(() => hostile.close());

/** A loaded machine reads slowly what has an end. */
const LONG_MS = 50_000;
const waitingFor = (timeoutMs: number): TrainingProvider =>
  createOpenAiProvider({ baseUrl: hostile.baseUrl, apiKey: 'secret-key', timeoutMs });

const failure = (work: Promise<unknown>): Promise<ProviderError> =>
  work.then(
    () => Promise.reject(new Error('nothing was thrown')),
    (error: unknown) => error as ProviderError,
  );

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    'by %i is not followed, by the paid request or any other',
    async (status) => {
      const other = createServer((_, response) => void response.end('{}')).listen(0, '127.0.0.1');
      await once(other, 'listening');
      let visits = 0;
      other.on('request', () => (visits += 1));
      const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/v1/fine_tuning/jobs`;
      hostile.answer = (_, response) => void response.writeHead(status, { location }).end();
      expect(await failure(provider.createJob({ model: 'm' }))).toMatchObject({
        name: 'ProviderUnknown',
        status,
      });
      expect(await failure(provider.getJob('j'))).toMatchObject({ name: 'ProviderUnknown', status });
      expect(await failure(provider.findFiles(['x']))).toMatchObject({ name: 'ProviderUnknown', status });
      expect(visits).toBe(0);
      other.close();
    },
  );
});

describe('an answer', () => {
  /** Sends spaces for as long as anybody reads. @returns bytes that went out */
  const endless = (status: number) => {
    const sent = { bytes: 0, closed: false };
    const chunk = Buffer.alloc(64 * 1024, ' ');
    hostile.answer = (_, response: ServerResponse) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.on('close', () => (sent.closed = true));
      const more = (): void => {
        while (!sent.closed && response.write(chunk)) sent.bytes += chunk.length;
        if (!sent.closed) response.once('drain', more);
      };
      more();
    };
    return sent;
  };

  it.each([
    [200, 'ProviderUnknown', 'malformed', 16],
    [400, 'ProviderRefused', 'bad_request', 1],
    [500, 'ProviderUnknown', 'server_error', 1],
  ])(
    'of status %i that has no end is %s, and not read beyond its limit',
    async (status, name, kind, most) => {
      const sent = endless(status);
      expect(await failure(provider.getJob('j'))).toMatchObject({ name, kind });
      // What is in buffers on the way counts as sent.
      expect(sent.bytes).toBeLessThan((most + 16) * MIB);
    },
  );
  it('that is small until it is unpacked is not unpacked beyond its limit', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * MIB, ' '));
    hostile.answer = (_, response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
        .end(bomb);
    expect(await failure(provider.getJob('j'))).toMatchObject({ name: 'ProviderUnknown', kind: 'malformed' });
  });
  it('that stops in the middle is not waited for', async () => {
    hostile.answer = (_, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).write('{"id":');
    const hasty = waitingFor(300);
    expect(await failure(hasty.getJob('j'))).toMatchObject({ name: 'ProviderUnknown', kind: 'timeout' });
  });
  it('that is a list without end is read to a limit', async () => {
    const message = 'x'.repeat(1_000_000);
    const event = (id: string) => ({
      object: 'fine_tuning.job.event',
      id,
      level: 'info',
      message,
      type: 'message',
    });
    let page = 0;
    hostile.answer = (request, response) => {
      page += 1;
      json({ object: 'list', data: [1, 2, 3].map((at) => event(`e-${page}-${at}`)), has_more: true })(
        request,
        response,
      );
    };
    expect((await provider.events('j')).length).toBeLessThan(40);
    expect(page).toBeLessThan(15);
  });
});

describe('texts of the provider', () => {
  const long = 'x'.repeat(15_000);
  it('have a maximum in what is refused', async () => {
    hostile.answer = json({ error: { message: long, code: long, param: long, type: long } }, 400, {
      'x-request-id': 'r'.repeat(10_000),
    });
    const error = await failure(provider.getJob('j'));
    expect(error).toMatchObject({
      name: 'ProviderRefused',
      code: 'unknown_code',
      param: 'unknown_code',
      requestId: null,
    });
    expect(error.said).toHaveLength(2000);
  });
  it('have a maximum in a job, and names are nothing but names', async () => {
    hostile.answer = json({
      object: 'fine_tuning.job',
      id: 'ftjob-1',
      status: `running\u001B[2J ${long}`,
      fine_tuned_model: 'ft:m <script>',
      error: { code: 'a b', message: long, param: long },
    });
    expect(await provider.getJob('ftjob-1')).toMatchObject({
      status: 'unknown_code',
      fineTunedModel: null,
      error: { code: 'unknown_code', message: 'x'.repeat(4000), param: 'unknown_code' },
    });
  });
  it('have a maximum in an event, and one that is no event is none', async () => {
    hostile.answer = json({
      object: 'list',
      data: [{ id: 'e1', level: 'error', message: long, type: 'message' }, null, 7],
      has_more: false,
    });
    const events = await provider.events('j');
    expect(events.map(({ message }) => message.length).toSorted((a, b) => a - b)).toEqual([0, 0, 4000]);
  });
});

it('an upload without an id is none', async () => {
  hostile.answer = json({ object: 'file' });
  async function* rows(): AsyncGenerator<Uint8Array, void> {
    yield Buffer.from('{}');
  }
  expect(await failure(provider.uploadFile('rows.jsonl', { bytes: 2, stream: rows() }))).toMatchObject({
    name: 'ProviderUnknown',
    kind: 'malformed',
  });
});

it('vectors that are not one for each text are none', async () => {
  for (const data of [[], [{ index: 0, embedding: ['x'] }], [{ index: 0, embedding: [1] }], 'x', null]) {
    hostile.answer = json({ object: 'list', data });
    expect(await failure(provider.embed('m', ['a', 'b']))).toMatchObject({ kind: 'malformed' });
  }
});
