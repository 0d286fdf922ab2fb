import { z } from 'zod';
import { audiences } from '#domain/facts.ts';

const account = z.object({ client_email: z.string().min(1), private_key: z.string().min(1), private_key_id: z.string().optional() });
export type Account = z.infer<typeof account>;

/** A service account as Google hands it out; null where it is none. */
export function accountIn(text: string): Account | null {
  try {
    const read = account.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

export const playSettings = z.strictObject({
  packageName: z
    .string()
    .trim()
    .regex(/^[a-zA-Z][\w]*(\.[a-zA-Z][\w]*)+$/, 'the name of the package, such as io.example.music')
    .meta({ description: 'The application id in Google Play' }),
  serviceAccount: z
    .string()
    .max(20_000)
    .refine(
      (text) => accountIn(text) !== null,
      'this is no service account; right would be: its whole JSON file, with client_email and private_key',
    )
    .meta({
      secret: true,
      description:
        'All of the JSON file of a service account that Google Play lets see “View app information and download bulk reports (read-only)”',
    }),
  platform: z.string().trim().min(1).max(60).default('android').meta({ platform: true, description: 'Which platform of the app this is' }),
  period: z.enum(['daily', 'hourly']).default('daily').meta({
    description: 'Usage is counted in user-days of Los Angeles, or in user-hours; hours come earlier and are rounded more coarsely',
  }),
  people: z
    .enum(['OS_PUBLIC', 'APP_TESTERS', 'OS_BETA'])
    .default('OS_PUBLIC')
    .meta({ title: 'Whose phones', description: 'Those of released Android versions, of testers, or of beta versions of Android' }),
  segments: z
    .array(z.enum(['country', 'os', 'device']))
    .max(3)
    .default(['country', 'os'])
    .meta({
      title: 'Segments',
      description:
        'By what the newest builds are told apart besides: market, version of Android, and the 50 models with the most people. OS_BETA knows none',
    }),
  audience: z.enum(audiences).default('production').meta({ description: 'Which audience they are' }),
  source: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a lower-case letter, then letters, digits and dashes')
    .default('play-vitals')
    .meta({ title: 'Name', description: 'Under which name its roll-ups are kept' }),
  everyMinutes: z.int().min(15).max(1440).default(60).meta({ title: 'Minutes between readings', description: 'How often it is asked' }),
  firstDays: z.int().min(1).max(60).default(14).meta({ description: 'How far back the first reading goes' }),
  dispersion: z.number().min(1).max(7).default(2).meta({
    title: 'Times a person may count',
    description: 'How many days of a week one person is among those who crashed, as a rule; 7 is the most that it can be',
  }),
  address: z
    .url({ protocol: /^https?$/ })
    .default('https://playdeveloperreporting.googleapis.com')
    .meta({ address: true, description: 'Where the Reporting API answers' }),
  tokenAddress: z
    .url({ protocol: /^https?$/ })
    .default('https://oauth2.googleapis.com/token')
    .meta({ address: true, description: 'Where a service account gets its tokens' }),
});
export type PlaySettings = z.infer<typeof playSettings>;
