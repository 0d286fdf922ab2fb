-- Sources that know people and usage within bounds alone, and counters that only ever rise.

-- Where a source rounds, or counts events and no people: affected people are at least *_users and at most *_users_most, usage is at most `consumption` and at least
-- `consumption_least`. Null: exactly.
alter table health_rollups
  add column consumption_least double precision,
  add column crash_users_most bigint,
  add column anr_users_most bigint;

-- How many times one person may be among the affected of a source: evidence is divided by it.
alter table health_sources add column dispersion double precision not null default 1;

-- The last reading of a counter that only ever rises (OpenTelemetry calls it cumulative): what it has grown by since is news. By a hash of what it counts.
create table health_streams (
  app text not null references apps,
  stream bytea not null,
  -- Nanoseconds since 1970: when it began to count, and when it was read.
  start_ns numeric(20) not null,
  time_ns numeric(20) not null,
  value double precision not null,
  primary key (app, stream)
);
