import { createPool, type Pool } from '@ftm/postgres/pool';
import { createTestDatabase, type TestDatabase } from '@ftm/postgres/testing/database';
import { columnsOf, viewOf } from './read-model.ts';
import { READ_MODELS } from './read-models.ts';

describe('the tables of the read models', () => {
  let database: TestDatabase;
  let owner: Pool;
  beforeAll(async () => {
    database = await createTestDatabase();
    owner = createPool({ url: database.ownerUrl, applicationName: 'test' });
  });
  afterAll(async () => {
    await owner.end();
    await database.drop();
  });

  it('are there, one for each, and no other', async () => {
    const { rows } = await owner.query<{ name: string }>(
      'select tablename as name from pg_tables where schemaname = log.live_schema() order by tablename collate "C"',
    );
    expect(rows.map(({ name }) => name)).toEqual(
      Object.values(READ_MODELS)
        .map(({ table }) => table)
        .sort(),
    );
  });

  it.each(Object.entries(READ_MODELS))(
    '%s has the columns of its read model, and no other',
    async (_name, model) => {
      const { rows } = await owner.query<{ name: string; type: string }>(
        `select attname as name, format_type(atttypid, null) as type from pg_attribute
       where attrelid = (log.live_schema() || '.' || $1)::regclass and attnum > 0 and not attisdropped`,
        [model.table],
      );
      const names: Readonly<Record<string, string>> = {
        int: 'integer',
        timestamptz: 'timestamp with time zone',
      };
      expect(Object.fromEntries(rows.map(({ name, type }) => [name, type]))).toEqual(
        Object.fromEntries(
          Object.entries({ ...columnsOf(model), state: 'jsonb' }).map(([name, type]) => [
            name,
            names[type] ?? type,
          ]),
        ),
      );
    },
  );

  it.each(Object.entries(READ_MODELS))('%s can be asked with each of its filters', async (_name, model) => {
    for (const [name, { kind, where }] of Object.entries(model.filters)) {
      const condition = (where ?? `${name} = ?`).replace('?', '$1');
      const value = kind === 'uuid' ? '0190a000-0000-7000-8000-000000000000' : 'a text';
      expect((await owner.query(`select 1 from ${viewOf(model)} where ${condition}`, [value])).rows).toEqual(
        [],
      );
    }
  });
});
