-- Which registered models are not retired, and when it is looked next whether the provider shuts them down: a projection of the log. A job for each would be most of what a registration costs.
create table work.model_watches (
  tenant_id text not null,
  model_version_id text not null,
  project_id text not null,
  provider_model_id text not null,
  base_model text not null,
  -- Of the event that registered it.
  correlation text not null,
  causation text not null,
  look_at timestamptz not null default '-infinity',
  primary key (tenant_id, model_version_id)
);
create index model_watches_due on work.model_watches (look_at);
select log.protect('work.model_watches');
create policy runners on work.model_watches to ftm_runner using (true) with check (true);
grant select, insert, update, delete on work.model_watches to ftm_runner;

-- Those that have a job until now.
do $$
begin
  if to_regclass('graphile_worker._private_jobs') is null then
    return;
  end if;
  execute format('
    insert into work.model_watches
    select m.tenant_id, m.id::text, m.project_id, m.state #>> ''{registration,providerModelId}'', m.state #>> ''{registration,baseModel}'',
      j.payload ->> ''correlation'', j.payload ->> ''causation''
    from %I.ftm_model_versions m join graphile_worker._private_jobs j on j.key = ''end_of_life/'' || m.tenant_id || ''/'' || m.id', log.live_schema());
  delete from graphile_worker._private_jobs where key like 'end\_of\_life/%';
end
$$;
