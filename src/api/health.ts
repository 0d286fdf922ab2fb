/** Whether the server lives, and whether it can serve. */
import { z } from 'zod';
import { route } from './route.ts';

export const healthRoutes = [
  route({
    id: 'getLive',
    method: 'get',
    path: '/api/health/live',
    summary: 'Tell that the process lives',
    tag: 'health',
    who: 'public',
    answers: { 200: z.object({ live: z.literal(true), version: z.string() }) },
  }),
  route({
    id: 'getReady',
    method: 'get',
    path: '/api/health/ready',
    summary: 'Tell whether it can serve: the database answers',
    tag: 'health',
    who: 'public',
    answers: {
      200: z.object({
        ready: z.literal(true),
        hears: z
          .boolean()
          .meta({ description: 'It hears at once what other processes on the database do; otherwise it looks every few seconds.' }),
        silentSources: z.int().meta({ description: 'Sources that are connected and cannot be read now.' }),
      }),
    },
  }),
] as const;
