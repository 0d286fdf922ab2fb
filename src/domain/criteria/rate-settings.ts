/** What a policy says of a rate: its limit in the app's own unit of use, whose usage counts, and what is enough. */
import { z } from 'zod';
import { duration } from '../duration.ts';
import { audiences } from '../facts.ts';
import type { Audience } from '../facts.ts';
import type { ExposureOf } from '../health/told.ts';
import { RATE_DEFAULTS } from '../health/verdict.ts';
import type { RateSettings } from '../health/verdict.ts';
import { audienceChoices, pools } from './usage-of.ts';

const positive = z.number({ error: 'a number above 0' }).gt(0, 'a number above 0').max(1e9, 'a number up to 1,000,000,000');
const limit = z.union([positive, z.record(z.string(), positive)], {
  error: 'a number above 0, or one for each platform: { android: 0.40, ios: 0.30 }',
});
const share = (what: string) => z.number({ error: what }).gt(0, what).lt(1, what);

export const metric = z
  .string({ error: 'the name of a metric' })
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'crashes, anrs, or a metric of your own: lower-case letters, digits and dashes');

/** Whose usage counts: every criterion of health has these. */
export const usageShape = {
  audience: z
    .enum(audienceChoices)
    .default('by-stage')
    .describe('Whose usage is judged: by-stage (alpha before the cut, beta until the rollout, then production), or always one audience.'),
  pool: z
    .enum(pools)
    .default('build')
    .describe(
      'What is counted together: build (a new build is a new count), version (all builds of the version, for apps with little usage), or version-before-rollout.',
    ),
  source: z
    .union([z.string().trim().min(1).max(63), z.record(z.string(), z.string().trim().min(1).max(63))], {
      error: 'the name of a source, or one for each platform: { desktop: warehouse }',
    })
    .nullable()
    .default(null)
    .describe(
      'The source of roll-ups that is believed, or one for each platform. Left out, all of them together: name one where two tell of the same usage.',
    ),
} as const;

/** A limit in one of three units; exactly one is written. */
export const limitShape = {
  'limit-per-1000-hours': limit
    .optional()
    .describe(
      'The most people who may be affected in 1,000 hours of use; a number, or one for each platform: { android: 0.40, ios: 0.30 }.',
    ),
  'limit-per-1000-sessions': limit.optional().describe('The same in 1,000 sessions.'),
  'limit-per-1000-units': limit.optional().describe('The same in 1,000 of the app’s own unit of use, which unit names.'),
  unit: z
    .string({ error: 'the plural of what the app counts its use by, such as orders' })
    .trim()
    .min(1)
    .max(20)
    .default('units')
    .describe('What the app counts its use by, where that is not hours: orders, messages.'),
  'by-audience': z
    .partialRecord(
      z.enum(audiences),
      z.strictObject({
        'times-limit': positive.default(1).describe('The limit for this audience, as a multiple of the limit.'),
        'min-users': z.int().min(0).max(1_000_000_000).optional().describe('min-users for this audience.'),
        'min-hours': z.number().min(0).max(8760).optional().describe('min-hours for this audience.'),
      }),
    )
    .default({})
    .describe('What differs for an audience: { alpha: { times-limit: 2, min-users: 50 } }.'),
} as const;

const limitKeys = ['limit-per-1000-hours', 'limit-per-1000-sessions', 'limit-per-1000-units'] as const;

export type LimitSettings = z.infer<z.ZodObject<typeof limitShape>>;

/** What is wrong with the limits as written: none, or more than one. */
export function checkLimit(written: Partial<LimitSettings>, context: z.RefinementCtx): void {
  const said = limitKeys.filter((key) => written[key] !== undefined);
  if (said.length === 1) return;
  const [, second] = said;
  context.addIssue(
    second === undefined
      ? {
          code: 'custom',
          message: 'it has no limit: write one of limit-per-1000-hours, limit-per-1000-sessions, limit-per-1000-units',
          input: written,
        }
      : { code: 'custom', path: [second], message: `it has ${said.length} limits: ${said.join(', ')}; write one of them`, input: written },
  );
}

/** How much must be known before it is green, and how sure. */
export const enoughShape = {
  'warn-from': share('a share of the limit between 0 and 1')
    .nullable()
    .default(null)
    .describe('From which share of the limit on it is Caution, though under the limit: 0.8. Left out, from none.'),
  'min-users': z
    .int({ error: 'a whole number of people' })
    .min(0)
    .max(1_000_000_000)
    .default(RATE_DEFAULTS.minUsers)
    .describe('People who must have used it before it is clear.'),
  'min-hours': z
    .number({ error: 'a number of hours' })
    .min(0)
    .max(8760)
    .default(RATE_DEFAULTS.minWallClockHours)
    .describe('Hours that must have passed before it is clear: a day has its rush hours.'),
  'reports-late-by': duration
    .prefault('12h')
    .describe(
      'Reports of a crash come at the next launch: so old must usage be before it makes anything clear. It makes things Stop at once.',
    ),
  'healthy-at': share('a share of the limit between 0 and 1')
    .default(RATE_DEFAULTS.designRatio)
    .describe('A release at this share of the limit shall be clear when enough of it was used.'),
  power: share('a probability between 0 and 1')
    .default(RATE_DEFAULTS.power)
    .describe('How probable that shall be: healthy-at and power say how much usage is enough.'),
  'alpha-red': share('a probability between 0 and 1')
    .default(RATE_DEFAULTS.alphaRed)
    .describe('How probable it may be that it ever stops a release that sits exactly on its limit.'),
  'alpha-green': share('a probability between 0 and 1')
    .default(RATE_DEFAULTS.alphaGreen)
    .describe('How probable it may be that it is ever clear for a release at or above its limit.'),
} as const;

/** A limit as it counts for one track. `of`: the unit as a person reads it: `h`, `sessions`, `orders`. */
export type Limit = { amount: number; per: number; of: string; exposure: ExposureOf };

/** The limit for a platform and audience; null where the policy has one for other platforms alone. */
export function limitOf(settings: LimitSettings, platform: string, audience: Audience): Limit | null {
  const times = settings['by-audience'][audience]?.['times-limit'] ?? 1;
  for (const [key, of, exposure] of [
    ['limit-per-1000-hours', 'h', 'consumption'],
    ['limit-per-1000-sessions', 'sessions', 'sessions'],
    ['limit-per-1000-units', settings.unit, 'consumption'],
  ] as const) {
    const written = settings[key];
    if (written === undefined) continue;
    const amount = typeof written === 'number' ? written : Object.hasOwn(written, platform) ? written[platform] : undefined;
    return amount === undefined ? null : { amount: amount * times, per: 1000, of, exposure };
  }
  return null;
}

export type EnoughSettings = z.infer<z.ZodObject<typeof enoughShape>>;

/** The settings of the statistics, for one limit and audience. */
export function rateSettingsOf(settings: LimitSettings & EnoughSettings, { amount, per }: Limit, audience: Audience): RateSettings {
  const here = settings['by-audience'][audience];
  const warnFrom = settings['warn-from'];
  return {
    ...RATE_DEFAULTS,
    limit: amount,
    unit: per,
    warn: warnFrom === null ? null : warnFrom * amount,
    alphaRed: settings['alpha-red'],
    alphaGreen: settings['alpha-green'],
    designRatio: settings['healthy-at'],
    power: settings.power,
    minUsers: here?.['min-users'] ?? settings['min-users'],
    minWallClockHours: here?.['min-hours'] ?? settings['min-hours'],
  };
}
