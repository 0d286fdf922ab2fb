-- People, their roles, and what better-auth keeps: accounts and sessions. All in a schema of its own.
-- The first five tables are better-auth's (version 1.7), with its own column names; the rest is Signalbox's.

create schema auth;

create table auth."user" (
  id text primary key,
  name text not null,
  email text not null unique,
  "emailVerified" boolean not null,
  image text,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null
);

create table auth.session (
  id text primary key,
  "expiresAt" timestamptz not null,
  token text not null unique,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null,
  "ipAddress" text,
  "userAgent" text,
  "userId" text not null references auth."user" (id) on delete cascade
);
create index sessions_of_user on auth.session ("userId");

create table auth.account (
  id text primary key,
  "accountId" text not null,
  "providerId" text not null,
  "userId" text not null references auth."user" (id) on delete cascade,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz,
  scope text,
  password text,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null
);
create index accounts_of_user on auth.account ("userId");

create table auth.verification (
  id text primary key,
  identifier text not null,
  value text not null,
  "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null
);
create index verification_identifier on auth.verification (identifier);

-- Roles and teams of a person in an app; the app '*' stands for all of them.
create table auth.grants (
  person text not null references auth."user" (id) on delete cascade,
  app text not null,
  roles text[] not null,
  teams text[] not null,
  primary key (person, app)
);

-- The audit log over all apps reads the newest entries first.
create index journal_by_arrival on journal (recorded_at desc, chain, seq desc);
