import { ALL_KEYS, erasedAmong, isKeyErased, saveErasedKeys } from './erased-keys.ts';
import { createPool, withTransaction, type Pool } from './pool.ts';
import { createTestDatabase, type Role, type TestDatabase } from './testing/database.ts';

describe('erased keys', () => {
  let database: TestDatabase;
  const pools: Pool[] = [];
  const as = (role: Role): Pool => {
    const pool = createPool({ url: database.url(role), applicationName: role, onIdleError: () => undefined });
    pools.push(pool);
    return pool;
  };
  beforeAll(async () => {
    database = await createTestDatabase();
    const keys = [
      { tenantId: 'acme', dataKeyId: 'k1' },
      { tenantId: 'gone', dataKeyId: ALL_KEYS },
    ];
    const projector = as('ftm_projector');
    // The log is read again after a rebuild.
    for (let times = 0; times < 2; times += 1)
      await withTransaction(projector, (client) => saveErasedKeys(client, keys));
  });
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await database.drop();
  });

  it.each(['ftm_api', 'ftm_runner'] as const)('are known to %s, of their own tenant alone', async (role) => {
    const pool = as(role);
    expect(await isKeyErased(pool, 'acme', 'k1')).toBe(true);
    expect(await isKeyErased(pool, 'acme', 'k2')).toBe(false);
    expect(await isKeyErased(pool, 'globex', 'k1')).toBe(false);
    expect(await isKeyErased(pool, 'gone', 'any')).toBe(true);
  });

  it('are found among many', async () => {
    const asked = [
      { tenantId: 'acme', dataKeyId: 'k1' },
      { tenantId: 'acme', dataKeyId: 'k2' },
      { tenantId: 'gone', dataKeyId: 'k1' },
      { tenantId: 'globex', dataKeyId: 'k1' },
    ];
    expect(await erasedAmong(as('ftm_runner'), asked)).toEqual([asked[0], asked[2]]);
    expect(await erasedAmong(as('ftm_runner'), [])).toEqual([]);
  });

  it('are forgotten by nobody', async () => {
    for (const role of ['ftm_api', 'ftm_runner', 'ftm_projector'] as const)
      await expect(as(role).query('delete from log.erased_keys')).rejects.toThrow('permission denied');
  });
});
