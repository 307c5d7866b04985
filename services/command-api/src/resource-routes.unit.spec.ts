import { tenantId } from '@ftm/contracts/ids';
import { OrchestratorRefused } from '@ftm/orchestrator/client';
import { wholeList } from './http/page.ts';
import { CommandInFlight } from '@ftm/event-log/event-log';
import { ObjectCorrupt, ObjectKeyErased, ObjectStoreUnavailable } from '@ftm/object-store/object-store';
import { toProblem } from './http/problem.ts';
import { readRoutes } from './resource-routes.ts';
import type { Services } from './services.ts';
import { serveRoutes } from './testing/route-server.ts';

describe('lists', () => {
  const asked: unknown[] = [];
  const services = {
    reads: {
      list: async (_principal: unknown, _aggregate: unknown, query: unknown) => {
        asked.push(query);
        return wholeList([]);
      },
    },
  } as unknown as Services;
  let server: Awaited<ReturnType<typeof serveRoutes>>;
  beforeAll(async () => {
    server = await serveRoutes(
      [
        ...readRoutes(services, 'model-version', '/v1/model-versions', 'model versions'),
        ...readRoutes(services, 'dataset', '/v1/datasets', 'datasets'),
      ],
      tenantId('acme'),
      () => ({ roles: ['viewer'], projects: ['*'] }),
    );
  });
  afterAll(() => server.close());
  const get = (path: string): Promise<Response> =>
    fetch(`${server.url}/v1/${path}`, { headers: { authorization: 'Bearer x' } });

  it.each([
    ['datasets?rebuild_of=000', 'rebuild_of'],
    ['datasets?status=foo', 'status'],
    ['datasets?status=completed', 'status'],
    ['datasets?sort=up', 'sort'],
    ['datasets?created_after=yesterday', 'created_after'],
    ['datasets?created_after=2026-02-30T00:00:00Z', 'created_after'],
    ['datasets?project_id=a%00b', 'project_id'],
    ['datasets?limit=201', 'limit'],
    ['datasets?cursor=3', 'cursor'],
    ['model-versions?provider_model_id=a%00b', 'provider_model_id'],
    ['model-versions?provider_model_id=ada%40example.org', 'provider_model_id'],
  ])('refuse %s by name, before anything is read', async (path, field) => {
    const answer = await get(path);
    expect(answer.status).toBe(400);
    const { errors } = (await answer.json()) as { errors: { path: string }[] };
    expect(new Set(errors.map(({ path: named }) => named))).toEqual(new Set([field]));
    expect(asked).toEqual([]);
  });

  it('refuse a filter that they do not have', async () => {
    expect((await get('datasets?ft_job_id=2b42cb58-8379-4fea-8ae4-20cd7d734939')).status).toBe(400);
    expect(asked).toEqual([]);
  });

  it('take their filters', async () => {
    expect((await get('model-versions?provider_model_id=ft:x:y')).status).toBe(200);
    expect((await get('datasets?rebuild_of=2b42cb58-8379-4fea-8ae4-20cd7d734939&status=ready')).status).toBe(
      200,
    );
    expect(asked).toEqual([
      { limit: 50, sort: 'desc', provider_model_id: 'ft:x:y' },
      { limit: 50, sort: 'desc', rebuild_of: '2b42cb58-8379-4fea-8ae4-20cd7d734939', status: 'ready' },
    ]);
  });
});

describe('what the Orchestrator refuses', () => {
  it.each([
    [400, 422],
    [413, 422],
    [401, undefined],
    [403, undefined],
  ])('%s is %s for the caller', (status, expected) => {
    const refused = new OrchestratorRefused(status, {
      code: 'INVALID',
      message: 'profile: not one of these',
    });
    expect(toProblem(refused)?.status).toBe(expected);
  });
});

it('a command that is being worked on is a conflict to come back to, whoever met it', () => {
  expect(toProblem(new CommandInFlight())).toMatchObject({
    status: 409,
    code: 'COMMAND_IN_FLIGHT',
    options: { retryAfterMs: 1000 },
  });
});

it.each<[error: Error, status: number, code: string]>([
  [new ObjectKeyErased('k'), 410, 'ERASED'],
  [new ObjectCorrupt('s3://b/o', 'changed'), 503, 'OBJECT_DAMAGED'],
  [new ObjectStoreUnavailable('away'), 503, 'OBJECT_STORE_UNAVAILABLE'],
])('bytes that cannot be read are never an internal error: %s', (error, status, code) => {
  expect(toProblem(error)).toMatchObject({ status, code });
});
