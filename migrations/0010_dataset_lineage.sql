-- Which datasets were built again from which: asked for lineage.
do $$
declare
  live text := log.live_schema();
begin
  execute format('alter table %I.ftm_datasets add column rebuild_of uuid', live);
  execute format('update %I.ftm_datasets set rebuild_of = (state #>> ''{request,rebuildOf}'')::uuid', live);
  execute format('create index ftm_datasets_rebuild on %I.ftm_datasets (tenant_id, rebuild_of)', live);
  execute format('create or replace view ftm.ftm_datasets with (security_invoker = true) as select * from %I.ftm_datasets', live);
end
$$;
