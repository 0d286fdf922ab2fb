import { z } from 'zod';

const name = z.string().trim().max(255);
const metric = (usual: string, description: string, title?: string) =>
  name.default(usual).meta({ description, ...(title === undefined ? {} : { title }) });

/** Which of an exporter's metrics and attributes are what. All may be left as they are. */
export const otlpSettings = z.strictObject({
  crashes: metric('app.crashes', 'The metric that counts crashes'),
  crashesAffected: metric(
    '',
    'The metric that counts people at their first crash on a build, where the app knows; empty: each crash is taken for one',
    'People at their first crash',
  ),
  anrs: metric('app.anrs', 'The metric that counts ANRs and hangs', 'ANRs'),
  anrsAffected: metric(
    '',
    'The metric that counts people at their first ANR on a build; empty: each ANR is taken for one',
    'People at their first ANR',
  ),
  sessions: metric('app.sessions', 'The metric that counts sessions'),
  usage: metric('app.usage', 'The metric that adds up use, in h, min, s or ms, or in any unit of the app; of a histogram its sum'),
  users: metric('app.users', 'A gauge of the people who are active, of the whole app'),
  platforms: z
    .record(z.string().min(1).max(100), z.string().min(1).max(60))
    .default({ Android: 'android', iOS: 'ios', iPadOS: 'ios', Windows: 'desktop', macOS: 'desktop', Linux: 'desktop' })
    .meta({ description: 'Which platform an os.name is; signalbox.platform says it outright' }),
  segments: z
    .record(z.string().min(1).max(255), z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a dimension such as country'))
    .default({ 'geo.country.iso_code': 'country', 'os.version': 'os', 'device.model.identifier': 'device', 'device.model.name': 'device' })
    .meta({
      description:
        'Which attribute is which dimension of segments: of several of a dimension the first, by its name, that is said. os.version is told as the system and its main version',
    }),
  dispersion: z.number().min(1).max(100).default(3).meta({
    title: 'Times a person may count',
    description: 'How many times one person may be among the affected: 3 where crashes are counted, 1 where people are at their first',
  }),
});
export type OtlpSettings = z.infer<typeof otlpSettings>;
