/** Sample data: an invented app whose story is played beside the real ones, in a time of its own. */
import { z } from 'zod';
import { route } from './route.ts';
import { appId, appParams, moment } from './words.ts';

const at = z.string().trim().min(1).max(40).meta({
  description: 'A moment of the story: `2024-10-01T14:20` by the clock of Stockholm, or an instant with its offset',
  example: '2024-10-01T14:20',
});
const speed = z
  .number()
  .min(0)
  .meta({ description: 'How fast it goes on from there: 0 stands, 60 plays an hour in a minute; 1000 at most' });

export const sampleStands = z
  .object({
    app: z.string(),
    variant: z.string(),
    at: moment.meta({ description: 'Where it stands in its own time' }),
    speed: z.number(),
    next: z
      .object({ at: moment, title: z.string() })
      .nullable()
      .meta({ description: 'What happens next in it; null at the end of the story' }),
  })
  .meta({ id: 'Sample' });

export const sampleLine = z
  .object({
    is: z.enum(['progress', 'done', 'refused']),
    text: z.string(),
    sample: sampleStands.optional(),
    code: z.string().optional(),
    right: z.string().nullable().optional(),
  })
  .meta({ id: 'SampleLine' });

export const sampleRoutes = [
  route({
    id: 'getSample',
    method: 'get',
    path: '/api/sample',
    summary: 'Tell the variants of the sample, its times, and the samples that there are',
    tag: 'sample',
    who: 'signed-in',
    answers: {
      200: z
        .object({
          variants: z.array(z.object({ name: z.string(), about: z.string() })),
          begins: moment,
          ends: moment,
          moment: moment.meta({ description: 'Where a sample stands when nothing else is asked for' }),
          zone: z.string(),
          moments: z
            .array(z.object({ id: z.string(), at: moment, title: z.string() }))
            .meta({ description: 'Moments of the story that are worth a look, in order' }),
          samples: z.array(sampleStands),
        })
        .meta({ id: 'SampleStory' }),
    },
  }),
  route({
    id: 'makeSample',
    method: 'post',
    path: '/api/sample',
    summary: 'Make a sample app and play it to a moment: one line of progress at a time, the result last',
    tag: 'sample',
    who: 'admin',
    body: z.object({
      app: appId.optional().meta({ description: 'Its slug; `music`, or `music-sample` where there is a `music`' }),
      variant: z
        .string()
        .max(60)
        .optional()
        .meta({ description: 'What goes otherwise: `calm`, `night`, …; the story itself when not said' }),
      at: at.optional(),
      speed: speed.optional(),
    }),
    answers: { 200: sampleLine },
    streams: 'ndjson',
  }),
  route({
    id: 'moveSample',
    method: 'post',
    path: '/api/apps/{app}/sample',
    summary: 'Play a sample app to another moment, or let it run or stand: one line of progress at a time, the result last',
    tag: 'sample',
    who: 'admin',
    params: appParams,
    body: z.object({ at: at.optional(), speed: speed.optional() }),
    answers: { 200: sampleLine },
    streams: 'ndjson',
  }),
  route({
    id: 'removeSample',
    method: 'delete',
    path: '/api/apps/{app}/sample',
    summary: 'Take a sample app out again, with all that was written of it',
    tag: 'sample',
    who: 'admin',
    params: appParams,
    answers: { 204: z.null() },
  }),
] as const;
