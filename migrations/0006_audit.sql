-- What the log proves itself with: the inner nodes of each tenant's Merkle tree, and the signed checkpoints that were published.

-- Roots of whole subtrees of 2^level leaves; level is 8, 16, 24 … Leaves are the hashes of the journal. All of it can be computed again from them.
create table log.merkle_nodes (
  tenant_id text not null,
  level int not null check (level > 0 and level % 8 = 0),
  index bigint not null,
  hash bytea not null check (octet_length(hash) = 32),
  primary key (tenant_id, level, index)
);

-- As published on ftm.audit.checkpoints.v1.
create table log.audit_checkpoints (
  tenant_id text not null,
  size bigint not null,
  root text not null,
  time timestamptz not null,
  note text not null,
  acknowledged_at timestamptz,
  primary key (tenant_id, size)
);

-- Public keys that checkpoints were signed with. Verifiers trust the ones that they were given, not these.
create table log.audit_keys (
  verifier_key text primary key,
  first_used_at timestamptz not null default now()
);

alter table log.merkle_nodes enable row level security;
alter table log.merkle_nodes force row level security;
alter table log.audit_checkpoints enable row level security;
alter table log.audit_checkpoints force row level security;

grant select, insert on log.merkle_nodes to ftm_projector;
grant select, insert, update on log.audit_checkpoints to ftm_projector;
grant select, insert on log.audit_keys to ftm_projector;
grant select on log.merkle_nodes, log.audit_checkpoints, log.audit_keys to ftm_api;

create policy tenant_reads on log.merkle_nodes for select to ftm_api using (tenant_id = log.this_tenant());
create policy projector_reads on log.merkle_nodes for select to ftm_projector using (true);
create policy projector_writes on log.merkle_nodes for insert to ftm_projector with check (true);
create policy tenant_reads on log.audit_checkpoints for select to ftm_api using (tenant_id = log.this_tenant());
create policy projector_reads on log.audit_checkpoints for select to ftm_projector using (true);
create policy projector_writes on log.audit_checkpoints for insert to ftm_projector with check (true);
create policy projector_changes on log.audit_checkpoints for update to ftm_projector using (true) with check (true);

-- A record that extends the chain and could not be stored is a leaf of the tree all the same: the API's role sees its own tenant's.
alter table log.parked enable row level security;
alter table log.parked force row level security;
grant select (consumer, tenant_id, headers) on log.parked to ftm_api;
create policy tenant_reads on log.parked for select to ftm_api using (tenant_id = log.this_tenant());
create policy consumer_reads on log.parked for select to ftm_projector, ftm_runner using (true);
create policy consumer_writes on log.parked for insert to ftm_projector, ftm_runner with check (true);
create policy consumer_deletes on log.parked for delete to ftm_projector, ftm_runner using (true);
