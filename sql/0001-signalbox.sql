-- Signalbox keeps everything it knows and everything it did here.
-- `at` is the app's clock, `recorded_at` the time of arrival; both are given by the program.
-- Nothing asks the database's clock but take_lease: leases compare processes, whose clocks differ.

create table apps (
  id text primary key,
  name text not null,
  timezone text not null,
  platforms text[] not null,
  robot_paused jsonb,
  policy_revision int not null default 0,
  -- Raised by every commit that touches the app, in its transaction: the order of commits, the stream's id, the snapshot's ETag.
  version bigint not null default 0,
  -- Head of the app's chain in the journal.
  journal_seq bigint not null default 0,
  journal_hash text not null default '',
  created_at timestamptz not null,
  recorded_at timestamptz not null
);

create table policies (
  app text not null references apps,
  revision int not null,
  text text not null,
  document jsonb not null,
  saved_by jsonb not null,
  at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (app, revision)
);

create table releases (
  app text not null references apps,
  version text not null,
  kind text not null check (kind in ('regular', 'hotfix', 'replacement')),
  base text,
  born_at timestamptz not null,
  manager text,
  planned jsonb not null,
  imported boolean not null default false,
  -- What an import inferred and a person may correct: [{ field, from }].
  inferred jsonb not null default '[]',
  recorded_at timestamptz not null,
  primary key (app, version)
);

create table tracks (
  id text primary key,
  app text not null references apps,
  version text not null,
  platform text not null,
  kind text not null,
  stage text not null,
  -- The Track of the domain, whole.
  state jsonb not null,
  -- Raised by every change of the track; a write names the revision it was decided on.
  revision int not null default 1,
  -- The revision at which stage, candidate or percentage last changed: a command based on an older one is stale.
  moved_revision int not null default 1,
  policy_revision int not null default 0,
  -- What the last plan said beside events and verdicts: { next, robot, lookAgainAt }.
  plan jsonb,
  look_again_at timestamptz,
  planned_at timestamptz,
  -- The app's version at the last commit that changed something of this track.
  app_version bigint not null default 0,
  ended boolean not null default false,
  journal_seq bigint not null default 0,
  journal_hash text not null default '',
  at timestamptz not null,
  recorded_at timestamptz not null,
  foreign key (app, version) references releases (app, version),
  unique (app, version, platform)
);
create index tracks_live on tracks (app) where not ended;
create index tracks_to_look_at on tracks (look_again_at) where not ended and look_again_at is not null;

create table connections (
  id text primary key,
  app text not null references apps,
  integration text not null,
  -- Values of secret fields are { "sealed": "…" }, encrypted with a key that is not in the database.
  settings jsonb not null,
  serves text[] not null,
  created_by jsonb not null,
  at timestamptz not null,
  recorded_at timestamptz not null,
  removed_at timestamptz
);
create index connections_of_app on connections (app) where removed_at is null;

-- How alive each source of facts is. `kind_reads` has, by kind of fact, what a reader remembers: its cursor and last reading.
create table sources (
  app text not null references apps,
  source text not null,
  kinds text[] not null,
  connection text references connections,
  connected boolean not null default true,
  last_read_at timestamptz,
  fresh_for_minutes double precision,
  error text,
  next_read_at timestamptz,
  cursors jsonb not null default '{}',
  failures int not null default 0,
  recorded_at timestamptz not null,
  primary key (app, source)
);

-- Facts as reported. Append-only; partitions by month of arrival are made by the program (fact_partition).
create sequence fact_arrivals;
create table facts (
  arrival bigint not null,
  app text not null,
  source text not null,
  kind text not null,
  key text not null,
  revision bigint not null,
  at timestamptz not null,
  recorded_at timestamptz not null,
  reported_by jsonb not null,
  payload jsonb not null,
  primary key (recorded_at, arrival)
) partition by range (recorded_at);
create index facts_by_key on facts (app, kind, key, revision desc);

-- What was reported once, over all partitions: a partitioned table can be unique only together with its partition key (docs/adr).
create table fact_keys (
  app text not null,
  source text not null,
  kind text not null,
  key text not null,
  revision bigint not null,
  -- sha-256 of the payload: another payload under the same revision is a tie, which the later arrival wins.
  digest text not null,
  primary key (app, source, kind, key, revision, digest)
);

create function fact_partition(month date) returns void language plpgsql as $$
declare
  name text := 'facts_' || to_char(month, 'YYYY_MM');
begin
  if to_regclass(name) is not null then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtext('signalbox fact_partition'));
  if to_regclass(name) is null then
    execute format('create table %I partition of facts for values from (%L) to (%L)', name,
      to_char(month, 'YYYY-MM-01') || ' 00:00:00+00', to_char(month + interval '1 month', 'YYYY-MM-01') || ' 00:00:00+00');
  end if;
end $$;

-- Current tables: the newest of what each source said, written in the transaction of the fact. `payload` is the fact's, whole;
-- the columns beside it are what is looked for.
create table builds (
  app text not null, source text not null, key text not null, revision bigint not null, arrival bigint not null,
  platform text not null, version text not null, number text not null, kind text not null, state text not null,
  commit text not null, branch text, candidate int,
  at timestamptz not null, recorded_at timestamptz not null, payload jsonb not null,
  primary key (app, source, key)
);
create index builds_of_track on builds (app, version, platform);
create index nightlies on builds (app, platform, arrival desc) where kind = 'nightly';

create table test_runs (
  app text not null, source text not null, key text not null, revision bigint not null, arrival bigint not null,
  platform text not null, version text not null, build text not null, suite text not null, state text not null,
  at timestamptz not null, recorded_at timestamptz not null, payload jsonb not null,
  primary key (app, source, key)
);
create index test_runs_of_track on test_runs (app, version, platform);

create table distributions (
  app text not null, source text not null, key text not null, revision bigint not null, arrival bigint not null,
  platform text not null, version text not null, build text not null, audience text not null, state text not null,
  at timestamptz not null, recorded_at timestamptz not null, payload jsonb not null,
  primary key (app, source, key)
);
create index distributions_of_track on distributions (app, version, platform);

create table bugs (
  app text not null, source text not null, key text not null, revision bigint not null, arrival bigint not null,
  bug text not null, title text not null, state text not null, platforms text[] not null, versions text[] not null, team text, flow text,
  nominated boolean not null,
  -- The first report of it without a team; null while it has one.
  ownerless_since timestamptz,
  at timestamptz not null, recorded_at timestamptz not null, payload jsonb not null,
  primary key (app, source, key)
);
create index bugs_by_version on bugs using gin (versions);
create index bugs_by_name on bugs (app, bug);

create table checks (
  app text not null, source text not null, key text not null, revision bigint not null, arrival bigint not null,
  platform text not null, version text not null, state text not null,
  at timestamptz not null, recorded_at timestamptz not null, payload jsonb not null,
  primary key (app, source, key)
);
create index checks_of_track on checks (app, version, platform);

create table storefront_states (
  app text not null, source text not null, key text not null, revision bigint not null, arrival bigint not null,
  platform text not null, version text not null, storefront text not null, build text, state text not null, percent double precision not null,
  at timestamptz not null, recorded_at timestamptz not null, payload jsonb not null,
  primary key (app, source, key)
);
create index storefront_states_of_track on storefront_states (app, version, platform);

create table branches (
  app text not null, source text not null, key text not null, revision bigint not null, arrival bigint not null,
  name text not null, head text not null, trunk boolean not null, version text, platforms text[] not null,
  at timestamptz not null, recorded_at timestamptz not null, payload jsonb not null,
  primary key (app, source, key)
);
create index branches_of_version on branches (app, version);

create table containments (
  app text not null, source text not null, key text not null, revision bigint not null, arrival bigint not null,
  branch text not null, head text not null, commit text not null, missing text[] not null,
  at timestamptz not null, recorded_at timestamptz not null, payload jsonb not null,
  primary key (app, source, key)
);
create index containments_of_branch on containments (app, branch);

create table reports (
  app text not null, source text not null, key text not null, revision bigint not null, arrival bigint not null,
  platform text not null, version text not null, instance text not null, colour text not null,
  at timestamptz not null, recorded_at timestamptz not null, payload jsonb not null,
  primary key (app, source, key)
);
create index reports_of_track on reports (app, version, platform);

-- Commits of a release branch since its cut; they live in this table only and are no facts.
create table commits (
  app text not null references apps,
  branch text not null,
  position int not null,
  sha text not null,
  at timestamptz not null,
  subject text not null,
  author text not null,
  category text not null,
  origin jsonb,
  primary key (app, branch, sha)
);

create table custom_answers (
  track text not null references tracks,
  instance text not null,
  colour text not null,
  because text not null,
  turns_green text,
  url text,
  at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (track, instance)
);

-- What people said. Written from the journal's events, in their transaction.
create table bug_decisions (
  track text not null references tracks,
  bug text not null,
  nominated jsonb,
  decision jsonb,
  at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (track, bug)
);
create table bug_assignments (
  app text not null references apps,
  bug text not null,
  team text not null,
  by text not null,
  at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (app, bug)
);
create table sign_offs (
  id bigint generated always as identity primary key,
  track text not null references tracks,
  team text not null,
  state text not null,
  build text,
  by text not null,
  by_id text not null,
  note text,
  at timestamptz not null,
  recorded_at timestamptz not null
);
create index sign_offs_of_track on sign_offs (track, id);
create table approvals (
  id bigint generated always as identity primary key,
  track text not null references tracks,
  instance text not null,
  by text not null,
  by_id text not null,
  role text not null,
  answer text not null,
  build text,
  note text,
  at timestamptz not null,
  recorded_at timestamptz not null
);
create index approvals_of_track on approvals (track, id);
create table ticks (
  id bigint generated always as identity primary key,
  track text not null references tracks,
  instance text not null,
  by text not null,
  by_id text not null,
  answer text not null,
  build text,
  note text,
  at timestamptz not null,
  recorded_at timestamptz not null
);
create index ticks_of_track on ticks (track, id);
create table waivers (
  id text primary key,
  track text not null references tracks,
  instance text not null,
  state text not null,
  waiver jsonb not null,
  at timestamptz not null,
  recorded_at timestamptz not null
);
create index waivers_of_track on waivers (track);
create table cherry_picks (
  id text primary key,
  track text not null references tracks,
  commit text not null,
  state text not null,
  pick jsonb not null,
  at timestamptz not null,
  recorded_at timestamptz not null
);
create index cherry_picks_of_track on cherry_picks (track);

-- Verdicts as last committed: one row for a track and an instance of its policy.
create table verdicts (
  track text not null references tracks,
  instance text not null,
  app text not null,
  position int not null,
  kind text not null,
  colour text not null check (colour in ('green', 'yellow', 'red', 'unknown')),
  holds text,
  needed_now boolean not null,
  since timestamptz not null,
  fresh_at timestamptz,
  verdict jsonb not null,
  -- The app's version at the commit that last changed this row.
  app_version bigint not null,
  primary key (track, instance)
);
create index verdicts_of_app on verdicts (app, app_version);
create table verdict_history (
  id bigint generated always as identity primary key,
  track text not null references tracks,
  instance text not null,
  app text not null,
  from_colour text,
  to_colour text not null,
  headline text not null,
  because text not null,
  evidence jsonb not null,
  app_version bigint not null,
  at timestamptz not null,
  recorded_at timestamptz not null
);
create index verdict_history_of_cell on verdict_history (track, instance, id desc);

-- Actions: written before they are tried.
create table outbox (
  key text primary key,
  app text not null references apps,
  track text references tracks,
  lane text not null,
  urgent boolean not null,
  state text not null check (state in ('ordered', 'trying', 'waiting', 'done', 'refused', 'void')),
  step text,
  kind text not null,
  -- The Action of the domain, whole.
  action jsonb not null,
  attempts int not null default 0,
  ordered_at timestamptz not null,
  next_try_at timestamptz,
  ended_at timestamptz,
  outcome text,
  -- The last try may have taken effect although no answer came.
  in_doubt boolean not null default false,
  recorded_at timestamptz not null
);
create index outbox_open on outbox (lane, urgent desc, ordered_at) where state in ('ordered', 'trying', 'waiting');
create index outbox_of_track on outbox (track, ordered_at);

create table questions (
  key text primary key,
  app text not null references apps,
  track text not null references tracks,
  -- `ask`: the robot asks before a step. `refused`: an action failed and a person must look.
  kind text not null check (kind in ('ask', 'refused')),
  step text,
  text text not null,
  evidence jsonb not null,
  asked_at timestamptz not null,
  closed_at timestamptz,
  recorded_at timestamptz not null
);
create index questions_open on questions (app) where closed_at is null;

-- What is due to be looked at, and when. It carries no news: a lost or doubled row delays or repeats nothing that matters.
create table due (
  kind text not null,
  key text not null,
  app text not null,
  at timestamptz not null,
  primary key (kind, key)
);
create index due_next on due (at);

create table leases (
  name text primary key,
  owner text not null,
  until timestamptz not null
);

-- Takes or prolongs a lease; false while another owner holds it.
create function take_lease(lease text, who text, seconds double precision) returns boolean language sql as $$
  with taken as (
    insert into leases as held (name, owner, until)
    values (lease, who, clock_timestamp() + make_interval(secs => seconds))
    on conflict (name) do update set owner = excluded.owner, until = excluded.until
    where held.owner = excluded.owner or held.until < clock_timestamp()
    returning 1
  )
  select exists (select 1 from taken)
$$;

-- The journal: one hash chain for each track and one for each app.
create table journal (
  chain text not null,
  seq bigint not null,
  hash text not null,
  prev text not null,
  app text not null,
  track text,
  kind text not null,
  actor jsonb not null,
  event jsonb not null,
  stage_after text,
  app_version bigint not null,
  at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (chain, seq)
);
create index journal_of_app on journal (app, app_version desc, chain, seq desc);
create index journal_of_track on journal (track, seq desc) where track is not null;

-- Signed heads of all chains; each seal names the one before it.
create table seals (
  seq bigint primary key,
  hash text not null,
  prev text not null,
  heads jsonb not null,
  public_key text not null,
  signature text not null,
  at timestamptz not null,
  recorded_at timestamptz not null
);

create table idempotency_keys (
  scope text not null,
  key text not null,
  body_hash text not null,
  answer jsonb not null,
  recorded_at timestamptz not null,
  primary key (scope, key)
);
create index idempotency_keys_by_age on idempotency_keys (recorded_at);

create table api_keys (
  id text primary key,
  name text not null,
  -- sha-256 of the whole key; the prefix is for people to tell keys apart.
  hash text not null unique,
  prefix text not null,
  scopes text[] not null,
  roles text[] not null,
  teams text[] not null default '{}',
  -- null: every app.
  apps text[],
  created_by jsonb not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);

create table setup_links (
  hash text primary key,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
