-- Which workers of the job queue belong to which runner process, and when it was last seen: the jobs of a process that died are given back within seconds.
create schema work;

create table work.runner_workers (
  worker_id text primary key,
  instance text not null,
  seen_at timestamptz not null default now()
);

grant usage on schema work to ftm_runner;
grant select, insert, update, delete on work.runner_workers to ftm_runner;
