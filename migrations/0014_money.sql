-- The price book of each tenant, the budget of each project and its months; what the state of the fine-tune jobs that are there already does not say; and costs by month.
do $$
declare
  live text := log.live_schema();
  t text;
begin
  foreach t in array array['ftm_price_books', 'ftm_budgets', 'ftm_budget_months'] loop
    execute format('create table %I.%I (
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
    )', live, t);
    execute format('create index %I on %I.%I (tenant_id, created_at desc, id)', t || '_newest', live, t);
    execute format('alter table %I.%I enable row level security', live, t);
    execute format('alter table %I.%I force row level security', live, t);
    execute format('create policy tenant_reads on %I.%I for select to ftm_api using (tenant_id = log.this_tenant())', live, t);
    execute format('create policy projector_reads on %I.%I for select to ftm_projector using (true)', live, t);
    execute format('create policy projector_writes on %I.%I for insert to ftm_projector with check (true)', live, t);
    execute format('create policy projector_changes on %I.%I for update to ftm_projector using (true) with check (true)', live, t);
    execute format('grant select on %I.%I to ftm_api', live, t);
    execute format('grant select, insert, update on %I.%I to ftm_projector', live, t);
    execute format('create view ftm.%I with (security_invoker = true) as select * from %I.%I', t, live, t);
    execute format('grant select on ftm.%I to ftm_api', t);
  end loop;
  execute format('update %I.ftm_ft_jobs set state = state || jsonb_build_object(''estimate'', state #> ''{request,estimate}'', ''approvalRound'', 0, ''expiredApprovals'', null) where not state ? ''estimate''', live);
  execute format('create index ftm_ft_jobs_updated on %I.ftm_ft_jobs (tenant_id, updated_at)', live);
  execute format('create index ftm_eval_runs_updated on %I.ftm_eval_runs (tenant_id, updated_at)', live);
end
$$;
