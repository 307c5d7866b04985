-- Read models: the folded state of each aggregate, with columns for filters and order. `ftm.*` is what readers use, so that a rebuilt set of tables can
-- take the place of this one behind it.
create schema rm_v1;
create schema ftm;

create table rm_v1.ftm_datasets (
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
);
create index ftm_datasets_newest on rm_v1.ftm_datasets (tenant_id, created_at desc, id);
alter table rm_v1.ftm_datasets enable row level security;
alter table rm_v1.ftm_datasets force row level security;
create view ftm.ftm_datasets with (security_invoker = true) as select * from rm_v1.ftm_datasets;

create table rm_v1.ftm_eval_suites (
  tenant_id text not null,
  id uuid not null,
  project_id text,
  status text not null,
  version int not null,
  last_seq bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  name text,
  state jsonb not null,
  primary key (tenant_id, id)
);
create index ftm_eval_suites_newest on rm_v1.ftm_eval_suites (tenant_id, created_at desc, id);
alter table rm_v1.ftm_eval_suites enable row level security;
alter table rm_v1.ftm_eval_suites force row level security;
create view ftm.ftm_eval_suites with (security_invoker = true) as select * from rm_v1.ftm_eval_suites;

create table rm_v1.ftm_eval_runs (
  tenant_id text not null,
  id uuid not null,
  project_id text,
  status text not null,
  version int not null,
  last_seq bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  suite_id uuid,
  model_ref text,
  state jsonb not null,
  primary key (tenant_id, id)
);
create index ftm_eval_runs_newest on rm_v1.ftm_eval_runs (tenant_id, created_at desc, id);
alter table rm_v1.ftm_eval_runs enable row level security;
alter table rm_v1.ftm_eval_runs force row level security;
create view ftm.ftm_eval_runs with (security_invoker = true) as select * from rm_v1.ftm_eval_runs;

create table rm_v1.ftm_ft_jobs (
  tenant_id text not null,
  id uuid not null,
  project_id text,
  status text not null,
  version int not null,
  last_seq bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  dataset_id uuid,
  state jsonb not null,
  primary key (tenant_id, id)
);
create index ftm_ft_jobs_newest on rm_v1.ftm_ft_jobs (tenant_id, created_at desc, id);
alter table rm_v1.ftm_ft_jobs enable row level security;
alter table rm_v1.ftm_ft_jobs force row level security;
create view ftm.ftm_ft_jobs with (security_invoker = true) as select * from rm_v1.ftm_ft_jobs;

create table rm_v1.ftm_model_versions (
  tenant_id text not null,
  id uuid not null,
  project_id text,
  status text not null,
  version int not null,
  last_seq bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  ft_job_id uuid,
  provider_model_id text,
  state jsonb not null,
  primary key (tenant_id, id)
);
create index ftm_model_versions_newest on rm_v1.ftm_model_versions (tenant_id, created_at desc, id);
alter table rm_v1.ftm_model_versions enable row level security;
alter table rm_v1.ftm_model_versions force row level security;
create view ftm.ftm_model_versions with (security_invoker = true) as select * from rm_v1.ftm_model_versions;

create table rm_v1.ftm_promotions (
  tenant_id text not null,
  id uuid not null,
  project_id text,
  status text not null,
  version int not null,
  last_seq bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  model_version_id uuid,
  target text,
  state jsonb not null,
  primary key (tenant_id, id)
);
create index ftm_promotions_newest on rm_v1.ftm_promotions (tenant_id, created_at desc, id);
alter table rm_v1.ftm_promotions enable row level security;
alter table rm_v1.ftm_promotions force row level security;
create view ftm.ftm_promotions with (security_invoker = true) as select * from rm_v1.ftm_promotions;

create table rm_v1.ftm_production_pointers (
  tenant_id text not null,
  id uuid not null,
  project_id text,
  status text not null,
  version int not null,
  last_seq bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  target text,
  model_version_id uuid,
  state jsonb not null,
  primary key (tenant_id, id)
);
create index ftm_production_pointers_newest on rm_v1.ftm_production_pointers (tenant_id, created_at desc, id);
alter table rm_v1.ftm_production_pointers enable row level security;
alter table rm_v1.ftm_production_pointers force row level security;
create view ftm.ftm_production_pointers with (security_invoker = true) as select * from rm_v1.ftm_production_pointers;

create table rm_v1.ftm_re_evals (
  tenant_id text not null,
  id uuid not null,
  project_id text,
  status text not null,
  version int not null,
  last_seq bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  target text,
  state jsonb not null,
  primary key (tenant_id, id)
);
create index ftm_re_evals_newest on rm_v1.ftm_re_evals (tenant_id, created_at desc, id);
alter table rm_v1.ftm_re_evals enable row level security;
alter table rm_v1.ftm_re_evals force row level security;
create view ftm.ftm_re_evals with (security_invoker = true) as select * from rm_v1.ftm_re_evals;
