import { randomUUID } from 'node:crypto';
import { ENDPOINTS, type EndpointKey } from '@ftm/api/endpoints';
import { BODIES } from '@ftm/api/examples/bodies';
import { PROJECT } from '@ftm/api/examples/story';
import { createCommander } from '@ftm/commands/commander';
import { parseStreamId, tenantId, type StreamId } from '@ftm/contracts/ids';
import { storedLog } from '@ftm/contracts/testing/stored-log';
import { createMemoryEventLog } from '@ftm/event-log/memory-event-log';
import { allRoutes } from './routes.ts';
import type { Services } from './services.ts';
import { appendingTo, serveRoutes } from './testing/route-server.ts';

/**
 * What a key of one project is told of the others, and of the tenant, and what it can do there: every endpoint that there is, over a log that has an event of each type. The bearer token is the
 * key's projects.
 */
type Get = Extract<EndpointKey, `GET ${string}`>;
/** Why nothing leaks, of each. `list`: the statement asks for the key's projects only, as the specs of the reads say. */
const SCOPE: Readonly<Record<Get, 'tenant' | 'project' | 'one' | 'list' | 'hashes'>> = {
  'GET /v1/audit/events': 'tenant',
  'GET /v1/pricing': 'tenant',
  'GET /v1/tenant/erasure': 'tenant',
  'GET /v1/audit/checkpoints': 'hashes',
  'GET /v1/audit/keys': 'hashes',
  'GET /v1/audit/proofs': 'hashes',
  'GET /v1/projects/{project_id}/budget': 'project',
  'GET /v1/datasets/uploads/{id}': 'project',
  'GET /v1/audit/streams/{aggregate}/{id}': 'one',
  'GET /v1/datasets/{id}': 'one',
  'GET /v1/datasets/{id}/erasure': 'one',
  'GET /v1/datasets/{id}/lineage': 'one',
  'GET /v1/datasets/{id}/rejections': 'one',
  'GET /v1/datasets/{id}/report': 'one',
  'GET /v1/eval-suites/{id}': 'one',
  'GET /v1/eval-runs/{id}': 'one',
  'GET /v1/eval-runs/{id}/cases': 'one',
  'GET /v1/eval-runs/compare': 'one',
  'GET /v1/ft-jobs/{id}': 'one',
  'GET /v1/ft-jobs/{id}/checkpoints': 'one',
  'GET /v1/ft-jobs/{id}/curve': 'one',
  'GET /v1/ft-jobs/{id}/events': 'one',
  'GET /v1/ft-jobs/{id}/report': 'one',
  'GET /v1/model-versions/{id}': 'one',
  'GET /v1/model-versions/{id}/evidence': 'one',
  'GET /v1/model-versions/{id}/lineage': 'one',
  'GET /v1/promotions/{id}': 'one',
  'GET /v1/production-pointers/{id}': 'one',
  'GET /v1/monitoring/re-evals/{id}': 'one',
  'GET /v1/budgets/{id}': 'one',
  'GET /v1/budget-months/{id}': 'one',
  'GET /v1/datasets': 'list',
  'GET /v1/eval-suites': 'list',
  'GET /v1/eval-runs': 'list',
  'GET /v1/ft-jobs': 'list',
  'GET /v1/model-versions': 'list',
  'GET /v1/promotions': 'list',
  'GET /v1/production-pointers': 'list',
  'GET /v1/monitoring/re-evals': 'list',
  'GET /v1/budgets': 'list',
  'GET /v1/budget-months': 'list',
  'GET /v1/costs': 'list',
  'GET /v1/costs/entries': 'list',
};
const AGGREGATE_OF: readonly (readonly [path: string, aggregate: string])[] = [
  ['/v1/datasets', 'dataset'],
  ['/v1/eval-suites', 'eval-suite'],
  ['/v1/eval-runs', 'eval-run'],
  ['/v1/ft-jobs', 'fine-tune'],
  ['/v1/model-versions', 'model-version'],
  ['/v1/promotions', 'promotion'],
  ['/v1/production-pointers', 'production-pointer'],
  ['/v1/monitoring/re-evals', 're-eval'],
  ['/v1/budgets', 'budget'],
  ['/v1/budget-months', 'budget-month'],
];

const TENANT = tenantId('acme');
const log = createMemoryEventLog();
const streams = new Set<StreamId>();
let server: Awaited<ReturnType<typeof serveRoutes>>;

beforeAll(async () => {
  const append = appendingTo(log, TENANT);
  for (const { envelope, event } of storedLog())
    if (envelope.tenantId === TENANT) {
      streams.add(envelope.stream);
      await append(envelope.stream, event);
    }
  const commander = createCommander(log, null);
  const services = {
    commander,
    limits: {},
    reads: {
      stream: (_principal: unknown, stream: StreamId) => commander.readStream(TENANT, stream),
      one: () => Promise.reject(new Error('the projection was asked')),
      list: () => Promise.reject(new Error('a list was asked')),
    },
  } as unknown as Services;
  server = await serveRoutes(allRoutes(services), TENANT, (bearer) => ({
    roles: ['viewer', 'auditor', 'engineer', 'approver', 'admin'],
    projects: bearer.split(','),
  }));
});
afterAll(() => server.close());

const ask = (path: string, projects: string): Promise<Response> =>
  fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${projects}` } });
const of = (scope: (typeof SCOPE)[Get]): string[] =>
  (Object.keys(SCOPE) as Get[]).filter((key) => SCOPE[key] === scope).map((key) => key.slice('GET '.length));
type Write = Exclude<EndpointKey, Get>;
const bodyOf = (key: Write): unknown => {
  const { body } = ENDPOINTS[key];
  return body === null ? undefined : BODIES.find(({ schema }) => schema === body)?.value;
};
const write = (key: Write, path: string, projects: string, body = bodyOf(key)): Promise<Response> =>
  fetch(`${server.url}${path}`, {
    method: key.slice(0, key.indexOf(' ')),
    headers: {
      authorization: `Bearer ${projects}`,
      'content-type': key === 'POST /v1/datasets/uploads' ? 'application/jsonl' : 'application/json',
      'idempotency-key': randomUUID(),
      'if-match': '*',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
/** Paths to ask, with what is right: what a body or a path names as another's is refused, what is another's is not there. */
function asksOf(key: Write): readonly (readonly [path: string, status: number])[] {
  const path = key.slice(key.indexOf(' ') + 1);
  if (!path.includes('{id}'))
    return [
      [path === '/v1/datasets/uploads' ? `${path}?project_id=p1` : path.replace('{project_id}', 'p1'), 403],
    ];
  const ids = streamsOf(AGGREGATE_OF.find(([start]) => path.startsWith(`${start}/`))?.[1] ?? '');
  expect(ids.length).toBeGreaterThan(0);
  return ids.map((id) => [path.replace('{id}', id), 404]);
}
const streamsOf = (aggregate: string): string[] =>
  [...streams]
    .filter((stream) => stream.startsWith(`${aggregate}/`))
    .map((stream) => parseStreamId(stream).id);

describe('a key of one project', () => {
  it('is thought of in every GET that there is', () => {
    expect(Object.keys(SCOPE).sort()).toEqual(
      Object.keys(ENDPOINTS)
        .filter((key) => key.startsWith('GET '))
        .sort(),
    );
  });

  it.each(of('tenant'))('is refused what is of the tenant: %s', async (path) => {
    const answer = await ask(path, 'elsewhere');
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'PROJECT_OUT_OF_SCOPE' });
  });

  it('is refused what is of another project by its name', async () => {
    expect((await ask('/v1/projects/p1/budget', 'elsewhere')).status).toBe(403);
    const upload = '/v1/datasets/uploads/2b42cb58-8379-4fea-8ae4-20cd7d734939?project_id=p1';
    expect((await ask(upload, 'elsewhere')).status).toBe(403);
  });

  it.each(of('one').filter((path) => path.endsWith('}') || path.includes('{id}/')))(
    'does not find what is of another project: %s',
    async (path) => {
      const asked =
        path === '/v1/audit/streams/{aggregate}/{id}'
          ? [...streams].map((stream) => `/v1/audit/streams/${stream}`)
          : streamsOf(AGGREGATE_OF.find(([start]) => path.startsWith(`${start}/`))?.[1] ?? '').map((id) =>
              path.replace('{id}', id),
            );
      expect(asked.length).toBeGreaterThan(0);
      for (const each of asked) expect([each, (await ask(each, 'elsewhere')).status]).toEqual([each, 404]);
    },
  );

  it('does not compare what is of another project', async () => {
    const [run = ''] = streamsOf('eval-run');
    const path = `/v1/eval-runs/compare?candidate=${run}&baseline=${run}`;
    expect((await ask(path, 'elsewhere')).status).toBe(404);
  });

  it.each(Object.keys(ENDPOINTS).filter((key): key is Write => !key.startsWith('GET ')))(
    'changes nothing elsewhere: %s',
    async (key) => {
      for (const [path, refused] of asksOf(key)) {
        const answer = await write(key, path, 'elsewhere');
        expect([path, answer.status, await answer.json()]).toEqual([
          path,
          refused,
          expect.objectContaining({ code: refused === 404 ? 'NOT_FOUND' : 'PROJECT_OUT_OF_SCOPE' }),
        ]);
      }
    },
  );

  it('does not decide what is live for everybody', async () => {
    const body = { ...(bodyOf('POST /v1/promotions') as object), target: { type: 'global', value: '*' } };
    const answer = await write('POST /v1/promotions', '/v1/promotions', PROJECT, body);
    expect([answer.status, await answer.json()]).toEqual([
      403,
      expect.objectContaining({ code: 'PROJECT_OUT_OF_SCOPE' }),
    ]);
  });

  it('sees its own: a key of all projects finds every stream', async () => {
    for (const stream of streams)
      expect([stream, (await ask(`/v1/audit/streams/${stream}`, '*')).status]).toEqual([stream, 200]);
  });
});
