import { bugsOf } from '#db/views/bugs.ts';
import { journal } from '#db/views/audit.ts';
import { appById } from '#db/views/apps.ts';
import { buildsOf, checksOf, cherryPicksOf, hasTrack, looksOf, signOffsOf, verdictHistory, waiversOf } from '#db/views/tracks.ts';
import { trackId } from '#domain/release/track.ts';
import type { Handlers, Room } from '../context.ts';
import { cursorOf, isInstant, isNumber, isWord, page, wordsOf } from '../cursor.ts';
import { notFound, orRefuse } from '../errors.ts';
import { waiverView } from '../cells.ts';
import { resultOf } from '../checks.ts';
import { explain } from '../explain.ts';
import { planView } from '../plan-view.ts';
import { activityLine } from '../snapshot.ts';
import { trackHead, trackView } from '../track-view.ts';
import type { Named } from '../track-view.ts';

/** What serves the cursor, or is nobody's business, is left out of an answer. */
function without<T extends object, K extends keyof T>(row: T, name: K): Omit<T, K> {
  const rest: Partial<T> = { ...row };
  delete rest[name];
  return rest as Omit<T, K>;
}

type Id =
  | 'getTrack'
  | 'getPlan'
  | 'previewCommand'
  | 'explainTrack'
  | 'giveCommand'
  | 'listVerdictHistory'
  | 'listChecks'
  | 'listBuilds'
  | 'listSignOffs'
  | 'listWaivers'
  | 'listCherryPicks'
  | 'listBugs'
  | 'listActivity';

export function trackHandlers(room: Room): Handlers<Id> {
  const idOf = ({ app, version, platform }: Named): string => trackId(app, version, platform);
  const missing = (name: Named): never => notFound(`track "${idOf(name)}"`, `see GET /api/apps/${name.app}/releases`);
  const existing = async (name: Named): Promise<string> => ((await hasTrack(room.db, idOf(name))) ? idOf(name) : missing(name));
  const numberBefore = (cursor: string | undefined): number | null => {
    const [before] = wordsOf(cursor, isNumber) ?? [];
    return before === undefined ? null : Number(before);
  };
  const momentBefore = (cursor: string | undefined): { at: string; id: string } | null => {
    const [at, id] = wordsOf(cursor, isInstant, isWord) ?? [];
    return at === undefined || id === undefined ? null : { at, id };
  };

  return {
    getTrack: async ({ params }, at) => (await trackView(room, params, at.now)) ?? missing(params),
    getPlan: async ({ params }) => {
      const { plan } = orRefuse(await room.engine.plan(await existing(params)));
      return planView(idOf(params), plan);
    },
    previewCommand: async ({ params, body }, at) => {
      const { plan } = orRefuse(
        await room.engine.plan(await existing(params), { command: body.command, by: at.actor(params.app, body.command) }),
      );
      return planView(idOf(params), plan);
    },
    explainTrack: async ({ params, query }, at) => {
      const view = (await trackView(room, params, at.now)) ?? missing(params);
      if (query.criterion !== undefined && !view.cells.some(({ instance }) => instance === query.criterion)) {
        notFound(`criterion "${query.criterion}" on this track`, `one of ${view.cells.map(({ instance }) => instance).join(', ')}`);
      }
      const app = await appById(room.db, params.app);
      return explain(view, query.criterion ?? null, at.now, app?.timezone ?? 'UTC');
    },
    giveCommand: async ({ params, body }, at) => {
      const id = await existing(params);
      const done = orRefuse(
        await room.engine.command(id, body.command, at.actor(params.app, body.command), {
          ...at.idempotency,
          ...(body.basedOn === undefined ? {} : { basedOn: body.basedOn }),
        }),
        at.idempotency.idempotencyKey === undefined ? {} : { conflict: 'key-reused' },
      );
      const head = (await trackHead(room, params, at.now)) ?? missing(params);
      return { changed: done.changed, revision: done.revision, version: done.version, track: head };
    },
    listVerdictHistory: async ({ params, query }) => {
      const rows = await verdictHistory(room.db, await existing(params), params.instance, numberBefore(query.cursor), query.limit + 1);
      return page(rows, query.limit, (last) => cursorOf(last.id));
    },
    listChecks: async ({ params, query }, at) => {
      const id = await existing(params);
      const [looks, checks, head] = await Promise.all([
        looksOf(room.db, id),
        checksOf(room.db, id, query.limit),
        trackHead(room, params, at.now),
      ]);
      return {
        ...looks,
        items: checks.map(({ appVersion, at: when, events, inputs }, index) => ({
          id: String(appVersion),
          at: when,
          // the newest first: of the last look alone it is known how the robot stands
          result: resultOf(events, index === 0 ? (head?.robot ?? null) : null),
          inputs: inputs.map((input) => without(input, 'appVersion')),
        })),
      };
    },
    listBuilds: async ({ params, query }) => {
      await existing(params);
      const rows = await buildsOf(room.db, params, numberBefore(query.cursor), query.limit + 1);
      const { items, next } = page(rows, query.limit, (last) => cursorOf(String(last.arrival)));
      return { items: items.map((build) => without(build, 'arrival')), next };
    },
    listSignOffs: async ({ params }) => {
      const id = await existing(params);
      const words = new Map((await signOffsOf(room.db, id)).map((row) => [row.team, row]));
      const app = await appById(room.db, params.app);
      const { world } = orRefuse(await room.engine.plan(id));
      const teams = world.policy.teams;
      const named = teams.map(({ id: team, channel, testing }) => {
        const word = words.get(team);
        words.delete(team);
        if (word !== undefined) return { ...word, channel };
        const optedOut = testing !== 'manual' && (testing.until === null || testing.until > (app === null ? '' : world.now));
        return {
          team,
          state: optedOut ? ('opted-out' as const) : ('pending' as const),
          build: null,
          by: null,
          at: null,
          note: optedOut ? testing.optedOut : null,
          channel,
        };
      });
      return { items: [...named, ...[...words.values()].map((word) => ({ ...word, channel: null }))] };
    },
    listWaivers: async ({ params, query }) => {
      const id = await existing(params);
      const rows = await waiversOf(room.db, id, momentBefore(query.cursor), query.limit + 1);
      const { items, next } = page(rows, query.limit, (last) => cursorOf(last.at, last.id));
      return { items: items.map(({ waiver }) => waiverView(id, waiver)), next };
    },
    listCherryPicks: async ({ params, query }) => {
      const id = await existing(params);
      const rows = await cherryPicksOf(room.db, id, momentBefore(query.cursor), query.limit + 1);
      const { items, next } = page(rows, query.limit, (last) => cursorOf(last.at, last.id));
      // how far an accepted one has come is read off the branch and its builds
      const planned = await room.engine.plan(id);
      const states = new Map(planned.ok ? planned.world.facts.cherryPicks.map((pick) => [pick.id, pick.state]) : []);
      return { items: items.map(({ pick }) => ({ ...without(pick, 'askedById'), state: states.get(pick.id) ?? pick.state })), next };
    },
    listBugs: async ({ params, query }) => {
      if ((await appById(room.db, params.app)) === null) notFound(`app "${params.app}"`, 'see GET /api/apps');
      const { cursor, limit, version, platform, state, part } = query;
      const rows = await bugsOf(room.db, {
        app: params.app,
        version: version ?? null,
        platform: platform ?? null,
        state,
        part,
        before: numberBefore(cursor),
        limit: limit + 1,
      });
      const { items, next } = page(rows, limit, (last) => cursorOf(String(last.arrival)));
      return { items: items.map((bug) => without(bug, 'arrival')), next };
    },
    listActivity: async ({ params, query }) => {
      if ((await appById(room.db, params.app)) === null) notFound(`app "${params.app}"`, 'see GET /api/apps');
      const [at, chain, seq] = wordsOf(query.cursor, isInstant, isWord, isNumber) ?? [];
      const rows = await journal(room.db, {
        app: params.app,
        track: query.track === undefined ? null : `${params.app}/${query.track}`,
        actor: query.actor ?? null,
        is: query.is?.split(',') ?? null,
        by: query.by ?? null,
        only: null,
        instance: false,
        before: at === undefined || chain === undefined || seq === undefined ? null : { at, chain, seq: Number(seq) },
        from: null,
        to: null,
        text: null,
        limit: query.limit + 1,
      });
      const { items, next } = page(rows, query.limit, (last) => cursorOf(last.recordedAt, last.chain, String(last.seq)));
      return { items: items.map((row) => activityLine(params.app, row)), next };
    },
  };
}
