import { appById } from '#db/views/apps.ts';
import { releasesOf } from '#db/views/releases.ts';
import { cutOf, percentOf } from '#domain/release/track.ts';
import type { Handlers, Room } from '../context.ts';
import { cursorOf, isInstant, isWord, page, wordsOf } from '../cursor.ts';
import { notFound, orRefuse } from '../errors.ts';
import { releaseView } from '../snapshot.ts';
import { trackHeads } from '../track-view.ts';

export function releaseHandlers(room: Room): Handlers<'listReleases' | 'getRelease' | 'planRelease'> {
  return {
    listReleases: async ({ params, query }) => {
      if ((await appById(room.db, params.app)) === null) notFound(`app "${params.app}"`, 'see GET /api/apps');
      const [bornAt, version] = wordsOf(query.cursor, isInstant, isWord) ?? [];
      const before = bornAt === undefined || version === undefined ? null : { bornAt, version };
      const rows = await releasesOf(room.db, params.app, { state: query.state, before, limit: query.limit + 1 });
      const lines = rows.map(({ tracks, ...release }) => ({
        ...releaseView(release, tracks),
        tracks: tracks.map((track) => ({
          id: track.id,
          platform: track.platform,
          stage: track.stage,
          percent: percentOf(track),
          since: track.since,
          reached: { ...track.reached } as Record<string, string>,
          cutInferred: cutOf(track)?.inferred ?? false,
        })),
      }));
      return page(lines, query.limit, (last) => cursorOf(last.bornAt, last.version));
    },
    getRelease: async ({ params }, at) => {
      const found = await trackHeads(room, params.app, params.version, at.now);
      if (found === null) notFound(`release ${params.version} of "${params.app}"`, `see GET /api/apps/${params.app}/releases`);
      const { release, heads } = found;
      return { ...releaseView(release, heads), tracks: heads.map(({ id }) => id), heads };
    },
    planRelease: async ({ params, body }, at) => {
      const app = (await appById(room.db, params.app)) ?? notFound(`app "${params.app}"`, 'see GET /api/apps');
      const { startsAt, planned, ...rest } = body;
      const made = orRefuse(
        await room.engine.planRelease(
          {
            app: params.app,
            ...rest,
            base: rest.base ?? null,
            manager: rest.manager ?? null,
            platforms: rest.platforms ?? app.platforms,
            ...(planned === undefined ? {} : { planned }),
            ...(startsAt === undefined ? {} : { startsAt }),
          },
          at.actor(params.app),
        ),
      );
      return { version: made.release.version, kind: made.release.kind, planned: made.release.planned, tracks: made.tracks };
    },
  };
}
