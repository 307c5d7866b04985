import type { Principal } from '@ftm/orchestrator/client';
import { born } from '@ftm/domain/facts';
import { defineAggregate, OF_TENANT, ofProject, type Scope } from '@ftm/domain/aggregate';
import { createAuthenticator, inScope } from './auth.ts';

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
    createAuthenticator({ login: async () => ({ ...principal(), subject }) }).authenticate('Bearer key');

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
