import { createAuthenticator } from './auth.ts';

const principal = (subject: string) => ({
  active: true as const,
  expiresAt: null,
  tenantId: 'acme',
  subject,
  roles: [],
  projects: [],
});

it.each(['service:runners', 'service:command-api'])(
  'a key whose owner is called %s opens nothing: events would name that process as who asked',
  async (subject) => {
    const authenticator = createAuthenticator({ login: async () => principal(subject) });
    await expect(authenticator.authenticate('Bearer key')).rejects.toMatchObject({ status: 401 });
  },
);

it('a service of somebody else’s has a key like anybody', async () => {
  const authenticator = createAuthenticator({ login: async () => principal('service:ci') });
  expect(await authenticator.authenticate('Bearer key')).toMatchObject({ subject: 'service:ci' });
});
