/** What is told to people outside of the pages: by what need, in which channels, and what became of it. */
import { z } from 'zod';
import { noticeKinds } from '#domain/notices.ts';
import { route } from './route.ts';
import { appParams, moment, pageOf, pageQuery } from './words.ts';

const noticeKind = z.enum(noticeKinds);

export const notice = z
  .object({
    key: z.string(),
    kind: noticeKind,
    text: z.string(),
    channel: z.string().nullable().meta({ description: 'Null: the channel that the chat itself is set to' }),
    track: z.string().nullable(),
    state: z.enum(['ordered', 'trying', 'waiting', 'done', 'refused', 'void']),
    outcome: z.string().nullable().meta({ description: 'What the chat answered, or why it was not told' }),
    orderedBy: z.string(),
    orderedAt: moment,
    endedAt: moment.nullable(),
  })
  .meta({ id: 'Notice' });

export const notificationRules = z
  .object({
    chat: z
      .object({ connection: z.string(), name: z.string() })
      .nullable()
      .meta({ description: 'The connection that tells it; null: none does, and the journal alone has it' }),
    kinds: z.array(
      z.object({
        kind: noticeKind,
        title: z.string(),
        about: z.string(),
        urgent: z.boolean(),
        channels: z
          .array(z.object({ of: z.string(), channel: z.string().nullable() }))
          .meta({ description: 'Whose channel it goes to: of the app, of each team, of each live release; null: the channel of the app' }),
        waiting: z.int(),
        refused: z.int().meta({ description: 'Of the last 30 days' }),
        last: notice.nullable(),
      }),
    ),
  })
  .meta({ id: 'Notifications' });

export const notificationRoutes = [
  route({
    id: 'getNotifications',
    method: 'get',
    path: '/api/apps/{app}/notifications',
    summary: 'Tell by what need people are told outside of the pages, where, and how that went of late',
    tag: 'notifications',
    who: 'see',
    params: appParams,
    answers: { 200: notificationRules },
  }),
  route({
    id: 'listNotices',
    method: 'get',
    path: '/api/apps/{app}/notices',
    summary: 'List the messages that were ordered, the newest first, with what became of each',
    tag: 'notifications',
    who: 'see',
    params: appParams,
    query: pageQuery,
    answers: { 200: pageOf(notice).meta({ id: 'NoticePage' }) },
  }),
] as const;
