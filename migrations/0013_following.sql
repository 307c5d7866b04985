-- Jobs at the provider, and those that wait to be sent, so that no tenant takes all of what an account may run. A row goes when its job has ended.
create table work.provider_slots (
  tenant_id text not null,
  ft_job_id text not null,
  -- Which account at the provider, as a hash.
  account text not null,
  held boolean not null default false,
  asked_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  primary key (tenant_id, ft_job_id)
);
create index provider_slots_by_account on work.provider_slots (account);

-- Which jobs were trained on a dataset, from the log: their files at the provider go when it is erased.
create table work.dataset_jobs (
  tenant_id text not null,
  dataset_id text not null,
  ft_job_id text not null,
  primary key (tenant_id, dataset_id, ft_job_id)
);

grant select, insert, update, delete on work.provider_slots to ftm_runner;
grant select, insert on work.dataset_jobs to ftm_runner;
