/** The rows of tracks. A write names the revision that it was decided on. */
import { sql } from 'kysely';
import { hasEnded } from '#domain/release/track.ts';
import type { Stage, Track } from '#domain/release/track.ts';
import type { Instant } from '#domain/time.ts';
import type { PlanStamp } from './schema.ts';
import type { Db, Tx } from './transaction.ts';

/** A track's row with its lock: where it stands and where its chain ends. */
export type TrackHead = { revision: number; movedRevision: number; seq: number; hash: string; state: Track };

/** Locks a track's row; null when it is gone. */
export async function lockTrack(tx: Tx, id: string): Promise<TrackHead | null> {
  const row = await tx
    .selectFrom('tracks')
    .select(['revision', 'moved_revision as movedRevision', 'journal_seq as seq', 'journal_hash as hash', 'state'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
}

/** What a commit leaves in a track's row. `plan` undefined: the last plan stays. */
export type TrackUpdate = {
  track: Track;
  revision: number;
  movedRevision: number;
  policyRevision: number;
  plan: PlanStamp | undefined;
  appVersion: number;
  at: Instant;
  recordedAt: Instant;
};

/** Writes a track whose row is locked. */
export async function updateTrack(tx: Tx, update: TrackUpdate): Promise<void> {
  const { track, revision, movedRevision, policyRevision, plan, appVersion, at, recordedAt } = update;
  await tx
    .updateTable('tracks')
    .set({
      stage: track.stage,
      kind: track.kind,
      state: JSON.stringify(track),
      ended: hasEnded(track),
      revision,
      moved_revision: movedRevision,
      app_version: appVersion,
      at,
      recorded_at: recordedAt,
      ...(plan === undefined
        ? {}
        : { plan: JSON.stringify(plan), look_again_at: plan.lookAgainAt, planned_at: at, policy_revision: policyRevision }),
    })
    .where('id', '=', track.id)
    .execute();
}

/** Notes that a track was looked at and nothing changed. Touches no revision and wakes nobody. */
export async function notePlanned(db: Db, id: string, revision: number, lookAgainAt: Instant | null, at: Instant): Promise<void> {
  await db
    .updateTable('tracks')
    .set({ planned_at: at, look_again_at: lookAgainAt })
    .where('id', '=', id)
    .where('revision', '=', revision)
    .execute();
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

/** One track's place, or null when there is no such track. */
export async function trackNamed(db: Db, id: string): Promise<LiveTrack | null> {
  return (
    (await db
      .selectFrom('tracks')
      .select(['id', 'app', 'version', 'platform', 'stage', 'state', 'ended'])
      .where('id', '=', id)
      .executeTakeFirst()) ?? null
  );
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

/** What the last plan of a track said; null before its first. */
export async function planOf(db: Db, id: string): Promise<PlanStamp | null> {
  const row = await db.selectFrom('tracks').select('plan').where('id', '=', id).executeTakeFirst();
  return row?.plan ?? null;
}
