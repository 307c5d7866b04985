-- What happened to tenants themselves: their erasure. A row only for those of whom it was asked.
do $$
declare
  live text := log.live_schema();
begin
  execute format('create table %I.ftm_tenants (
    tenant_id text not null,
    id uuid not null,
    project_id text,
    status text not null,
    version int not null,
    last_seq bigint not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    state jsonb not null,
    primary key (tenant_id, id)
  )', live);
  execute format('create index ftm_tenants_newest on %I.ftm_tenants (tenant_id, created_at desc, id)', live);
  execute format('alter table %I.ftm_tenants enable row level security', live);
  execute format('alter table %I.ftm_tenants force row level security', live);
  execute format('create policy tenant_reads on %I.ftm_tenants for select to ftm_api using (tenant_id = log.this_tenant())', live);
  execute format('create policy projector_reads on %I.ftm_tenants for select to ftm_projector using (true)', live);
  execute format('create policy projector_writes on %I.ftm_tenants for insert to ftm_projector with check (true)', live);
  execute format('create policy projector_changes on %I.ftm_tenants for update to ftm_projector using (true) with check (true)', live);
  execute format('grant select, insert, update on %I.ftm_tenants to ftm_projector', live);
  execute format('grant select on %I.ftm_tenants to ftm_api', live);
  execute format('create view ftm.ftm_tenants with (security_invoker = true) as select * from %I.ftm_tenants', live);
  execute 'grant select on ftm.ftm_tenants to ftm_api';
end
$$;
