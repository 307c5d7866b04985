-- What the provider’s webhooks say: that a job of its has changed. A hint makes the runner look at once; what is true it asks the provider.
create table work.provider_hints (
  webhook_id text primary key,
  type text not null,
  provider_job_id text not null,
  received_at timestamptz not null default now(),
  -- A used hint stays for as long as the provider may send it again.
  used_at timestamptz
);
create index provider_hints_unused on work.provider_hints (provider_job_id) where used_at is null;

-- Whose job that is, from the log.
create table work.provider_jobs (
  provider_job_id text primary key,
  tenant_id text not null,
  ft_job_id text not null
);

grant usage on schema work to ftm_api;
grant insert on work.provider_hints to ftm_api;
grant select, update, delete on work.provider_hints to ftm_runner;
grant select, insert, delete on work.provider_jobs to ftm_runner;
