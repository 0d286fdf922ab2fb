-- Who may come in: people who are out, one-time links, identity providers, credentials that only report, and a journal of the instance itself.

-- Someone who is out keeps their row, so that the journal's words keep their owner; null: they may sign in.
alter table auth."user" add column "deactivatedAt" timestamptz;
alter table auth."user" add column "deactivatedWhy" text;

-- How a session began: `password`, or the id of an identity provider.
alter table auth.session add column "how" text;

-- Invitations and links that set a new password. Only the hash of what is in the link is kept.
create table auth.links (
  id text primary key,
  hash text not null unique,
  kind text not null check (kind in ('invitation', 'password')),
  email text not null,
  name text not null default '',
  -- Whose password it sets; null for an invitation.
  person text references auth."user" (id) on delete cascade,
  -- What an invitation grants: [{ app, roles, teams }].
  grants jsonb not null default '[]',
  created_by jsonb not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz
);
create index links_by_email on auth.links (lower(email));

-- Identity providers that were set in the settings; those of the environment are not here. The client secret in `settings` is sealed.
create table auth.providers (
  id text primary key,
  settings jsonb not null,
  changed_at timestamptz not null
);

-- Settings of the instance by name: `access` has who sees which apps.
create table auth.settings (
  name text primary key,
  value jsonb not null,
  changed_at timestamptz not null
);

-- `report`: writes facts of one app and does nothing else. `acts_for`: the person behind a key, who made it.
alter table api_keys
  add column kind text not null default 'key' check (kind in ('key', 'report')),
  add column acts_for text;
update api_keys set acts_for = created_by ->> 'id' where created_by ->> 'kind' = 'person';

-- The head of the instance's own chain in the journal, `app:*`: what concerns people and keys and belongs to no one app.
create table instance (
  one boolean primary key default true check (one),
  journal_seq bigint not null default 0,
  journal_hash text not null default '',
  sealed_seq bigint not null default 0
);
insert into instance default values;
