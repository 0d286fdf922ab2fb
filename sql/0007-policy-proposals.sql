-- A policy may be proposed by one person and approved by another; each revision keeps why it was made and who agreed.
create table policy_proposals (
  id text primary key,
  app text not null references apps,
  based_on int not null,
  text text not null,
  why text not null,
  proposed_by jsonb not null,
  state text not null check (state in ('open', 'approved', 'refused', 'withdrawn')),
  decided_by jsonb,
  note text,
  -- The revision that it became.
  revision int,
  at timestamptz not null,
  decided_at timestamptz,
  recorded_at timestamptz not null
);
create index policy_proposals_of_app on policy_proposals (app, at desc, id);
create index policy_proposals_open on policy_proposals (app) where state = 'open';
alter table policies
  add column why text,
  add column proposal text references policy_proposals,
  add column approved_by jsonb;
