import { Logger, runMigrations } from 'graphile-worker';

const quiet = new Logger(() => () => undefined);

/** graphile-worker turns row-level security on without a policy, so that only the owner may use its tables; the runners' role gets one. */
const GRANTS = `
grant usage on schema graphile_worker to ftm_runner;
grant select, insert, update, delete on all tables in schema graphile_worker to ftm_runner;
grant usage on all sequences in schema graphile_worker to ftm_runner;
grant execute on all functions in schema graphile_worker to ftm_runner;
do $$
declare
  t record;
begin
  for t in select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'graphile_worker' and c.relrowsecurity loop
    if not exists (select from pg_policies where schemaname = 'graphile_worker' and tablename = t.relname and policyname = 'ftm_runner') then
      execute format('create policy ftm_runner on graphile_worker.%I to ftm_runner using (true) with check (true)', t.relname);
    end if;
  end loop;
end
$$;
`;

/** The job queue's schema, by its own migrations, and leave for the runners' role to use it. Safe to run again. */
export async function installQueue(ownerUrl: string, run: (sql: string) => Promise<unknown>): Promise<void> {
  await runMigrations({ connectionString: ownerUrl, logger: quiet });
  await run(GRANTS);
}
