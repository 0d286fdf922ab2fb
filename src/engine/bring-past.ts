/** Giving a sample app a past: releases that ended before its story begins, so that what usually takes how long is known. */
import { appIds, insertRelease, raiseApp } from '#db/apps.ts';
import { inTransaction } from '#db/transaction.ts';
import { hasEnded } from '#domain/release/track.ts';
import type { Actor } from '#domain/roles.ts';
import { bear } from './bear.ts';
import { knownApp } from './context.ts';
import type { Context } from './context.ts';
import { noSuchApp, refuse } from './refuse.ts';
import type { PastRelease, Result } from './types.ts';

/** Adds releases whose tracks have all ended. Refused for a real app, whose past is read out of its repository. */
export async function bringPast(
  context: Context,
  id: string,
  past: readonly PastRelease[],
  by: Actor,
): Promise<Result<{ releases: number }>> {
  const app = await knownApp(context, id);
  if (app === null) return noSuchApp(id, await appIds(context.db));
  if (!app.sample)
    return refuse('not-allowed', `${id} is a real app: its past is read out of its repository`, 'an app that was made as sample data');
  const alive = past.flatMap(({ tracks }) => tracks).find((track) => !hasEnded(track));
  if (alive !== undefined) return refuse('invalid', `${alive.id} is ${alive.stage}: it has not ended`, 'releases that have ended');
  const releases = await inTransaction(context.db, async (tx) => {
    const raised = await raiseApp(tx, id);
    let added = 0;
    for (const { release, tracks } of past) {
      if (!(await insertRelease(tx, release, context.clock.now()))) continue;
      added += 1;
      for (const track of tracks)
        await bear(
          context,
          tx,
          track,
          raised?.version ?? 0,
          { is: 'imported', version: track.version, platform: track.platform, stage: track.stage, inferred: [] },
          by,
        );
    }
    return added;
  });
  return { ok: true, releases };
}
