import type { z } from 'zod';
import type { notice as noticeShape } from '#api/notifications.ts';
import { appById } from '#db/views/apps.ts';
import { lateNotices, notices, releaseChannels } from '#db/views/notices.ts';
import { policyInForce } from '#db/views/policy.ts';
import { noticeKindOf, noticeRules, tallyOf } from '#domain/notices.ts';
import type { NoticeRule } from '#domain/notices.ts';
import { plusMs } from '#domain/time.ts';
import type { Handlers, Room } from '../context.ts';
import { cursorOf, isInstant, isWord, page, wordsOf } from '../cursor.ts';
import { notFound } from '../errors.ts';

type NoticeView = z.output<typeof noticeShape>;
type Stored = Awaited<ReturnType<typeof notices>>[number];

const LATELY_MS = 30 * 86_400_000;
/** Messages that are looked through for how it went of late. */
const MOST_LOOKED_AT = 2_000;

export function notificationHandlers(room: Room): Handlers<'getNotifications' | 'listNotices'> {
  const requireApp = async (app: string): Promise<void> => {
    if ((await appById(room.db, app)) === null) notFound(`app "${app}"`, 'see GET /api/apps');
  };
  const channelsFor = async (app: string): Promise<(to: NoticeRule['to']) => { of: string; channel: string | null }[]> => {
    const inForce = await policyInForce(room.db, app);
    const document = inForce === null ? null : await room.policies.documentOf(app, inForce.revision);
    const teams = Object.entries(document?.teams ?? {}).map(([of, { channel }]) => ({ of, channel }));
    const releases = (await releaseChannels(room.db, app)).map(({ version, channel }) => ({ of: version, channel }));
    return (to) => (to === 'team' ? teams : to === 'release' ? releases : [{ of: 'app', channel: null }]);
  };

  return {
    getNotifications: async ({ params }, at) => {
      await requireApp(params.app);
      const since = plusMs(at.now, -LATELY_MS);
      const late = (await lateNotices(room.db, params.app, since, MOST_LOOKED_AT)).map(shown);
      const channels = await channelsFor(params.app);
      return {
        chat: await room.engine.tellerOf(params.app),
        kinds: noticeRules.map(({ kind, title, about, isUrgent, to }) => {
          const mine = late.filter((each) => each.kind === kind);
          return {
            kind,
            title,
            about,
            urgent: isUrgent,
            channels: channels(to),
            ...tallyOf(mine.map(({ state }) => state)),
            last: mine[0] ?? null,
          };
        }),
      };
    },
    listNotices: async ({ params, query }) => {
      await requireApp(params.app);
      const [orderedAt, key] = wordsOf(query.cursor, isInstant, isWord) ?? [];
      const before = orderedAt === undefined || key === undefined ? null : { at: orderedAt, key };
      const rows = await notices(room.db, params.app, before, query.limit + 1);
      return page(rows.map(shown), query.limit, (last) => cursorOf(last.orderedAt, last.key));
    },
  };
}

function shown({ key, action, ...row }: Stored): NoticeView {
  const { effect, orderedBy } = action;
  return {
    ...row,
    key,
    kind: noticeKindOf({ key, effect }) ?? 'news',
    text: effect.kind === 'announce' || effect.kind === 'page' ? effect.text : '',
    channel: effect.kind === 'announce' ? (effect.channel ?? null) : null,
    orderedBy: orderedBy.name,
  };
}
