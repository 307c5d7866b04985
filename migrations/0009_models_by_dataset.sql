-- Which models were trained on a dataset: asked when it is erased.
do $$
declare
  live text := log.live_schema();
begin
  execute format('alter table %I.ftm_model_versions add column dataset_id uuid', live);
  execute format('update %I.ftm_model_versions set dataset_id = (state #>> ''{registration,datasetId}'')::uuid', live);
  execute format('create index ftm_model_versions_dataset on %I.ftm_model_versions (tenant_id, dataset_id)', live);
  execute format('create or replace view ftm.ftm_model_versions with (security_invoker = true) as select * from %I.ftm_model_versions', live);
end
$$;
