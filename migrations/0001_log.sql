-- What stands beside the log: the journal, checkpoints, chain heads, and what could not be projected.
create schema log;

-- Every record as it stands in Kafka, indexed by stream, sequence and command. Streams are loaded from here.
create table log.journal (
  tenant_id text not null,
  seq bigint not null,
  stream text not null,
  version int not null,
  partition int not null,
  "offset" bigint not null,
  event_id uuid not null,
  type text not null,
  time timestamptz not null,
  command text not null,
  hash text not null,
  headers jsonb not null,
  value bytea not null,
  primary key (tenant_id, seq),
  unique (tenant_id, stream, version),
  unique (partition, "offset")
);
create index journal_command on log.journal (command);

-- How far a consumer has come in a partition. The epoch goes up with every claim, so that a former owner's transaction finds no row to move.
create table log.checkpoints (
  consumer text not null,
  partition int not null,
  next_offset bigint not null default 0,
  epoch bigint not null default 0,
  primary key (consumer, partition)
);

-- The newest event of each tenant that a consumer has accepted: what the next one must extend.
create table log.chain_heads (
  consumer text not null,
  tenant_id text not null,
  seq bigint not null,
  hash text not null,
  time timestamptz not null,
  primary key (consumer, tenant_id)
);

-- Records that cannot be projected, and the later ones of their streams, waiting for a replay.
create table log.parked (
  consumer text not null,
  partition int not null,
  "offset" bigint not null,
  tenant_id text not null,
  stream text,
  reason text not null,
  headers jsonb not null,
  value bytea not null,
  parked_at timestamptz not null default now(),
  primary key (consumer, partition, "offset")
);
create index parked_stream on log.parked (consumer, tenant_id, stream);

-- Records that do not extend their tenant's chain: void for every reader alike. The fence makes this table stay empty.
create table log.void_records (
  consumer text not null,
  partition int not null,
  "offset" bigint not null,
  tenant_id text not null,
  reason text not null,
  headers jsonb not null,
  found_at timestamptz not null default now(),
  primary key (consumer, partition, "offset")
);

alter table log.journal enable row level security;
alter table log.journal force row level security;
