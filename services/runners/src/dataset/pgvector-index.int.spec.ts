import process from 'node:process';
import { describeVectorIndex } from '@ftm/dataset/dedup/testing/vector-index-contract';
import { createPool, type Pool } from '@ftm/postgres/pool';
import { createPgVectorIndex, hasPgVector } from './pgvector-index.ts';

/** A server with the extension, where the environment names one; else that of the tests, which usually has none. */
const url = process.env['FTM_TEST_PGVECTOR_URL'] ?? process.env['FTM_OWNER_DATABASE_URL'] ?? '';
const pool: Pool = createPool({ url, applicationName: 'pgvector-spec' });
const { rows } = await pool.query<{ there: boolean }>(
  "select exists (select from pg_available_extensions where name = 'vector') as there",
);
const isThere = rows[0]?.there === true;

afterAll(() => pool.end());

if (isThere) {
  await pool.query('create extension if not exists vector');
  describeVectorIndex('in Postgres', (dims) => createPgVectorIndex(pool, dims));
} else {
  it.skip('pgvector is not among the extensions of this server: FTM_TEST_PGVECTOR_URL names one that has it', () =>
    undefined);
}

it('is told whether it is there', async () => {
  expect(await hasPgVector(pool)).toBe(isThere);
});
