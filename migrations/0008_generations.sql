-- Generations of the read models: one serves, and another can be built beside it from the journal and take its place in one transaction.
create table log.generations (
  generation int primary key,
  status text not null check (status in ('building', 'live', 'retired', 'failed')),
  actor text not null,
  reason text,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  -- Of the building: which stream was the last that was folded, whether all are, and how many events and rows that came to.
  last_tenant text not null default '',
  last_stream text not null default '',
  folded boolean not null default false,
  events bigint not null default 0,
  total bigint not null default 0,
  rows bigint not null default 0
);
create unique index one_generation_is on log.generations (status) where status in ('building', 'live');
insert into log.generations (generation, status, actor) values (1, 'live', 'migration');

-- How far the building has come in each partition.
create table log.generation_positions (
  generation int not null references log.generations on delete cascade,
  partition int not null,
  next_offset bigint not null,
  primary key (generation, partition)
);

grant select, update on log.generations to ftm_projector;
grant select, insert, update on log.generation_positions to ftm_projector;
grant select on log.generations to ftm_api;

create function log.live_schema() returns text language sql stable as $$ select 'rm_v' || generation from log.generations where status = 'live' $$;

-- The projector may make, swap and drop generations, and no other table: these functions do it with their owner's rights.
create function log.begin_generation(by_actor text) returns int language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  n int;
  live text := log.live_schema();
  t record;
begin
  select max(generation) + 1 into n from log.generations;
  insert into log.generations (generation, status, actor) values (n, 'building', by_actor);
  execute format('create schema rm_v%s', n);
  execute format('grant usage on schema rm_v%s to ftm_projector', n);
  for t in select tablename from pg_tables where schemaname = live loop
    execute format('create table rm_v%s.%I (like %I.%I including all)', n, t.tablename, live, t.tablename);
    execute format('grant select, insert, update on rm_v%s.%I to ftm_projector', n, t.tablename);
  end loop;
  return n;
end
$$;

-- Row-level security comes with the swap: COPY does not go into a table that has it, and until then nobody else can reach the schema.
create function log.swap_generation(n int) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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
    execute format('alter table rm_v%s.%I enable row level security', n, t.tablename);
    execute format('alter table rm_v%s.%I force row level security', n, t.tablename);
    execute format('create policy tenant_reads on rm_v%s.%I for select to ftm_api using (tenant_id = log.this_tenant())', n, t.tablename);
    execute format('create policy projector_reads on rm_v%s.%I for select to ftm_projector using (true)', n, t.tablename);
    execute format('create policy projector_writes on rm_v%s.%I for insert to ftm_projector with check (true)', n, t.tablename);
    execute format('create policy projector_changes on rm_v%s.%I for update to ftm_projector using (true) with check (true)', n, t.tablename);
    execute format('grant select on rm_v%s.%I to ftm_api', n, t.tablename);
    execute format('create or replace view ftm.%I with (security_invoker = true) as select * from rm_v%s.%I', t.tablename, n, t.tablename);
  end loop;
end
$$;

create function log.drop_generation(n int) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from log.generations where generation = n and status = 'live') then
    raise exception 'generation % is live', n;
  end if;
  -- The row first: whoever builds it holds that, and then the tables.
  delete from log.generations where generation = n;
  execute format('drop schema if exists rm_v%s cascade', n);
end
$$;

revoke execute on function log.begin_generation, log.swap_generation, log.drop_generation from public;
grant execute on function log.begin_generation, log.swap_generation, log.drop_generation to ftm_projector;
