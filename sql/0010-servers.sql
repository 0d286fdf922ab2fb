-- The processes on this database, each with its last sign of life; and what a process that fell silent had taken, given to the others.
create table servers (
  -- As it is named in leases.
  owner text primary key,
  host text not null,
  pid int not null,
  version text not null,
  -- Where it answers; null while it does not listen yet.
  address text,
  started_at timestamptz not null,
  -- The database's clock at the last sign of life, and the process's own in that moment: what they are apart is told by these two.
  beat_at timestamptz not null,
  said_at timestamptz not null,
  -- What it said of itself: see `ServerState`.
  state jsonb not null
);

-- A sign of life. Like take_lease it asks the database's clock: the clocks of processes differ, and are compared here.
create function beat(who text, at_host text, with_pid int, of_version text, at_address text, since timestamptz, said timestamptz, about jsonb)
returns void language sql as $$
  insert into servers as known (owner, host, pid, version, address, started_at, beat_at, said_at, state)
  values (who, at_host, with_pid, of_version, at_address, since, clock_timestamp(), said, about)
  on conflict (owner) do update set address = excluded.address, beat_at = excluded.beat_at, said_at = excluded.said_at, state = excluded.state
$$;

-- Owners who gave no sign of life for so long.
create function silent_servers(seconds double precision) returns setof text language sql stable as $$
  select owner from servers where beat_at < clock_timestamp() - make_interval(secs => seconds)
$$;

-- Breaks the leases on tracks and sources of those who fell silent, those that ran out, and those of `me` that it does not work on (not in `mine`) and that have less
-- than so much left: they were not taken just now. Their names are given: that work was taken and never finished. Lanes are left to end by themselves: a write may be in
-- flight there.
create function abandoned_leases(me text, mine text[], own_left_seconds double precision, silent_after_seconds double precision)
returns setof text language sql as $$
  delete from leases
  where (name like 'track:%' or name like 'observe:%')
    and (
      until < clock_timestamp()
      or owner in (select silent_servers(silent_after_seconds))
      or (owner = me and name <> all (mine) and until < clock_timestamp() + make_interval(secs => own_left_seconds))
    )
  returning name
$$;

-- Ends transactions that processes which fell silent have left open: what they have locked is waited for by the others. A session is known by its owner's name.
create function end_sessions_of_silent(silent_after_seconds double precision) returns bigint language sql as $$
  select count(pg_terminate_backend(pid))
  from pg_stat_activity
  where datname = current_database() and usename = current_user and pid <> pg_backend_pid() and xact_start is not null
    and application_name in (select 'signalbox ' || right(owner, 36) from silent_servers(silent_after_seconds) as owner)
$$;

-- Tracks that users are receiving are looked at before all others: a halt may be ordered there.
create index tracks_with_users on tracks (id) where not ended and stage = 'rolling-out';
