-- One role per service, each with what it needs and nothing else. Passwords are set by the migration program, never here.
do $$
declare
  name text;
begin
  foreach name in array array['ftm_api', 'ftm_projector', 'ftm_runner'] loop
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I login nosuperuser nocreatedb nocreaterole nobypassrls', name);
    end if;
  end loop;
end
$$;

grant usage on schema log, rm_v1, ftm to ftm_api;
grant usage on schema log, rm_v1 to ftm_projector;
grant usage on schema log to ftm_runner;

grant select on all tables in schema ftm, rm_v1 to ftm_api;
grant select on log.journal, log.checkpoints, log.chain_heads to ftm_api;

grant select, insert on log.journal to ftm_projector;
grant select, insert, update on log.checkpoints, log.chain_heads to ftm_projector;
grant select, insert, delete on log.parked to ftm_projector;
grant select, insert on log.void_records to ftm_projector;
grant select, insert, update on all tables in schema rm_v1 to ftm_projector;

grant select on log.journal to ftm_runner;
grant select, insert, update on log.checkpoints, log.chain_heads to ftm_runner;
grant select, insert, delete on log.parked to ftm_runner;
grant select, insert on log.void_records to ftm_runner;

-- A reader sees its own tenant's rows, and none before it has said which tenant that is. The writer of the log serves all tenants of its partitions, and asks for
-- the journal as a whole with a setting of its own.
create function log.this_tenant() returns text language sql stable as $$ select nullif(current_setting('ftm.tenant_id', true), '') $$;

create policy tenant_reads on log.journal for select to ftm_api using (tenant_id = log.this_tenant() or current_setting('ftm.role', true) = 'writer');
create policy projector_reads on log.journal for select to ftm_projector, ftm_runner using (true);
create policy projector_writes on log.journal for insert to ftm_projector with check (true);

do $$
declare
  t record;
begin
  for t in select tablename from pg_tables where schemaname = 'rm_v1' loop
    execute format('create policy tenant_reads on rm_v1.%I for select to ftm_api using (tenant_id = log.this_tenant())', t.tablename);
    execute format('create policy projector_reads on rm_v1.%I for select to ftm_projector using (true)', t.tablename);
    execute format('create policy projector_writes on rm_v1.%I for insert to ftm_projector with check (true)', t.tablename);
    execute format('create policy projector_changes on rm_v1.%I for update to ftm_projector using (true) with check (true)', t.tablename);
  end loop;
end
$$;
