import { appById } from '#db/views/apps.ts';
import { policyInForce } from '#db/views/policy.ts';
import { nightliesOf, plannedTrains, releasesOf, releaseWithTracks } from '#db/views/releases.ts';
import { wholeContents } from '#domain/release/contents.ts';
import { cutOf, hasEnded, percentOf } from '#domain/release/track.ts';
import type { Handlers, Room } from '../context.ts';
import { cursorOf, isInstant, isWord, page, wordsOf } from '../cursor.ts';
import { notFound, orRefuse } from '../errors.ts';
import { contentsView, outcomeOf, trainsOf } from '../release-view.ts';
import { releaseView } from '../snapshot.ts';
import { trackHeads } from '../track-view.ts';

type Id =
  | 'listReleases'
  | 'getRelease'
  | 'planRelease'
  | 'listNightlies'
  | 'listTrains'
  | 'describeRelease'
  | 'replanRelease'
  | 'noteDecision'
  | 'postUpdate';

/** A week of nightlies on a few platforms is some dozens; a release that stood for months is cut off here. */
const NIGHTLIES_MAX = 400;

export function releaseHandlers(room: Room): Handlers<Id> {
  const existing = async ({ app, version }: { app: string; version: string }): Promise<void> => {
    if ((await releaseWithTracks(room.db, app, version)) === null)
      notFound(`release ${version} of "${app}"`, `see GET /api/apps/${app}/releases`);
  };
  return {
    listReleases: async ({ params, query }) => {
      if ((await appById(room.db, params.app)) === null) notFound(`app "${params.app}"`, 'see GET /api/apps');
      const [bornAt, version] = wordsOf(query.cursor, isInstant, isWord) ?? [];
      const before = bornAt === undefined || version === undefined ? null : { bornAt, version };
      const rows = await releasesOf(room.db, params.app, { state: query.state, kind: query.kind, before, limit: query.limit + 1 });
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
          ended: hasEnded(track) ? track.why : null,
          halts: track.halts,
          watchUntil: track.stage === 'released' ? track.watchUntil : null,
        })),
      }));
      return page(lines, query.limit, (last) => cursorOf(last.bornAt, last.version));
    },
    getRelease: async ({ params }, at) => {
      const found = await trackHeads(room, params.app, params.version, at.now);
      if (found === null) notFound(`release ${params.version} of "${params.app}"`, `see GET /api/apps/${params.app}/releases`);
      const { release, heads } = found;
      return {
        ...releaseView(release, heads),
        tracks: heads.map(({ id }) => id),
        heads,
        contents: await contentsView(room, wholeContents(release.contents)),
      };
    },
    listNightlies: async ({ params }) => {
      await existing(params);
      const rows = await nightliesOf(room.db, params.app, params.version, NIGHTLIES_MAX);
      return {
        items: rows.map(({ suites, reached, ...build }) => ({ ...build, tests: outcomeOf(suites ?? []), reached: reached ?? [] })),
      };
    },
    listTrains: async ({ params, query }, at) => {
      const known = await policyInForce(room.db, params.app);
      if (known === null) notFound(`app "${params.app}"`, 'see GET /api/apps');
      const document = await room.policies.documentOf(params.app, known.revision);
      if (document === null) return { items: [], closed: [], cadenceWeeks: null };
      return trainsOf(document, await plannedTrains(room.db, params.app), at.now, query.count);
    },
    replanRelease: async ({ params, body }, at) => {
      await existing(params);
      const { changed, planned } = orRefuse(
        await room.engine.replanRelease(params, { planned: given(body.planned), reason: body.reason }, at.actor(params.app)),
      );
      return { changed, planned };
    },
    describeRelease: async ({ params, body }, at) => {
      const { basedOn, ...change } = body;
      await existing(params);
      const done = orRefuse(
        await room.engine.describeRelease(params, given(change), at.actor(params.app), basedOn === undefined ? {} : { basedOn }),
      );
      return { changed: done.changed, contents: await contentsView(room, done.contents) };
    },
    noteDecision: async ({ params, body }, at) => {
      await existing(params);
      const done = orRefuse(await room.engine.noteDecision(params, body, at.actor(params.app)));
      return { changed: done.changed, contents: await contentsView(room, done.contents) };
    },
    postUpdate: async ({ params, body }, at) => {
      await existing(params);
      const done = orRefuse(await room.engine.postUpdate(params, body.text, at.actor(params.app)));
      return { changed: done.changed, contents: await contentsView(room, done.contents) };
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

/** Only the parts that the body has: an absent part stays as it is. */
function given<T extends object>(change: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as never;
}
