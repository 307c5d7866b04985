-- Whose rows a role sees hangs on the role, never on a setting that a session can make. What makes a table of tenants safe is written once, for the tables of the log, of
-- runners and of read models alike.

-- The writers of the log serve all tenants of their partitions. Passwords are set by the migration program.
do $$
begin
  if not exists (select from pg_roles where rolname = 'ftm_writer') then
    create role ftm_writer login nosuperuser nocreatedb nocreaterole nobypassrls;
  end if;
end
$$;
grant usage on schema log to ftm_writer;
grant select on log.journal, log.checkpoints, log.chain_heads to ftm_writer;

alter policy tenant_reads on log.journal using (tenant_id = log.this_tenant());
alter policy tenant_reads on log.chain_heads using (tenant_id = log.this_tenant());
create policy writer_reads on log.journal for select to ftm_writer using (true);
create policy writer_reads on log.chain_heads for select to ftm_writer using (true);

-- From here on nobody sees a row of the table for whom no policy says so, its owner included.
create function log.protect(t regclass) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('alter table %s enable row level security', t);
  execute format('alter table %s force row level security', t);
end
$$;

select log.protect(t) from unnest(array[
  'log.void_records', 'log.dead_letter_actions', 'work.provider_jobs', 'work.provider_slots', 'work.dataset_jobs'
]::regclass[]) as t;
-- Those who work for all tenants; what they may do is in their grants.
create policy consumers on log.void_records to ftm_projector, ftm_runner using (true) with check (true);
create policy consumers on log.dead_letter_actions to ftm_projector, ftm_runner using (true) with check (true);
create policy runners on work.provider_jobs to ftm_runner using (true) with check (true);
create policy runners on work.provider_slots to ftm_runner using (true) with check (true);
create policy runners on work.dataset_jobs to ftm_runner using (true) with check (true);

-- What was published stays as it was: all that changes of a checkpoint is that the Orchestrator has it.
revoke update on log.audit_checkpoints from ftm_projector;
grant update (acknowledged_at) on log.audit_checkpoints to ftm_projector;

-- Gives a read model's table to its readers and its writer, and makes the view that readers use stand on it.
create function log.serve_read_model(in_schema text, name text) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  t regclass := format('%I.%I', in_schema, name)::regclass;
begin
  perform log.protect(t);
  execute format('create policy tenant_reads on %s for select to ftm_api using (tenant_id = log.this_tenant())', t);
  execute format('create policy projector_reads on %s for select to ftm_projector using (true)', t);
  execute format('create policy projector_writes on %s for insert to ftm_projector with check (true)', t);
  execute format('create policy projector_changes on %s for update to ftm_projector using (true) with check (true)', t);
  execute format('grant select on %s to ftm_api', t);
  execute format('grant select, insert, update on %s to ftm_projector', t);
  execute format('create or replace view ftm.%I with (security_invoker = true) as select * from %s', name, t);
  execute format('grant select on ftm.%I to ftm_api', name);
end
$$;

-- A new read model in the live generation. Columns beside those that all have: {"suite_id": "uuid", "model_ref": "text"}.
create function log.create_read_model(name text, columns jsonb default '{}') returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  live text := log.live_schema();
  more text;
begin
  if exists (select from log.generations where status = 'building') then
    raise exception 'a generation is being built, and would lack the table %: drop it, or wait until it is live', name;
  end if;
  select coalesce(string_agg(format('%I %s,', key, value::regtype), ' '), '') into more from jsonb_each_text(columns);
  execute format('create table %I.%I (
    tenant_id text not null,
    id uuid not null,
    project_id text,
    status text not null,
    version int not null,
    last_seq bigint not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    %s
    state jsonb not null,
    primary key (tenant_id, id)
  )', live, name, more);
  execute format('create index %I on %I.%I (tenant_id, created_at desc, id)', name || '_newest', live, name);
  perform log.serve_read_model(live, name);
end
$$;

-- Row-level security comes with the swap: COPY does not go into a table that has it, and until then nobody else can reach the schema.
create or replace function log.swap_generation(n int) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  t record;
begin
  update log.generations set status = 'retired', ended_at = now() where status = 'live';
  update log.generations set status = 'live', ended_at = now() where generation = n and status = 'building';
  if not found then
    raise exception 'generation % is not being built', n;
  end if;
  execute format('grant usage on schema rm_v%s to ftm_api', n);
  for t in select tablename from pg_tables where schemaname = 'rm_v' || n loop
    perform log.serve_read_model('rm_v' || n, t.tablename);
  end loop;
end
$$;

revoke execute on function log.protect, log.serve_read_model, log.create_read_model from public;
