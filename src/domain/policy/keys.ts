/** The small types that the keys of a policy are made of. Each says in its message what would be right. */
import { z } from 'zod';
import { readCadence, readDays, readHours, readMilestone } from '../calendar/spans.ts';
import { isLocalDate, isTimeZone } from '../calendar/zone.ts';
import { parseDuration } from '../duration.ts';
import type { Freeze, Window } from './track-policy.ts';
import { shown } from './problems.ts';

/** Reads a text by `read`; null from it is a refusal, answered with `right`. */
export function readAs<T>(read: (text: string) => T | null, right: string) {
  return z.string({ error: right }).transform((text, context): T => {
    const value = read(text);
    if (value !== null) return value;
    context.addIssue({
      code: 'custom',
      message: `${JSON.stringify(text.slice(0, 60))} cannot stand here`,
      params: { wouldBeRight: right },
    });
    return z.NEVER;
  });
}

/** Names of platforms, criteria, teams: they stand in addresses and keys. */
export const slug = z
  .string({ error: 'a name' })
  .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'a name of small letters, digits and dashes, 60 at most');

export const timezone = z.string({ error: 'a zone such as Europe/Stockholm' }).refine(isTimeZone, {
  error: (issue) =>
    `there is no time zone ${JSON.stringify(String(issue.input).slice(0, 60))}: a name of the IANA database such as Europe/Stockholm or UTC`,
});

/** A length of time in minutes. */
export const minutes = readAs(parseDuration, 'a length of time with its unit, such as 30m, 24h or 7d');

const date = readAs((text) => (isLocalDate(text) ? text : null), 'a date that exists, such as 2024-12-20');

export const milestone = readAs(readMilestone, 'a weekday and a time such as Friday 09:00; Monday 17:00 +1w is a week later').nullable();
export const cadence = readAs(
  (text) => (text === 'none' ? { weeks: null } : wrapWeeks(readCadence(text))),
  'weekly, every 2 weeks (to 52), or none',
).transform(({ weeks }) => weeks);
function wrapWeeks(weeks: number | null): { weeks: number | null } | null {
  return weeks === null ? null : { weeks };
}

export const freeze = z
  .strictObject(
    { from: date, to: date, why: z.string({ error: 'the reason, in a few words' }).trim().min(1, 'the reason, in a few words').max(200) },
    { error: '{ from: 2024-12-20, to: 2025-01-06, why: end of year }' },
  )
  .refine(({ from, to }) => from <= to, {
    path: ['to'],
    error: 'the freeze ends before it begins',
    params: { wouldBeRight: 'a last day on or after the first' },
  })
  .transform((read): Freeze => read);

/** A day off: a date, or a date with its name. */
export const holiday = z
  .union([date, z.strictObject({ on: date, why: z.string().trim().min(1).max(200) })], {
    error: 'a date such as 2024-12-24, or { on: 2024-12-24, why: Christmas Eve }',
  })
  .transform((read): Freeze =>
    typeof read === 'string' ? { from: read, to: read, why: 'holiday' } : { from: read.on, to: read.on, why: read.why },
  );

const dayList = z.array(z.string(), { error: 'days such as Mon-Thu, or [Mon, Wed]' }).transform((list) => list.join(','));
const days = z
  .union([z.string(), dayList], { error: 'days such as Mon-Thu, weekdays, every day, or [Mon, Wed]' })
  .pipe(readAs(readDays, 'days such as Mon-Thu, weekdays, every day, or [Mon, Wed]'));
const hours = readAs(readHours, 'hours such as 08:00-17:00 (22:00-04:00 runs over midnight), or all day');

/** `any`, or the days and hours in which a step may be taken. */
export const window = z
  .union([z.literal('any'), z.strictObject({ days: days.prefault('every day'), hours: hours.prefault('all day') })], {
    error: 'any, or { days: Mon-Thu, hours: 08:00-17:00 }',
  })
  .transform((read): Window | 'any' => (read === 'any' ? read : { days: read.days, from: read.hours.from, to: read.hours.to }));

/** Shares of the users, in percent: rising, above 0, the last 100. */
export const rollout = z
  .array(z.number({ error: 'a share in percent, such as 1 or 12.5' }).gt(0, 'a share above 0').max(100, 'a share up to 100'), {
    error: 'a list of shares such as [1, 100]',
  })
  .min(1, 'a list of shares such as [1, 100]')
  .max(50, 'at most 50 steps')
  .superRefine((shares, context) => {
    for (const [at, share] of shares.entries()) {
      const before = shares[at - 1];
      if (before === undefined || share > before) continue;
      context.addIssue({
        code: 'custom',
        path: [at],
        message: `${share} follows ${before}`,
        params: { wouldBeRight: 'shares that rise from step to step' },
      });
    }
    if (shares.length > 0 && shares.at(-1) !== 100) {
      context.addIssue({
        code: 'custom',
        path: [shares.length - 1],
        message: `the rollout ends at ${shares.at(-1)}%`,
        params: { wouldBeRight: `100 as the last step: [${[...shares.filter((each) => each < 100), 100].join(', ')}]` },
      });
    }
  });

/** A text with `{version}` in it, and perhaps `{platform}` and `{app}`. */
export const template = z
  .string({ error: 'a text with {version} in it' })
  .trim()
  .min(1, 'a text with {version} in it')
  .max(200, 'at most 200 characters')
  .superRefine((text, context) => {
    const unknown = [...text.matchAll(/\{([^{}]*)\}/g)]
      .map(([, name]) => name ?? '')
      .find((name) => !['version', 'platform', 'app'].includes(name));
    if (unknown !== undefined)
      context.addIssue({
        code: 'custom',
        message: `{${unknown}} stands for nothing`,
        params: { wouldBeRight: '{version}, {platform} or {app}' },
      });
    else if (!text.includes('{version}'))
      context.addIssue({
        code: 'custom',
        message: 'every release would have the same name',
        params: { wouldBeRight: 'a text with {version} in it' },
      });
    else if (/[\s~^:?*[\\]|\.\.|^[/-]|\/$|@\{/.test(text.replaceAll(/\{\w+\}/g, 'x'))) {
      context.addIssue({
        code: 'custom',
        message: `git refuses ${shown(text)} as a name`,
        params: { wouldBeRight: 'a name without spaces and without ~ ^ : ? * [ \\ or two dots' },
      });
    }
  });

/** The same for every platform, or one for each. */
export function perPlatform<T extends z.ZodType>(each: T) {
  return z.union([each, z.record(slug, each)]);
}
