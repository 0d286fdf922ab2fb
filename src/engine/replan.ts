/** Moves the planned times of a release: what the calendar gave it, a person gives it anew, with a reason that the journal keeps. */
import { appIds, appOf, raiseApp } from '#db/apps.ts';
import { unstorable } from '#db/canonical.ts';
import { appendEntries, signatureOf } from '#db/journal.ts';
import { plannedOf, writePlanned } from '#db/releases.ts';
import { liveTracksOf } from '#db/tracks.ts';
import { unlessRefused } from '#db/transaction.ts';
import { planFault } from '#domain/calendar/cycle.ts';
import { platformName } from '#domain/names.ts';
import type { PlannedTimes } from '#domain/release/release.ts';
import type { Actor } from '#domain/roles.ts';
import { wakeAll } from './bear.ts';
import { tell, tellAll } from './commit.ts';
import { appNow } from './context.ts';
import type { Context } from './context.ts';
import { noSuchApp, refuse } from './refuse.ts';
import type { Change, ReleaseName, Replanning, Result } from './types.ts';

type Replanned = Result<{ planned: PlannedTimes; changed: boolean }>;

/**
 * Gives a release other planned times; milestones that are not named stay. Its tracks are looked at again, because the robot cuts at the planned time.
 * Refused: an unknown release, one whose tracks have all ended, times that are not in order, and another branch day for what has branched.
 */
export async function replanRelease(context: Context, { app, version }: ReleaseName, change: Replanning, by: Actor): Promise<Replanned> {
  const known = await appOf(context.db, app);
  if (known === null) return noSuchApp(app, await appIds(context.db));
  const bad = unstorable(change);
  if (bad !== null) return refuse('invalid', bad, 'text of whole characters, without NUL');
  const told: Change[] = [];
  const answer = await unlessRefused(
    context.db,
    async (tx): Promise<Replanned> => {
      const head = await raiseApp(tx, app);
      const before = await plannedOf(tx, app, version);
      if (head === null || before === null)
        return refuse('not-found', `${app} has no release ${version}`, 'the version of a release that is listed');
      const live = (await liveTracksOf(tx, app)).filter((track) => track.version === version);
      if (live.length === 0) return refuse('wrong-stage', `${version} has ended`, 'a release with a track that is alive');
      const planned: PlannedTimes = { ...before, ...change.planned };
      const moved = (Object.keys(planned) as (keyof PlannedTimes)[]).filter((milestone) => planned[milestone] !== before[milestone]);
      if (moved.length === 0) return { ok: true, planned, changed: false };
      const branched = live.find(({ stage }) => stage !== 'planned' && stage !== 'developing');
      if (moved.includes('branch') && branched !== undefined)
        return refuse(
          'wrong-stage',
          `${version} has branched on ${platformName(branched.platform)}`,
          'another time for a milestone that is still ahead',
        );
      const fault = planFault(planned);
      if (fault !== null) return refuse('invalid', fault.because, fault.wouldBeRight);
      await writePlanned(tx, app, version, planned);
      await wakeAll(context, tx, app);
      const at = appNow(context, app);
      const pick = (times: PlannedTimes): Partial<PlannedTimes> =>
        Object.fromEntries(moved.map((milestone) => [milestone, times[milestone]]));
      const event = { is: 'release-replanned' as const, version, from: pick(before), to: pick(planned), why: change.reason };
      await appendEntries(tx, { app, track: null, seq: head.seq, hash: head.hash }, [{ actor: signatureOf(by), event, stageAfter: null }], {
        appVersion: head.version,
        at,
        recordedAt: context.clock.now(),
      });
      await tell(
        context,
        tx,
        { app, version: head.version, tracks: live.map(({ id }) => id), kinds: ['app', 'track', 'journal'], at },
        told,
      );
      return { ok: true, planned, changed: true };
    },
    (answer) => answer.ok && answer.changed,
  );
  tellAll(context, told);
  if (answer.ok) context.wake();
  return answer;
}
