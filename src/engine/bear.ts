/** Tracks come into the world, and are woken. */
import { markDue } from '#db/due.ts';
import { appendEntries, signatureOf } from '#db/journal.ts';
import { insertTrack, liveTracksOf, tracksDueBy } from '#db/tracks.ts';
import type { Tx } from '#db/transaction.ts';
import type { Track } from '#domain/release/track.ts';
import type { Actor } from '#domain/roles.ts';
import type { Instant } from '#domain/time.ts';
import { appNow } from './context.ts';
import type { Context } from './context.ts';

/** Puts a track into the world with the first entry of its chain; false when it was there. */
export async function bear(
  context: Context,
  tx: Tx,
  track: Track,
  appVersion: number,
  event: Parameters<typeof appendEntries>[2][number]['event'],
  by: Actor,
): Promise<boolean> {
  // A birth is of the moment at which the track's first stage began; a track that was there before is written down now.
  const at = event.is === 'born' ? track.since : appNow(context, track.app);
  const recordedAt = context.clock.now();
  if (!(await insertTrack(tx, track, appVersion, at, recordedAt))) return false;
  await appendEntries(
    tx,
    { app: track.app, track: track.id, seq: 0, hash: '' },
    [{ actor: signatureOf(by), event, stageAfter: track.stage }],
    {
      appVersion,
      at,
      recordedAt,
    },
  );
  return true;
}

/** Marks every live track of an app as due now. */
export async function wakeAll(context: Context, tx: Tx, app: string): Promise<void> {
  const at = context.clock.now();
  await markDue(
    tx,
    (await liveTracksOf(tx, app)).map(({ id }) => ({ kind: 'track' as const, key: id, app, at })),
  );
}

/** Marks those live tracks as due of which the last plan said that they are to be looked at by a moment of the app's time, and those without a plan. */
export async function wakeDueBy(context: Context, tx: Tx, app: string, by: Instant): Promise<void> {
  const at = context.clock.now();
  await markDue(
    tx,
    (await tracksDueBy(tx, app, by)).map((key) => ({ kind: 'track' as const, key, app, at })),
  );
}
