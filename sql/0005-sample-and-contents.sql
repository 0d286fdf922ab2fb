-- An app may be sample data with a time of its own; a release has contents: what rides in it, what the stores are told, where it is talked about.
alter table apps
  add column sample boolean not null default false,
  add column clock jsonb;
comment on column apps.clock is 'The app''s own time: { "at": what it is there, "when": the machine''s time then, "speed": 0 stands, 1 as the machine }. Null: the machine''s.';
alter table releases add column contents jsonb not null default '{}';
-- What the control room counts of an app's bugs: few of many, found without reading the others.
create index bugs_without_team on bugs (app) where state = 'open' and team is null;
create index bugs_nominated on bugs (app) where state = 'open' and nominated;
