import { z } from 'zod';
import { audiences } from '#domain/facts.ts';

export const sentrySettings = z.strictObject({
  address: z
    .url({ protocol: /^https?$/ })
    .default('https://sentry.io')
    .meta({ address: true, description: 'Where Sentry answers: https://sentry.io, https://de.sentry.io, or a server of your own' }),
  organization: z
    .string()
    .trim()
    .regex(/^[a-z0-9][\w-]{0,99}$/i, 'the slug of an organization, as in the address of its pages')
    .meta({ description: 'The slug of the organization' }),
  projects: z
    .array(
      z
        .string()
        .trim()
        .regex(/^[a-z0-9][\w-]{0,99}$/i, 'the slug or number of a project'),
    )
    .min(1)
    .max(20)
    .meta({ description: 'The projects of this platform, each by its slug or number' }),
  token: z
    .string()
    .trim()
    .min(1)
    .max(1000)
    .meta({ secret: true, description: 'A token of an internal integration that may read the organization (org:read)' }),
  platform: z.string().trim().min(1).max(60).meta({ platform: true, description: 'Which platform of the app these projects are of' }),
  environments: z
    .record(z.string().min(1).max(100), z.enum(audiences))
    .default({})
    .meta({ description: 'Which environment is which audience, where they are not called so' }),
  anrs: z
    .boolean()
    .default(true)
    .meta({ title: 'ANRs', description: 'Whether ANRs are told, counted from error events; off, nothing is said of them' }),
  segments: z
    .array(z.enum(['country', 'os', 'device']))
    .max(3)
    .default(['country', 'os'])
    .meta({ description: 'By what crashes and ANRs are told apart besides: market, system, device' }),
  source: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a lower-case letter, then letters, digits and dashes')
    .default('sentry-api')
    .meta({ title: 'Name', description: 'Under which name its roll-ups are kept' }),
  everyMinutes: z.int().min(5).max(1440).default(15).meta({ title: 'Minutes between readings', description: 'How often it is asked' }),
  lateHours: z.int().min(1).max(168).default(24).meta({ description: 'So many hours are read again each time, for what came late' }),
  firstDays: z.int().min(1).max(60).default(7).meta({ description: 'How far back the first reading goes' }),
  dispersion: z.number().min(1).max(100).default(2).meta({
    title: 'Times a person may count',
    description: 'In how many hours one person is among those who crashed, as a rule: Sentry tells the people of each hour',
  }),
});
export type SentrySettings = z.infer<typeof sentrySettings>;
