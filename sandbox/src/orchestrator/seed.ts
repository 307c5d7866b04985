/** What the simulator knows when it starts: fixed, so that the demo, the tests and the README can name it. */
export interface SeedKey {
  readonly apiKey: string;
  readonly subject: string;
  readonly tenantId: string;
  readonly projects: readonly string[];
  readonly roles: readonly string[];
}

export const ACME_PROJECT = '11111111-1111-4111-8111-111111111111';
export const GLOBEX_PROJECT = '22222222-2222-4222-8222-222222222222';
export const BANK_HELPER = 'aaaaaaaa-0000-4000-8000-000000000001';
export const BANK_HELPER_DRIFTED = 'aaaaaaaa-0000-4000-8000-000000000002';
export const GLOBEX_HELPER = 'bbbbbbbb-0000-4000-8000-000000000001';

const key = (tenantId: string, who: string, subject: string, roles: readonly string[]): SeedKey => ({
  apiKey: `ftm-demo-${tenantId}-${who}`,
  subject,
  tenantId,
  projects: ['*'],
  roles,
});

export const SEED_KEYS: readonly SeedKey[] = [
  key('acme', 'engineer', 'user:ada', ['engineer', 'approver']),
  key('acme', 'approver', 'user:grace', ['approver']),
  key('acme', 'admin', 'user:alan', ['admin', 'approver']),
  key('acme', 'viewer', 'user:vera', ['viewer']),
  key('acme', 'auditor', 'user:otto', ['auditor']),
  key('globex', 'engineer', 'user:gil', ['engineer']),
  key('globex', 'approver', 'user:gwen', ['approver']),
  key('globex', 'auditor', 'user:gus', ['auditor']),
];
