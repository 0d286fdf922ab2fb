import { appById, appsAfter, liveVersions, sourcesOf } from '#db/views/apps.ts';
import { policyInForce } from '#db/views/policy.ts';
import { defaultPolicy } from '#domain/policy/defaults.ts';
import type { z } from 'zod';
import type { appSummary } from '#api/apps.ts';
import { visibleApps } from '../auth/caller.ts';
import type { Handlers, Room } from '../context.ts';
import { sent } from '../context.ts';
import { cursorOf, isWord, page, wordsOf } from '../cursor.ts';
import { notFound, orRefuse } from '../errors.ts';
import { rulesView } from '../platform-view.ts';
import { clockView } from '../snapshot.ts';

type AppSummary = z.output<typeof appSummary>;

function summaryOf({ clock, ...app }: NonNullable<Awaited<ReturnType<typeof appById>>>): AppSummary {
  return { ...app, clock: clockView(clock) };
}

export function appHandlers(
  room: Room,
): Handlers<'listApps' | 'createApp' | 'getApp' | 'renameApp' | 'listPlatforms' | 'listSources' | 'importHistory'> {
  const appOrNone = async (app: string): Promise<AppSummary> =>
    summaryOf((await appById(room.db, app)) ?? notFound(`app "${app}"`, 'see GET /api/apps'));

  return {
    listApps: async ({ query }, at) => {
      const [after] = wordsOf(query.cursor, isWord) ?? [];
      const apps = await appsAfter(room.db, after ?? null, query.limit + 1, visibleApps(at.caller));
      return page(apps.map(summaryOf), query.limit, (last) => cursorOf(last.id));
    },
    createApp: async ({ body }, at) => {
      const { process: template, policy, ...app } = body;
      const text = policy ?? defaultPolicy(app.id, { process: template ?? 'light', platforms: app.platforms, timezone: app.timezone });
      orRefuse(
        await room.engine.createApp({ ...app, name: app.name ?? app.id, policy: text }, at.actor(app.id)),
        policy === undefined ? {} : { invalid: 'invalid-policy' },
      );
      return appOrNone(app.id);
    },
    getApp: async ({ params }) => appOrNone(params.app),
    listSources: async ({ params }, at) => {
      await appOrNone(params.app);
      return { items: (await sourcesOf(room.db, params.app, at.now)).map(({ connection: _connection, ...source }) => source) };
    },
    renameApp: async ({ params, body }, at) => {
      orRefuse(await room.engine.renameApp(params.app, body.name, at.actor(params.app)));
      return appOrNone(params.app);
    },
    listPlatforms: async ({ params }) => {
      const app = await appOrNone(params.app);
      const { revision = 0 } = (await policyInForce(room.db, app.id)) ?? {};
      const live = (await liveVersions(room.db, app.id)).toSorted((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
      const items = await Promise.all(
        app.platforms.map(async (platform) => {
          const rules = await room.policies.of(app.id, revision, platform, 'regular');
          return rules === null
            ? []
            : [
                rulesView(
                  rules,
                  live.filter((track) => track.platform === platform).map(({ version }) => version),
                ),
              ];
        }),
      );
      return { revision, items: items.flat() };
    },
    importHistory: async ({ params }, at) => {
      await appOrNone(params.app);
      const actor = at.actor(params.app);
      at.reply.hijack();
      const { raw } = at.reply;
      raw.writeHead(200, {
        'content-type': 'application/x-ndjson; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      // the work goes on when the caller goes away: it may be asked for again, and then adds only news
      raw.on('error', () => {});
      const say = (line: Record<string, unknown>): void => {
        if (!raw.destroyed) raw.write(`${JSON.stringify(line)}\n`);
      };
      try {
        const result = await room.engine.importHistory(params.app, actor, (text) => say({ is: 'progress', text }));
        if (result.ok)
          say({
            is: 'done',
            text: `${result.releases} releases, ${result.tracks} tracks`,
            releases: result.releases,
            tracks: result.tracks,
            inferred: result.inferred,
          });
        else say({ is: 'refused', text: result.because, code: result.code, right: result.wouldBeRight });
      } catch (error) {
        room.log.error({ err: error, app: params.app }, 'importing failed');
        say({
          is: 'refused',
          text: 'something went wrong in the server',
          code: 'trouble',
          right: 'try again; the log of the server has the cause',
        });
      }
      raw.end();
      return sent;
    },
  };
}
