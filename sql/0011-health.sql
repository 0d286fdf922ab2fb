-- Release health: roll-ups of what an hour saw, never events. Their number grows with versions, segments and hours, and not with users.

-- What a roll-up is about, once: so that the rows of hours are small, and a verdict finds all of them by one number.
create table health_series (
  id int generated always as identity primary key,
  app text not null references apps,
  source text not null,
  platform text not null,
  version text not null,
  -- '' where the source knows the version alone.
  build text not null,
  audience text not null,
  -- `all`, or a dimension and a value.
  segment text not null,
  recorded_at timestamptz not null,
  unique (app, version, platform, build, audience, segment, source)
);

-- The total of an hour as its source told it last. Null: not told. Partitions by month of the hour are made by the program (health_partition).
create table health_rollups (
  series int not null,
  bucket timestamptz not null,
  revision bigint not null,
  users bigint,
  new_users bigint,
  sessions bigint,
  consumption double precision not null,
  crashes bigint,
  crash_users bigint,
  anrs bigint,
  anr_users bigint,
  -- Other metrics by name: [count, affected].
  metrics jsonb,
  recorded_at timestamptz not null,
  primary key (series, bucket)
) partition by range (bucket);

create function health_partition(month date) returns void language plpgsql as $$
declare
  name text := 'health_rollups_' || to_char(month, 'YYYY_MM');
begin
  if to_regclass(name) is not null then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtext('signalbox health_partition'));
  if to_regclass(name) is null then
    execute format('create table %I partition of health_rollups for values from (%L) to (%L)', name,
      to_char(month, 'YYYY-MM-01') || ' 00:00:00+00', to_char(month + interval '1 month', 'YYYY-MM-01') || ' 00:00:00+00');
  end if;
end $$;

-- Drops the months that ended before a moment; their names are given.
create function health_forget(before timestamptz) returns setof text language plpgsql as $$
declare
  name text;
begin
  for name in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'health_rollups'::regclass
      and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= before at time zone 'UTC'
  loop
    execute format('drop table %I', name);
    return next name;
  end loop;
end $$;

-- How alive each source of roll-ups is, and up to when it has told everything.
create table health_sources (
  app text not null references apps,
  source text not null,
  watermark timestamptz,
  last_told_at timestamptz not null,
  -- Between the end of the newest hour and the moment at which it was told, at the last time.
  lag_seconds double precision,
  told bigint not null,
  primary key (app, source)
);

-- What was not believed, counted by day; the last of each kind in its own words.
create table health_quarantine (
  app text not null references apps,
  source text not null,
  day date not null,
  reason text not null,
  count bigint not null,
  because text not null,
  sample jsonb not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (app, source, day, reason)
);

-- Keyed hashes of those whom something hit on a build in an audience, so that only their first time counts. Bounded for each series, and gone when its track has ended.
create table health_affected (
  series int not null references health_series on delete cascade,
  what text not null,
  who bytea not null,
  primary key (series, what, who)
);

-- How many different people a series has seen, as a sketch that holds nobody: of the whole, and of hours that are not over.
create table health_sketches (
  series int not null references health_series on delete cascade,
  -- 1970 for the whole.
  bucket timestamptz not null,
  registers bytea not null,
  primary key (series, bucket)
);

-- Where an app's own Sentry SDK may send to: writes health of one app and platform, and does nothing else.
create table health_dsns (
  project int generated always as identity primary key,
  app text not null references apps,
  platform text not null,
  name text not null,
  -- sha-256 of the public key of the DSN.
  hash text not null unique,
  prefix text not null,
  created_by jsonb not null,
  created_at timestamptz not null,
  revoked_at timestamptz
);
create index health_dsns_of_app on health_dsns (app);

-- What was heard lately from SDKs: 8 bytes for each event, session and envelope, together for each commit, so that what is sent again counts once.
create table health_heard (
  id bigint generated always as identity primary key,
  app text not null references apps,
  digests bytea not null,
  recorded_at timestamptz not null
);
create index health_heard_of_app on health_heard (app, id);

-- Crashes with one fingerprint.
create table crash_groups (
  id bigint generated always as identity primary key,
  app text not null references apps,
  platform text not null,
  fingerprint text not null,
  title text not null,
  flow text,
  first_at timestamptz not null,
  last_at timestamptz not null,
  first_version text not null,
  -- The newest few: { at, version, build, title, frames }.
  samples jsonb not null,
  unique (app, platform, fingerprint)
);
create table crash_counts (
  crash_group bigint not null references crash_groups on delete cascade,
  version text not null,
  build text not null,
  audience text not null,
  segment text not null,
  day date not null,
  crashes bigint not null,
  users bigint not null,
  primary key (crash_group, version, build, audience, segment, day)
);
