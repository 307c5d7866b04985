import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { derivedUuid } from '@ftm/contracts/ids';
import { AnswerMismatch, endpointOf } from './answers.ts';
import { createFtmClient } from './client.ts';
import { FtmRefused, FtmUnreachable } from './refused.ts';
import { sampleState } from './testing/samples.ts';
import { render } from './views/render.ts';

const ID = derivedUuid('client');
const dataset = render('dataset', 'acme', ID, sampleState('dataset', ['DatasetRequested'], false));
const notFound = {
  type: '/docs/errors/NOT_FOUND',
  title: 'Not found',
  status: 404,
  code: 'NOT_FOUND',
  detail: 'there is no such resource',
  request_id: 'r',
};

interface Said {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

let server: Server;
let asked: { request: IncomingMessage; body: string }[] = [];
let says: Said[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      asked.push({ request, body });
      const { status = 200, body: said, headers = {} } = says.shift() ?? { body: {} };
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof said === 'string' ? said : JSON.stringify(said));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

const client = (checkAnswers = true) =>
  createFtmClient({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey: 'k',
    retries: 2,
    checkAnswers,
  });
const saying = (...answers: Said[]): void => {
  asked = [];
  says = answers;
};

describe('the client', () => {
  it('sends path, query, body and headers, and gives the typed answer', async () => {
    saying({
      status: 202,
      body: dataset,
      headers: { 'ftm-position': '3:7', etag: '"1"', location: `/v1/datasets/${ID}` },
    });
    const { body, position, etag, replayed } = await client().call('POST /v1/datasets', {
      body: { project_id: 'p', source: { kind: 'orchestrator_traces' } },
      idempotencyKey: 'key-1',
    });
    // The status is one of a dataset's: that this compiles is half of what is looked at.
    const status:
      'building' | 'pending_sanitization' | 'ready' | 'blocked' | 'failed' | 'erasing' | 'erased' =
      body.status;
    expect([status, body.name, position, etag, replayed]).toEqual([
      'building',
      dataset?.name,
      '3:7',
      '"1"',
      false,
    ]);
    const [{ request, body: sent } = { request: undefined, body: '' }] = asked;
    expect([request?.method, request?.url]).toEqual(['POST', '/v1/datasets']);
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer k',
      'idempotency-key': 'key-1',
      'content-type': 'application/json',
    });
    expect(JSON.parse(sent)).toEqual({ project_id: 'p', source: { kind: 'orchestrator_traces' } });
  });

  it('puts values into the path as they must be written there', async () => {
    saying({ status: 404, body: notFound });
    await client()
      .call('GET /v1/datasets/{id}/rejections', { params: { id: 'a/b' }, query: { limit: 5 } })
      .catch(() => undefined);
    expect(asked[0]?.request.url).toBe('/v1/datasets/a%2Fb/rejections?limit=5');
  });

  it('tries again when asked to, with the same key', async () => {
    saying(
      {
        status: 503,
        body: { ...notFound, status: 503, code: 'LOG_UNAVAILABLE' },
        headers: { 'retry-after': '0' },
      },
      { status: 202, body: dataset, headers: { 'idempotent-replayed': 'true' } },
    );
    const { replayed } = await client().call('POST /v1/datasets/{id}/rebuild', { params: { id: ID } });
    expect(replayed).toBe(true);
    const keys = asked.map(({ request }) => request.headers['idempotency-key']);
    expect(keys).toEqual([keys[0], keys[0]]);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('reads all pages of a list', async () => {
    const page = (data: unknown[], next: string | null): Said => ({
      body: { object: 'list', data, has_more: next !== null, next_cursor: next },
    });
    saying(page([dataset], '1.2b42cb58-8379-4fea-8ae4-20cd7d734939'), page([dataset], null));
    const names: string[] = [];
    for await (const each of client().all('GET /v1/datasets', { query: { status: 'building' } }))
      names.push(each.name);
    expect(names).toEqual([dataset?.name, dataset?.name]);
    expect(asked.map(({ request }) => request.url)).toEqual([
      '/v1/datasets?status=building',
      '/v1/datasets?status=building&cursor=1.2b42cb58-8379-4fea-8ae4-20cd7d734939',
    ]);
  });

  it('waits until a resource is what is wanted', async () => {
    saying({ body: dataset }, { body: dataset }, { body: { ...dataset, status: 'ready' } });
    const seen: string[] = [];
    const ready = await client().waitFor('GET /v1/datasets/{id}', ID, ({ status }) => status === 'ready', {
      onChange: ({ status }) => seen.push(status),
    });
    expect([ready.status, seen]).toEqual(['ready', ['building', 'ready']]);
  });

  it('throws what FTM refuses', async () => {
    saying({ status: 404, body: notFound });
    const error = await client()
      .call('GET /v1/datasets/{id}', { params: { id: ID } })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FtmRefused);
    expect((error as FtmRefused).problem.code).toBe('NOT_FOUND');
  });

  it('tells that it is not FTM that answers', async () => {
    saying({ body: '<html>' });
    await expect(client().call('GET /v1/datasets')).rejects.toBeInstanceOf(FtmUnreachable);
  });
});

describe('an answer that is not what its schema says', () => {
  it.each([
    ['lacks a field', { ...dataset, name: undefined }, 'name'],
    ['has a field more', { ...dataset, trainRows: 7 }, 'trainRows'],
    ['has a status that there is not', { ...dataset, status: 'done' }, 'status'],
  ])('%s', async (_name, body, field) => {
    saying({ body }, { body });
    const get = (check: boolean) => client(check).call('GET /v1/datasets/{id}', { params: { id: ID } });
    const error = await get(true).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AnswerMismatch);
    expect((error as Error).message).toContain('GET /v1/datasets/{id}');
    expect((error as Error).message).toContain(field);
    await expect(get(false)).resolves.toMatchObject({ status: 200 });
  });

  it('is found in refusals, too', async () => {
    saying({ status: 404, body: { ...notFound, code: 'NOT_BOUND' } });
    await expect(client().call('GET /v1/datasets')).rejects.toBeInstanceOf(AnswerMismatch);
  });
});

describe('what does not compile', () => {
  it('is a path that there is not, a body without a field, a parameter that is missing', () => {
    const { call } = client();
    const never = [
      // @ts-expect-error there is no such path
      () => call('GET /v1/data-sets'),
      // @ts-expect-error source is missing
      () => call('POST /v1/datasets', { body: { project_id: 'p' } }),
      // @ts-expect-error the id is missing
      () => call('GET /v1/datasets/{id}'),
      // @ts-expect-error no job has this status
      () => call('GET /v1/ft-jobs', { query: { status: 'ready' } }),
    ];
    expect(never).toHaveLength(4);
  });
});

describe('the endpoint of a path', () => {
  it.each([
    ['GET', '/v1/datasets', 'GET /v1/datasets'],
    ['get', `/v1/datasets/${ID}?x=1`, 'GET /v1/datasets/{id}'],
    ['GET', '/v1/eval-runs/compare', 'GET /v1/eval-runs/compare'],
    ['PUT', '/v1/projects/p/budget', 'PUT /v1/projects/{project_id}/budget'],
    ['DELETE', '/v1/datasets', undefined],
  ])('%s %s is %s', (method, path, key) => {
    expect(endpointOf(method, path)).toBe(key);
  });
});
