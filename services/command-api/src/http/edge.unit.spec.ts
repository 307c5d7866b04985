import { connect } from 'node:net';
import { z } from 'zod';
import type { TenantId } from '@ftm/contracts/ids';
import { Problem } from './problem.ts';
import type { Route } from './route.ts';
import { serveRoutes } from '../testing/route-server.ts';

const route = (method: Route['method'], body: z.ZodType | null): Route => ({
  method,
  path: '/v1/things',
  summary: 'Things',
  tag: 'datasets',
  roles: ['viewer'],
  params: z.object({}),
  query: z.looseObject({}),
  body,
  answer: z.looseObject({}),
  success: 200,
  produces: 'application/json',
  alsoProduces: null,
  maxBodyBytes: 2 ** 20,
  streams: null,
  needsIfMatch: false,
  reads: 'projection',
  handle: async () => ({ status: 200, body: {} }),
});

describe('the edge of the API', () => {
  let server: Awaited<ReturnType<typeof serveRoutes>>;
  beforeAll(async () => {
    server = await serveRoutes(
      [route('get', null), route('post', z.array(z.string()))],
      'acme' as TenantId,
      (bearer) => {
        if (bearer === '')
          throw new Problem('UNAUTHENTICATED', 'no key', { headers: { 'www-authenticate': 'Bearer' } });
        return { roles: [bearer], projects: ['*'] };
      },
    );
  });
  afterAll(() => server.close());

  /** Head lines as they are, then chunks of 64 kB until the other side has had enough. */
  async function pour(head: readonly string[], most = 64): Promise<{ answer: string; chunks: number }> {
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1');
    let [answer, chunks, open] = ['', 0, true];
    socket.on('data', (data) => (answer += data.toString())).on('error', () => undefined);
    const closed = new Promise<void>((resolve) => {
      socket.once('close', () => {
        open = false;
        resolve();
      });
    });
    socket.write(`${head.join('\r\n')}\r\nHost: ftm\r\n\r\n`);
    while (open && !answer.includes('\r\n\r\n') && chunks < most) {
      socket.write(`10000\r\n${'x'.repeat(0x10000)}\r\n`);
      chunks += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
    return { answer, chunks };
  }
  const POST = [
    'POST /v1/things HTTP/1.1',
    'Idempotency-Key: k',
    'Content-Type: application/json',
    'Transfer-Encoding: chunked',
  ];

  it('answers who shows no key, or no role, before the body, and closes the connection', async () => {
    const other = [...POST, 'Authorization: Bearer auditor'];
    expect((await pour(POST, 0)).answer).toMatch(/^HTTP\/1\.1 401 [\s\S]*connection: close/i);
    expect((await pour(other, 0)).answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*connection: close/i);
    // What they send all the same is not read to its end.
    for (const head of [POST, other]) expect((await pour(head, 4096)).chunks).toBeLessThan(4096);
  });

  it('reads no chunked body beyond its limit', async () => {
    const { answer, chunks } = await pour([...POST, 'Authorization: Bearer viewer'], 4096);
    expect(answer).toMatch(/^HTTP\/1\.1 413 |^$/);
    expect(chunks).toBeLessThan(4096);
  });

  const get = (path: string) =>
    fetch(`${server.url}${path}`, { headers: { authorization: 'Bearer viewer' } });
  const post = (body: string, type = 'application/json') =>
    fetch(`${server.url}/v1/things`, {
      method: 'POST',
      headers: { authorization: 'Bearer viewer', 'idempotency-key': 'k', 'content-type': type },
      body,
    });

  it('refuses a NUL in a path or a query', async () => {
    for (const path of ['/v1/things?project_id=%00', '/v1/things?cursor=a%00b', '/v1/things/%00'])
      expect((await get(path)).status).toBe(400);
    expect((await get('/v1/things?project_id=p')).status).toBe(200);
  });

  it('tells the first hundred faults of a body, and no more', async () => {
    const answer = (await (await post(JSON.stringify(Array(5000).fill(1)))).json()) as { errors: unknown[] };
    expect(answer.errors).toHaveLength(100);
  });

  it.each(['application/json-patch+json', 'application/json; charset=latin1', 'text/plain', ''])(
    'takes no body of the type “%s”',
    async (type) => {
      expect((await post('[]', type)).status).toBe(415);
      expect((await post('[]')).status).toBe(200);
    },
  );

  it('refuses two Host headers', async () => {
    const two = [
      'GET /v1/things HTTP/1.1',
      'Host: other',
      'Authorization: Bearer viewer',
      'Connection: close',
    ];
    expect((await pour(two, 0)).answer).toMatch(/^HTTP\/1\.1 400 /);
    const one = two.filter((line) => !line.startsWith('Host'));
    expect((await pour(one, 0)).answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('says nosniff on every answer', async () => {
    for (const path of ['/v1/things', '/v1/nothing', '/v1/things?a=%00'])
      expect((await get(path)).headers.get('x-content-type-options')).toBe('nosniff');
  });
});
