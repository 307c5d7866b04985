import { createOrchestratorClient } from './client.ts';

const PRINCIPAL = {
  active: true,
  subject: 'user:ada',
  tenant_id: 'acme',
  projects: ['*'],
  roles: ['viewer'],
  expires_at: null,
};

/** An Orchestrator that answers `login` with what `answers` has for the key. */
const clientOf = (answers: (key: string) => Response) =>
  createOrchestratorClient({
    baseUrl: 'http://orchestrator.invalid',
    serviceKey: 'k',
    fetch: async (_url, init) =>
      answers((JSON.parse(init?.body as string) as { readonly api_key: string }).api_key),
  });

describe('the circuit of the login', () => {
  it('does not count what is said about one key: however often that cannot be read, others come in', async () => {
    const client = clientOf((key) =>
      Response.json(key === 'odd' ? { active: true, tenant_id: 7 } : PRINCIPAL),
    );
    for (let turn = 0; turn < 50; turn += 1)
      await expect(client.login('odd')).rejects.toMatchObject({ reason: 'garbage' });
    expect(await client.login('good')).toMatchObject({ subject: 'user:ada' });
    client.close();
  });

  it('opens where nothing is said of anybody', async () => {
    const client = clientOf(() => new Response(null, { status: 500 }));
    const reasons = new Set<unknown>();
    for (let turn = 0; turn < 20; turn += 1)
      await client.login('good').catch((error: unknown) => reasons.add((error as { reason: string }).reason));
    expect(reasons).toEqual(new Set(['server_error', 'circuit_open']));
    client.close();
  });
});
