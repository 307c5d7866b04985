import type { Principal } from '@ftm/orchestrator/client';
import { born } from '@ftm/domain/facts';
import { defineAggregate, OF_TENANT, ofProject, type Scope } from '@ftm/domain/aggregate';
import { createAuthenticator, inScope } from './auth.ts';
import { createUnknownKeys } from './unknown-keys.ts';

const principal = (...projects: string[]): Principal => ({
  active: true,
  subject: 'user:ada',
  tenantId: 'acme',
  projects,
  roles: ['ml_engineer'],
  expiresAt: null,
});

describe('the scope of a key', () => {
  it('is its projects; what is of the tenant as a whole only for a key of all of them', () => {
    expect(inScope(principal('p1'), ofProject('p1'))).toBe(true);
    expect(inScope(principal('p1'), ofProject('p2'))).toBe(false);
    expect(inScope(principal('*'), ofProject('p2'))).toBe(true);
    expect(inScope(principal('p1', 'p2'), OF_TENANT)).toBe(false);
    expect(inScope(principal('*'), OF_TENANT)).toBe(true);
  });

  it('is not what is of nothing that is known, whatever the key covers', () => {
    for (const key of [principal('p1'), principal('*'), principal()]) {
      expect(inScope(key, null)).toBe(false);
      expect(inScope(key, {} as Scope)).toBe(false);
      expect(inScope(key, { of: 'team' } as unknown as Scope)).toBe(false);
    }
  });

  it('is what the aggregate says, wherever its state keeps the project', () => {
    const meta = { time: '2026-12-01T00:00:00.000Z', actor: 'user:ada', version: 1, seq: 1 };
    const state = { status: 'there', owner: { team: 'p2' }, ...born(meta) } as const;
    const elsewhere = defineAggregate<'dataset', typeof state, never>({
      name: 'dataset',
      commands: {},
      initial: state,
      evolve: (before) => before,
      handle: (command) => command,
      projectOf: ({ owner }) => ofProject(owner.team),
    });
    expect(inScope(principal('p1'), elsewhere.projectOf(state))).toBe(false);
    expect(inScope(principal('p2'), elsewhere.projectOf(state))).toBe(true);
  });
});

describe('a key', () => {
  const called = (subject: string) =>
    createAuthenticator({ login: async () => ({ ...principal(), subject }) }).authenticate(
      'Bearer key',
      '192.0.2.1',
    );

  it.each(['service:runners', 'service:command-api'])(
    'whose owner is called %s opens nothing: events would name that process as who asked',
    async (subject) => {
      await expect(called(subject)).rejects.toMatchObject({ status: 401 });
    },
  );

  it('of somebody else’s service is one like any other', async () => {
    expect(await called('service:ci')).toMatchObject({ subject: 'service:ci' });
  });
});

describe('keys that are not known', () => {
  const good = { ...principal('p1'), roles: ['viewer'] };
  function counting() {
    const asked: string[] = [];
    const login = async (key: string) => {
      asked.push(key);
      return key.startsWith('good') ? good : null;
    };
    return { asked, authenticator: createAuthenticator({ login }) };
  }

  it('are asked about once, however often they come: at the same time, and again', async () => {
    const { asked, authenticator } = counting();
    const once = () =>
      authenticator.authenticate('Bearer none', '192.0.2.1').catch((error: unknown) => error);
    for (const answer of [...(await Promise.all([once(), once(), once()])), await once()])
      expect(answer).toMatchObject({ status: 401 });
    expect(asked).toEqual(['none']);
  });

  it('empty the bucket of their address, and of no other; a key that was good there stays good', async () => {
    const { asked, authenticator } = counting();
    await authenticator.authenticate('Bearer good', '192.0.2.1');
    const statuses = new Set<unknown>();
    for (let each = 0; each < 1000; each += 1)
      await authenticator
        .authenticate(`Bearer none-${each}`, '192.0.2.1')
        .catch((error: unknown) => statuses.add((error as { status: number }).status));
    expect(statuses).toEqual(new Set([401, 429]));
    expect(asked.length).toBeLessThan(1000);
    expect(await authenticator.authenticate('Bearer good', '192.0.2.1')).toEqual(good);
    expect(await authenticator.authenticate('Bearer good-2', '192.0.2.2')).toEqual(good);
  });
});

describe('the bucket of an address', () => {
  it('fills again, is one for a network of IPv6, and is not touched by keys that are good', () => {
    let now = 0;
    const keys = createUnknownKeys(() => now);
    for (let each = 0; each < 100; each += 1) expect(keys.take(`2001:db8:1:2::${each}`)).toBe(true);
    expect(keys.take('2001:db8:1:2::ffff')).toBe(false);
    expect(keys.take('2001:db8:1:3::1')).toBe(true);
    // Where the zeros that are left out belong to the network.
    for (let each = 0; each < 100; each += 1) expect(keys.take(`2001:db8::${each}`)).toBe(true);
    expect(keys.take('2001:db8:0:0:1::')).toBe(false);
    keys.giveBack('2001:db8:1:2::1');
    expect(keys.take('2001:db8:1:2::1')).toBe(true);
    expect(keys.take('2001:db8:1:2::1')).toBe(false);
    now = 1000;
    expect(keys.take('2001:db8:1:2::1')).toBe(true);
  });
});
