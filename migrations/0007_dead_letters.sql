-- Parked records can be replayed, or given up: what is given up stays where it is, marked, so that nothing is ever lost and a replay is still possible.
alter table log.parked add column discarded_at timestamptz;
grant update (reason, discarded_at) on log.parked to ftm_projector, ftm_runner;
create policy consumer_changes on log.parked for update to ftm_projector, ftm_runner using (true) with check (true);

-- Who did what to which stream's parked records, and what came of it.
create table log.dead_letter_actions (
  id bigint generated always as identity primary key,
  consumer text not null,
  tenant_id text not null,
  stream text not null,
  action text not null check (action in ('replay', 'discard')),
  actor text not null,
  note text not null,
  events int not null,
  remaining int not null,
  at timestamptz not null default now()
);
grant select, insert on log.dead_letter_actions to ftm_projector, ftm_runner;
