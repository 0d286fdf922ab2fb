-- Hours of days that are long over, packed: one row for a series and day in place of up to twenty-four, so that what was told long ago is read in a few rows.

-- A day is either here or in health_rollups, never in both. Arrays are as long as `hours`; null: none of these hours has told it.
create table health_days (
  series int not null,
  -- By UTC.
  day date not null,
  -- 0 to 23, rising.
  hours smallint[] not null,
  revision bigint[] not null,
  users bigint[],
  new_users bigint[],
  sessions bigint[],
  consumption double precision[] not null,
  consumption_least double precision[],
  crashes bigint[],
  crash_users bigint[],
  crash_users_most bigint[],
  anrs bigint[],
  anr_users bigint[],
  anr_users_most bigint[],
  metrics jsonb[],
  -- Of the hour that was told last.
  recorded_at timestamptz not null,
  primary key (series, day)
) partition by range (day);
-- Mostly zeros: packed tight within the row, and read by the column. The partitions say how tight.
alter table health_days
  alter column hours set storage main,
  alter column revision set storage main,
  alter column users set storage main,
  alter column new_users set storage main,
  alter column sessions set storage main,
  alter column consumption set storage main,
  alter column consumption_least set storage main,
  alter column crashes set storage main,
  alter column crash_users set storage main,
  alter column crash_users_most set storage main,
  alter column anrs set storage main,
  alter column anr_users set storage main,
  alter column anr_users_most set storage main,
  alter column metrics set storage main;

-- Before which day an app may have packed days. It only rises, also where the app's clock is set back.
create table health_packed (
  app text primary key references apps,
  before date not null
);

create or replace function health_partition(month date) returns void language plpgsql as $$
declare
  stem text;
  name text;
begin
  foreach stem in array array['health_rollups', 'health_days'] loop
    name := stem || '_' || to_char(month, 'YYYY_MM');
    continue when to_regclass(name) is not null;
    perform pg_advisory_xact_lock(hashtext('signalbox health_partition'));
    continue when to_regclass(name) is not null;
    execute format('create table %I partition of %I for values from (%L) to (%L)', name, stem,
      to_char(month, 'YYYY-MM-01') || case stem when 'health_days' then '' else ' 00:00:00+00' end,
      to_char(month + interval '1 month', 'YYYY-MM-01') || case stem when 'health_days' then '' else ' 00:00:00+00' end);
    if stem = 'health_days' then
      execute format('alter table %I set (toast_tuple_target = 128)', name);
    end if;
  end loop;
end $$;

-- Drops the months that ended before a moment; their names are given.
create or replace function health_forget(before timestamptz) returns setof text language plpgsql as $$
declare
  name text;
begin
  for name in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent in ('health_rollups'::regclass, 'health_days'::regclass)
      and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= before at time zone 'UTC'
    order by right(c.relname, 7), c.relname desc
  loop
    execute format('drop table %I', name);
    return next name;
  end loop;
end $$;

-- The months that there are.
select health_partition(to_date(right(c.relname, 7), 'YYYY_MM'))
from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'health_rollups'::regclass;

-- All hours, packed or not: for whoever wants to see them all. What is asked often reads both tables by the number of a series (src/db/health/hours.ts).
create function health_hours() returns table (
  series int, bucket timestamptz, revision bigint, users bigint, new_users bigint, sessions bigint, consumption double precision, consumption_least double precision,
  crashes bigint, crash_users bigint, crash_users_most bigint, anrs bigint, anr_users bigint, anr_users_most bigint, metrics jsonb
) language sql stable parallel safe as $$
  select series, bucket, revision, users, new_users, sessions, consumption, consumption_least, crashes, crash_users, crash_users_most, anrs, anr_users, anr_users_most, metrics
  from health_rollups
  union all
  select d.series, (d.day + make_interval(hours => h.hour)) at time zone 'UTC', h.revision, h.users, h.new_users, h.sessions, h.consumption, h.consumption_least, h.crashes,
    h.crash_users, h.crash_users_most, h.anrs, h.anr_users, h.anr_users_most, h.metrics
  from health_days d cross join lateral unnest(d.hours, d.revision, d.users, d.new_users, d.sessions, d.consumption, d.consumption_least, d.crashes, d.crash_users,
    d.crash_users_most, d.anrs, d.anr_users, d.anr_users_most, d.metrics)
    as h (hour, revision, users, new_users, sessions, consumption, consumption_least, crashes, crash_users, crash_users_most, anrs, anr_users, anr_users_most, metrics)
$$;
