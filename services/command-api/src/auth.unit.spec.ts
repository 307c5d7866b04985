import type { Principal } from '@ftm/orchestrator/client';
import { defineAggregate, OF_TENANT, ofProject, type Scope } from '@ftm/domain/aggregate';
import { inScope } from './auth.ts';

const principal = (...projects: string[]): Principal => ({
  active: true,
  subject: 'user:ada',
  tenantId: 'acme',
  projects,
  roles: ['ml_engineer'],
  expiresAt: null,
});

describe('the scope of a key', () => {
  it('is its projects, and what is of the tenant as a whole', () => {
    expect(inScope(principal('p1'), ofProject('p1'))).toBe(true);
    expect(inScope(principal('p1'), ofProject('p2'))).toBe(false);
    expect(inScope(principal('*'), ofProject('p2'))).toBe(true);
    expect(inScope(principal('p1'), OF_TENANT)).toBe(true);
  });

  it('is not what is of nothing that is known, whatever the key covers', () => {
    for (const key of [principal('p1'), principal('*'), principal()]) {
      expect(inScope(key, null)).toBe(false);
      expect(inScope(key, {} as Scope)).toBe(false);
      expect(inScope(key, { of: 'team' } as unknown as Scope)).toBe(false);
    }
  });

  it('is what the aggregate says, wherever its state keeps the project', () => {
    const state = { status: 'there', owner: { team: 'p2' } } as const;
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
