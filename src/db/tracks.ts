/** The rows of tracks. A write names the revision that it was decided on. */
import { sql } from 'kysely';
import { hasEnded } from '#domain/release/track.ts';
import type { Stage, Track } from '#domain/release/track.ts';
import type { Instant } from '#domain/time.ts';
import type { PlanStamp } from './schema.ts';
import { atMost } from './few.ts';
import { givingBack } from './leases.ts';
import type { Held } from './leases.ts';
import { withoutWaitingForDisk } from './transaction.ts';
import type { Db, Tx } from './transaction.ts';

/** A track's row with its lock: where it stands and where its chain ends. */
export type TrackHead = { revision: number; movedRevision: number; seq: number; hash: string; state: Track; plan: PlanStamp | null };

const HEAD = ['revision', 'moved_revision as movedRevision', 'journal_seq as seq', 'journal_hash as hash', 'state', 'plan'] as const;

/** Locks a track's row; null when it is gone. */
export async function lockTrack(tx: Tx, id: string): Promise<TrackHead | null> {
  return (await tx.selectFrom('tracks').select(HEAD).where('id', '=', id).forUpdate().executeTakeFirst()) ?? null;
}

/** Locks the rows of several tracks, in the order of their names, as everyone does; those that are gone are left out. */
export async function lockTracks(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, TrackHead>> {
  const rows = await tx
    .selectFrom('tracks')
    .select(['id', ...HEAD])
    .where(sql<boolean>`id = any(${[...ids]}::text[])`)
    .orderBy('id')
    .forUpdate()
    .execute();
  return new Map(rows.map(({ id, ...head }) => [id, head]));
}

/** What a commit leaves in a track's row. `plan` undefined: the last plan stays. */
export type TrackUpdate = {
  track: Track;
  revision: number;
  movedRevision: number;
  policyRevision: number;
  plan: PlanStamp | undefined;
  /** Where its chain ends now. */
  seq: number;
  hash: string;
  appVersion: number;
  at: Instant;
  recordedAt: Instant;
};

/** Writes tracks whose rows are locked, by one statement. */
export async function updateTracks(tx: Tx, updates: readonly TrackUpdate[]): Promise<void> {
  if (updates.length === 0) return;
  const rows = updates.map(({ track, plan, ...update }) => ({
    ...update,
    id: track.id,
    stage: track.stage,
    kind: track.kind,
    state: track,
    ended: hasEnded(track),
    planned: plan !== undefined,
    plan: plan ?? null,
    lookAgainAt: plan?.lookAgainAt ?? null,
  }));
  await sql`
    update tracks set
      stage = n.stage, kind = n.kind, state = n.state, ended = n.ended, revision = n.revision, moved_revision = n."movedRevision",
      journal_seq = n.seq, journal_hash = n.hash, app_version = n."appVersion", at = n.at, recorded_at = n."recordedAt",
      plan = case when n.planned then n.plan else tracks.plan end,
      look_again_at = case when n.planned then n."lookAgainAt" else tracks.look_again_at end,
      planned_at = case when n.planned then n.at else tracks.planned_at end,
      policy_revision = case when n.planned then n."policyRevision" else tracks.policy_revision end
    from (
      select r.id, r.stage, r.kind, r.state, r.ended, r.revision, r."movedRevision", r.seq, r.hash, r."appVersion", r.at, r."recordedAt", r.planned, r.plan, r."lookAgainAt", r."policyRevision"
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (
        id text, stage text, kind text, state jsonb, ended boolean, revision int, "movedRevision" int, seq bigint, hash text, "appVersion" bigint,
        at timestamptz, "recordedAt" timestamptz, planned boolean, plan jsonb, "lookAgainAt" timestamptz, "policyRevision" int
      ) ${atMost(rows.length)}
    ) as n where tracks.id = n.id`.execute(tx);
}

/** A look that found nothing new. `dueAt`: by the engine's clock. */
export type SilentLook = { id: string; app: string; revision: number; lookAgainAt: Instant | null; dueAt: Instant | null; at: Instant };

/**
 * Notes that tracks were looked at and nothing changed, and when each is due again. Touches no revision and wakes nobody; what has moved since is left alone.
 *
 * @param alone a statement by itself, not of a transaction that says more: a crash may take it back, and the tracks are looked at again
 * @param held leases under which they were looked at, where it is alone: given back with it, if none of the tracks had moved
 * @returns those that had not moved
 */
export async function notePlanned(
  db: Db,
  looks: readonly SilentLook[],
  { alone, held = null }: { alone: false; held?: null } | { alone: true; held?: Held | null },
): Promise<ReadonlySet<string>> {
  if (looks.length === 0) return new Set();
  const all = sql`(select count(*) from noted) = ${looks.length}::int`;
  const back = held === null ? null : givingBack(held, all);
  // Rows are locked in the order of their names, as everyone does.
  const { rows } = await sql<{ id: string }>`
    with looked as materialized (
      select n.id, n.app, n.revision, n."lookAgainAt", n."dueAt", n.at from jsonb_to_recordset(${JSON.stringify(looks)}::jsonb)
        as n (id text, app text, revision int, "lookAgainAt" timestamptz, "dueAt" timestamptz, at timestamptz)
      ${atMost(looks.length)}
    ), still as materialized (
      select t.id from tracks as t join looked as n on n.id = t.id and n.revision = t.revision ${alone ? sql`cross join ${withoutWaitingForDisk}` : sql``}
      order by t.id for update of t
    ), noted as (
      update tracks set planned_at = n.at, look_again_at = n."lookAgainAt" from looked as n join still on still.id = n.id
      where tracks.id = n.id returning tracks.id
    ), marked as (
      insert into due (kind, key, app, at) select 'track', n.id, n.app, n."dueAt" from looked as n join still on still.id = n.id
      where n."dueAt" is not null order by n.id on conflict (kind, key) do update set at = least(due.at, excluded.at)
    )${back === null ? sql`` : sql`, ended as materialized (${back.ended}), given_back as (${back.ending})`}
    select id from noted`.execute(db);
  return new Set(rows.map(({ id }) => id));
}

/** @returns false when the track exists */
export async function insertTrack(tx: Tx, track: Track, appVersion: number, at: Instant, recordedAt: Instant): Promise<boolean> {
  const row = await tx
    .insertInto('tracks')
    .values({
      id: track.id,
      app: track.app,
      version: track.version,
      platform: track.platform,
      kind: track.kind,
      stage: track.stage,
      state: JSON.stringify(track),
      plan: null,
      look_again_at: null,
      planned_at: null,
      app_version: appVersion,
      ended: hasEnded(track),
      at,
      recorded_at: recordedAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export type LiveTrack = { id: string; app: string; version: string; platform: string; stage: Stage; state: Track; ended: boolean };

export async function tracksOf(db: Db, app: string): Promise<LiveTrack[]> {
  return db
    .selectFrom('tracks')
    .select(['id', 'app', 'version', 'platform', 'stage', 'state', 'ended'])
    .where('app', '=', app)
    .orderBy('id')
    .execute();
}

/** A track by its name alone: of an app with years of releases the rest would be much. */
export type TrackName = { id: string; version: string; platform: string; ended: boolean };

export async function trackNamesOf(db: Db, app: string): Promise<TrackName[]> {
  return db.selectFrom('tracks').select(['id', 'version', 'platform', 'ended']).where('app', '=', app).execute();
}

export async function liveTracksOf(db: Db, app: string): Promise<LiveTrack[]> {
  return (await tracksOf(db, app)).filter((track) => !track.ended);
}

/** Live tracks that a timer should have woken: their moment passed, and nothing is marked due for them. What a lost wake-up left. */
export async function forgottenTracks(db: Db, app: string, now: Instant): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from tracks
    where app = ${app} and not ended and (planned_at is null or look_again_at <= ${now})
      and not exists (select 1 from due where due.kind = 'track' and due.key = tracks.id)`.execute(db);
  return rows.map(({ id }) => id);
}

/** Live tracks whose last plan said to look again by a moment of the app's time, and those that have none yet. */
export async function tracksDueBy(db: Db, app: string, by: Instant): Promise<string[]> {
  const rows = await db
    .selectFrom('tracks')
    .select('id')
    .where('app', '=', app)
    .where('ended', '=', false)
    .where((is) => is.or([is('planned_at', 'is', null), is('look_again_at', '<=', by)]))
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}
