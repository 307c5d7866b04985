-- Which datasets were built from which: asked for lineage. A generation that is built later has the index of its predecessor.
do $$
begin
  execute format(
    'create index ftm_datasets_sources on %I.ftm_datasets using gin ((state #> ''{request,source,datasetIds}'') jsonb_path_ops)',
    log.live_schema()
  );
end
$$;
