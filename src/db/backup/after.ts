/** What a restored database needs so that work goes on rightly in a world that has moved on since the backup. */
import { sql } from 'kysely';
import type { AppEvent } from '#domain/release/events.ts';
import { latest } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import { pauseApp, raiseApp } from '../apps.ts';
import { appendEntries, lastEntryAt } from '../journal.ts';
import type { Db, Tx } from '../transaction.ts';

/** Actions that were open when the backup was taken, and apps whose robot waits for a person. */
export type Settled = { openActions: number; paused: string[] };

const ROBOT = { kind: 'robot', id: 'robot', name: 'Robot' } as const;
const BY = 'signalbox restore';

/**
 * In the transaction of the restore, when all rows are there.
 * - Versions and revisions jump: a page, a key or a chat message that remembers a number from before must not take it for the one that is given again.
 * - What was ordered and not ended may have been done since: each is in doubt, and is looked for before it is tried.
 * - Every source is due to be read and every track to be looked at.
 * - The robot of every real app is paused unless it was said to go on: people's words since the backup (a veto, a blocker, a stricter policy) are not known. It still observes,
 *   holds and halts.
 * - Each real app's journal tells that it was restored, so that seals which were exported since can be understood.
 */
export async function settleIn(db: Db, takenAt: Instant, { now, robotGoesOn }: { now: Instant; robotGoesOn: boolean }): Promise<Settled> {
  // The caller's transaction is open on this one connection.
  const tx = db as Tx;
  await raiseNumbers(tx, now);
  const inDoubt = await tx
    .updateTable('outbox')
    .set({ in_doubt: true })
    .where('state', 'in', ['ordered', 'trying', 'waiting'])
    .returning('key')
    .execute();
  // The world is read now, at whatever pace it was read before.
  await sql`update due set at = least(at, ${now}::timestamptz) where app in (select id from apps where not sample)`.execute(tx);
  const apps = await tx.selectFrom('apps').select(['id', 'robot_paused']).where('sample', '=', false).orderBy('id').execute();
  const paused: string[] = [];
  for (const { id, robot_paused: before } of apps) {
    // Whoever paused it before the backup, and until when, stays.
    const pauses = !robotGoesOn && (before === null || before.until !== null);
    await tell(tx, id, { takenAt, now, pauses });
    if (pauses) paused.push(id);
  }
  return { openActions: inDoubt.length, paused };
}

const NUMBERS_BEGIN = Date.UTC(2020, 0, 1);

async function raiseNumbers(tx: Tx, now: Instant): Promise<void> {
  // Nothing commits once a millisecond for years, nor decides on one track once a second: these are beyond what was given out since the backup.
  const ms = Date.parse(now) - NUMBERS_BEGIN;
  await tx
    .updateTable('apps')
    .set({ version: sql`greatest(version + 1, ${ms}::bigint)` })
    .execute();
  await sql`update tracks set revision = greatest(revision + 1, ${Math.floor(ms / 1000)}::int), moved_revision = greatest(revision + 1, ${Math.floor(ms / 1000)}::int)`.execute(
    tx,
  );
}

async function tell(tx: Tx, app: string, { takenAt, now, pauses }: { takenAt: Instant; now: Instant; pauses: boolean }): Promise<void> {
  const raised = await raiseApp(tx, app);
  if (raised === null) return;
  // The machine that restores may be behind the one that wrote the journal; an entry is never before the one before it.
  const at = latest(now, await lastEntryAt(tx, app)) ?? now;
  const pause = {
    by: BY,
    at,
    why: `Restored from a backup of ${takenAt}. What people said since then is not known here: look, then let it go on.`,
    until: null,
  };
  const events: AppEvent[] = [
    { is: 'restored', takenAt },
    ...(pauses ? [{ is: 'robot-paused' as const, scope: 'app' as const, pause }] : []),
  ];
  await appendEntries(
    tx,
    { app, track: null, seq: raised.seq, hash: raised.hash },
    events.map((event) => ({ actor: ROBOT, event, stageAfter: null })),
    { appVersion: raised.version, at, recordedAt: now },
  );
  if (pauses) await pauseApp(tx, app, pause);
}
