-- Crash groups: whom they hit on a version and where, how bad they are, whose they are, and their tickets.

alter table crash_groups
  -- Rises with every crash; a judgement names the count that it is of.
  add column touches bigint not null default 0,
  add column judged_touches bigint not null default -1,
  add column judged_at timestamptz,
  -- Whose code it is: { team, path, rule, from, frame }, or { team: null, because }.
  add column owner jsonb,
  -- What the owner was found from: another sample, policy or head of trunk has it found anew.
  add column owner_of text,
  -- A person's word that it is worth no ticket: { is, reason, by, at }.
  add column decision jsonb;

-- A group on one version, for each audience. Different people, as far as they are known.
create table crash_versions (
  crash_group bigint not null references crash_groups on delete cascade,
  version text not null,
  audience text not null,
  crashes bigint not null,
  users bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (crash_group, version, audience)
);

-- Where it happened: a dimension and a value; a person counts by the segments of their first crash. Values beyond the bound are `other` of their dimension.
create table crash_segments (
  crash_group bigint not null references crash_groups on delete cascade,
  version text not null,
  segment text not null,
  crashes bigint not null,
  users bigint not null,
  primary key (crash_group, version, segment)
);

-- Keyed hashes of those whom a group hit on a version. Bounded, and gone when its track has ended.
create table crash_people (
  crash_group bigint not null references crash_groups on delete cascade,
  version text not null,
  audience text not null,
  who bytea not null,
  crashes int not null,
  primary key (crash_group, version, audience, who)
);
-- Whose device crashes everywhere is asked person by person.
create index crash_people_by_who on crash_people (who);

-- How bad a group is on a version, as it was judged last. Screens read this.
create table crash_judgements (
  crash_group bigint not null references crash_groups on delete cascade,
  version text not null,
  -- What is shown: up at once, down after a day below.
  level text not null,
  -- Since when the counts say less than is shown.
  below_since timestamptz,
  level_lower text not null,
  score double precision not null,
  score_lower double precision not null,
  impact double precision not null,
  impact_lower double precision not null,
  weight double precision not null,
  novelty text not null,
  -- The audience whose counts these are: the worst one.
  audience text not null,
  users bigint not null,
  crashes bigint not null,
  exposure double precision not null,
  ticket boolean not null,
  -- The low end alone is worth holding a release for, and it is no noise of failing hardware.
  grave boolean not null,
  -- Of its crashes, the share of people whose devices crash everywhere; null: not asked, because nothing hung on it.
  noise double precision,
  since timestamptz not null,
  primary key (crash_group, version)
);

-- The one ticket of a group and release line. `ticket` null: ordered, and not there yet.
create table crash_tickets (
  crash_group bigint not null references crash_groups on delete cascade,
  line text not null,
  version text not null,
  -- What the ticket carries, so that it is found again.
  reference text not null,
  ticket text,
  url text,
  state text not null check (state in ('wanted', 'open', 'closed', 'refused')),
  -- What it says of the group: { level, novelty, users, crashes, versions, team }.
  told jsonb not null,
  -- Orders given for it so far; the last one's key.
  orders int not null,
  last_order text not null,
  by jsonb not null,
  outcome text,
  at timestamptz not null,
  -- What the tracker told up to here was of before our last word.
  seen_arrival bigint not null default 0,
  closed_at timestamptz,
  -- Builds, with their versions, that had the group when it was closed: what comes again on another is a regression.
  closed_on text[] not null default '{}',
  reopened int not null default 0,
  -- Versions on which it was nominated as a blocker.
  nominated_on text[] not null default '{}',
  primary key (crash_group, line)
);
create index crash_tickets_by_order on crash_tickets (last_order);

-- What the journal says of one group.
create index journal_of_crash_groups on journal (app, (event ->> 'group')) where kind in ('crash-group-judged', 'crash-group-decided');
