-- The newest event of a tenant is that tenant's business too: the API's role sees its own, or, as a writer, those of its partitions.
alter table log.chain_heads enable row level security;
alter table log.chain_heads force row level security;
create policy tenant_reads on log.chain_heads for select to ftm_api using (tenant_id = log.this_tenant() or current_setting('ftm.role', true) = 'writer');
create policy consumer_reads on log.chain_heads for select to ftm_projector, ftm_runner using (true);
create policy consumer_writes on log.chain_heads for insert to ftm_projector, ftm_runner with check (true);
create policy consumer_changes on log.chain_heads for update to ftm_projector, ftm_runner using (true) with check (true);
