import { tenantId } from '@ftm/contracts/ids';
import { OrchestratorRefused } from '@ftm/orchestrator/client';
import { toProblem } from './http/problem.ts';
import { readRoutes } from './resource-routes.ts';
import type { Services } from './service.ts';
import { serveRoutes } from './testing/route-server.ts';

describe('lists', () => {
  const asked: unknown[] = [];
  const services = {
    reads: {
      list: async (_principal: unknown, _aggregate: unknown, { filters }: { filters: unknown }) => {
        asked.push(filters);
        return { data: [], next_cursor: null };
      },
    },
  } as unknown as Services;
  let server: Awaited<ReturnType<typeof serveRoutes>>;
  beforeAll(async () => {
    server = await serveRoutes(
      readRoutes(services, 'model-version', '/v1/things', 'things', ['rebuild_of', 'provider_model_id']),
      tenantId('acme'),
      () => ({ roles: ['viewer'], projects: ['*'] }),
    );
  });
  afterAll(() => server.close());
  const get = (query: string): Promise<Response> =>
    fetch(`${server.url}/v1/things?${query}`, { headers: { authorization: 'Bearer x' } });

  it('refuse a filter that is no id where one is asked for, before anything is read', async () => {
    const answer = await get('rebuild_of=000');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ path: 'rebuild_of' }] });
    expect(asked).toEqual([]);
    expect((await get('provider_model_id=ft:x:y')).status).toBe(200);
    expect((await get('rebuild_of=2b42cb58-8379-4fea-8ae4-20cd7d734939')).status).toBe(200);
    expect(asked).toHaveLength(2);
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
