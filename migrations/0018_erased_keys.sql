-- Data keys that were destroyed, as the log says: whoever loads a key looks here first, so that a key that is brought back with a copy of the store opens nothing. `*` is all keys of the
-- tenant. Filled by the projector; a rebuild of the read models fills it with what was erased before this migration.
create table log.erased_keys (
  tenant_id text not null,
  data_key_id text not null,
  primary key (tenant_id, data_key_id)
);
select log.protect('log.erased_keys');
create policy tenant_reads on log.erased_keys for select to ftm_api using (tenant_id = log.this_tenant());
create policy consumers_read on log.erased_keys for select to ftm_projector, ftm_runner using (true);
create policy projector_writes on log.erased_keys for insert to ftm_projector with check (true);
grant select on log.erased_keys to ftm_api, ftm_runner;
grant select, insert on log.erased_keys to ftm_projector;

-- What was erased before.
insert into log.erased_keys
select tenant_id, state #>> '{erasure,dataKeyId}' from ftm.ftm_datasets where status = 'erased' and state #>> '{erasure,dataKeyId}' is not null
on conflict do nothing;
insert into log.erased_keys select tenant_id, '*' from ftm.ftm_tenants where status = 'erased' on conflict do nothing;
