/** The keys that stored secrets are sealed with. Never the secrets, never the keys themselves. */
import { z } from 'zod';
import { route } from './route.ts';

const status = {
  from: z
    .enum(['environment', 'file', 'secret'])
    .meta({ description: 'Where the newest key comes from; `secret`: it is made from SIGNALBOX_SECRET' }),
  current: z.string().meta({ description: 'The id of the key that seals now' }),
  keys: z
    .array(z.object({ id: z.string(), seals: z.int() }))
    .meta({ description: 'Keys that open, the newest first, and how much each has sealed' }),
  unreadable: z.array(z.string()).meta({ description: 'Places of what no key opens: a connection and its setting' }),
};

export const secretRoutes = [
  route({
    id: 'getSecrets',
    method: 'get',
    path: '/api/secrets',
    summary: 'See with which keys stored secrets are sealed',
    tag: 'secrets',
    who: 'admin',
    answers: { 200: z.object(status).meta({ id: 'Secrets' }) },
  }),
  route({
    id: 'rotateSecrets',
    method: 'post',
    path: '/api/secrets/rotate',
    summary: 'Seal stored secrets with a new key',
    tag: 'secrets',
    who: 'admin',
    body: z.strictObject({}),
    answers: {
      200: z
        .object({
          ...status,
          renewed: z
            .boolean()
            .meta({ description: 'Whether a new key was made; where the environment gives keys, whoever sets it makes them' }),
          resealed: z.int().meta({ description: 'How many secrets were sealed anew' }),
        })
        .meta({ id: 'SecretsRotated' }),
    },
  }),
] as const;
