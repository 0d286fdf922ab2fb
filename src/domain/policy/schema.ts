/** The grammar of the policy document: its keys, their defaults and what each means. What only makes sense across keys is in `checks.ts`. */
import { z } from 'zod';
import { isLocalDate } from '../calendar/zone.ts';
import { commitCategories } from '../facts.ts';
import { notPlatforms } from '../names.ts';
import { storefrontKinds } from '../rollout/storefronts.ts';
import { stages } from '../release/track.ts';
import { versionScheme } from '../versions/index.ts';
import { cadence, freeze, holiday, milestone, minutes, perPlatform, readAs, rollout, slug, template, timezone, window } from './keys.ts';
import type { Path } from './problems.ts';
import { robotModes } from './track-policy.ts';

/** The version of the grammar that this program reads. */
export const policyVersion = 1;

const mode = z.enum(robotModes);
const robot = z.strictObject({
  cut: mode.optional().describe('Cutting the release branch on branch day.'),
  candidate: mode.optional().describe('Choosing the newest complete RC as the final candidate.'),
  submit: mode.optional().describe('Submitting the final candidate to the storefronts.'),
  start: mode.optional().describe('Starting the rollout at its first share.'),
  raise: mode.optional().describe('Raising the rollout to every next share, 100% included.'),
  halt: z
    .enum(['auto', 'ask'], { error: 'auto or ask: halting is never switched off, because nobody would notice that it is' })
    .optional()
    .describe('Halting a rollout when a criterion of halts-while-rolling-out turns red.'),
  tag: mode.optional().describe('Tagging the commit that shipped.'),
});

const windows = z.strictObject({
  cut: window.optional().describe('When a branch may be cut.'),
  submit: window.optional().describe('When a build may be submitted.'),
  start: window.optional().describe('When a rollout may start.'),
  raise: window.optional().describe('When a rollout may be raised.'),
  finish: window.optional().describe('When a rollout may go to 100%.'),
});
const windowsOrAny = z.union(
  [z.literal('any').transform(() => ({ cut: 'any', submit: 'any', start: 'any', raise: 'any', finish: 'any' }) as const), windows],
  { error: 'any, or a map of steps such as { start: { days: Mon-Thu, hours: 08:00-17:00 } }' },
);

const entry = z.union([z.string().min(1).max(200), z.record(z.string(), z.unknown())], {
  error: 'a criterion such as no-blocking-bugs, or one with settings such as { soaked: 24h }',
});
const list = z.array(entry, { error: 'a list of criteria such as [no-blocking-bugs, { soaked: 24h }]' }).max(200, 'at most 200 criteria');
const watchWhile = z.partialRecord(z.enum(stages), list);
const signOffs = z.union([z.enum(['all-teams', 'affected-teams']), z.array(slug).min(1, 'at least one team').max(500)], {
  error: 'all-teams, affected-teams, or a list of teams',
});

/** What may be said at the top, of a kind of release, of a platform and of a process. */
const layer = {
  before: z
    .record(z.string(), list)
    .default({})
    .describe(
      'The criteria before a step: `before cut`, `before candidate`, `before submit`, `before start` (the first share), `before raise` (every next one), `before finish` (100%), or a share of the rollout: `before 10%`. A list replaces the one of the process.',
    ),
  'halts-while-rolling-out': list.optional().describe('Criteria that halt a rollout when they turn red.'),
  'watch-while': watchWhile.optional().describe('Criteria that are watched in a stage and hold nothing.'),
  robot: robot
    .optional()
    .describe(
      'What the robot does when a step is open: manual (shows that it is open), shadow (notes what it would have done), ask (asks the release manager), auto (does it).',
    ),
  windows: windowsOrAny
    .optional()
    .describe(
      'Days and hours in which steps may be taken, in the app’s zone: any for all steps, or for each step any or { days: Mon-Thu, hours: 08:00-17:00 }.',
    ),
  'sign-offs': signOffs
    .optional()
    .describe('Which teams must sign: all-teams, affected-teams (those whose paths the release touches), or a list.'),
  watch: minutes.optional().describe('How long a released version is watched.'),
};

const processName = z.string({ error: 'the name of a process' }).min(1).max(60);

const kind = layered({
  ...layer,
  process: z
    .union([processName, z.record(slug, processName)], { error: 'the name of a process, or one for each platform' })
    .optional()
    .describe('The process of these releases, or one for each platform.'),
  rollout: rollout.optional().describe('The shares of these releases, where they differ from the platform’s.'),
  freezes: z.enum(['keep', 'ignore']).default('keep').describe('Whether freezes and holidays hold these releases too.'),
});

const platform = layered({
  ...layer,
  storefronts: z
    .array(z.enum(storefrontKinds), { error: 'a list of storefronts such as [google-play]' })
    .min(1, 'at least one storefront')
    .max(8)
    .optional()
    .describe('Where it ships. Left out: google-play for android, app-store-connect for ios, update-feed for any other.'),
  rollout: rollout.prefault([1, 100]).describe('The shares of the rollout in percent.'),
  process: processName.optional().describe('The process of this platform’s regular releases, where it differs.'),
});

const ownProcess = layered({
  ...layer,
  like: processName.default('weekly-mobile').describe('The process of ours that it starts from.'),
  about: z.string().max(300).default('').describe('For whom it is.'),
  stages: z
    .array(z.enum(stages), { error: 'a list of stages' })
    .min(1)
    .max(stages.length)
    .optional()
    .describe('Its stages in order. developing, stabilising, rolling-out and released cannot be left out.'),
});

const names = z.array(slug, { error: 'a list of names' }).max(500);
const until = readAs((text) => (isLocalDate(text) ? text : null), 'a date that exists, such as 2025-03-01');
const team = z.strictObject({
  owns: z
    .array(z.string().trim().min(1).max(300), { error: 'a list of paths such as [ios/Player/**]' })
    .max(500)
    .default([])
    .describe('Paths it owns, as patterns; CODEOWNERS takes them from the repository’s file.'),
  channel: z.string().trim().min(1).max(200).nullable().default(null).describe('Where it is reached.'),
  testing: z
    .union(
      [
        z.literal('manual'),
        z.strictObject({
          'opted-out': z.string({ error: 'what stands in for manual tests' }).trim().min(1, 'what stands in for manual tests').max(300),
          until: until.nullable().default(null),
        }),
      ],
      {
        error: 'manual, or { opted-out: automated tests cover sign-in, until: 2025-03-01 }',
      },
    )
    .default('manual')
    .describe(
      'Whether it signs by hand (manual), or is opted out: what stands in, and until when: { opted-out: automated tests cover sign-in, until: 2025-03-01 }.',
    ),
});

const repository = z
  .string({ error: 'a path or an address that git reads' })
  .trim()
  .min(1)
  .max(500)
  .refine((text) => !/^[a-z+]+:\/\/[^/@\s]*:[^/@\s]*@/i.test(text), {
    error: 'a password stands in this address',
    params: { wouldBeRight: 'an address without it: secrets belong to the connection' },
  });

const code = z.strictObject({
  repository: repository
    .nullable()
    .default(null)
    .describe('The git repository: a path or any address that git reads. Left out: that of the connection.'),
  trunk: z.string().trim().min(1).max(200).default('main').describe('The branch on which development goes on.'),
  'release-branch': perPlatform(template)
    .default('release/{version}')
    .describe('How release branches are named; {version}, {platform} and {app} are filled in. One for every platform, or one for each.'),
  tag: perPlatform(template.nullable())
    .default('v{version}')
    .describe('How the commit that shipped is tagged. One for every platform, or one for each; null for none.'),
  ignore: z
    .array(z.enum(commitCategories), { error: 'a list of kinds of commits' })
    .max(commitCategories.length)
    .default(['translations', 'version-bump'])
    .describe('Kinds of commits that need no new build.'),
});

const cycle = z
  .strictObject({
    cadence: cadence.prefault('none').describe('How often a branch is cut: weekly, every 2 weeks (to 52), or none: a person cuts.'),
    starting: until.nullable().default(null).describe('A branch day from which several weeks are counted.'),
    branch: milestone.prefault(null).describe('When a branch is cut: a weekday and a time.'),
    candidate: milestone.prefault(null).describe('When the final candidate should stand.'),
    submit: milestone.prefault(null).describe('When it should be submitted. Sign-offs are due then.'),
    start: milestone.prefault(null).describe('When the rollout should start.'),
    finish: milestone.prefault(null).describe('When it should reach everyone.'),
    freezes: z
      .array(freeze, { error: 'a list of freezes' })
      .max(200)
      .default([])
      .describe('Days in which no step is taken: { from, to, why }, both days included.'),
    holidays: z.array(holiday, { error: 'a list of dates' }).max(500).default([]).describe('Days off: a date, or { on, why }.'),
    next: z
      .enum(['at-cut', 'by-hand'])
      .default('at-cut')
      .describe(
        'When the version after a regular release begins: when the first of its platforms is cut (at-cut), or when a person plans it (by-hand).',
      ),
    'when-frozen': z
      .enum(['skip', 'next-day'])
      .default('skip')
      .describe('A branch day on a freeze or holiday is left out (skip) or moved to the next open day (next-day).'),
  })
  .superRefine((read, context) => {
    const issue = (path: string, message: string, wouldBeRight: string) =>
      context.addIssue({ code: 'custom', path: [path], message, params: { wouldBeRight } });
    if (read.cadence !== null && !read.branch)
      issue('cadence', 'a cadence has no branch day', 'branch: Friday 09:00 beside it, or cadence: none');
    if ((read.cadence ?? 1) > 1 && read.starting === null)
      issue('cadence', 'nothing says in which of the weeks a branch is cut', 'starting: a branch day to count from, such as 2024-09-06');
    if (read.starting !== null && read.branch && new Date(`${read.starting}T00:00:00.000Z`).getUTCDay() % 7 !== read.branch.weekday % 7) {
      issue('starting', `${read.starting} is not the weekday of branch`, 'a day on which a branch is cut');
    }
  });

/** Every key of the document. The reference page and `policy defaults` are printed from here. */
export const documentKeys = {
  policy: z
    .int({ error: `${policyVersion}, the version of this grammar` })
    .default(policyVersion)
    .superRefine(refuseOtherGrammar)
    .describe('The version of this grammar.'),
  app: slug.nullable().default(null).describe('The app whose policy this is.'),
  timezone: timezone.default('UTC').describe('The zone in which days, hours and planned times are meant.'),
  process: processName
    .default('weekly-mobile')
    .describe('The process of regular releases: weekly-mobile, light, desktop, hotfix, or one of your own under processes.'),
  code: code.prefault({}).describe('Where the code is, and how branches and tags are named.'),
  cycle: cycle
    .prefault({})
    .describe('The calendar of regular releases: cadence, planned times, freezes, holidays. Planned times are no windows.'),
  versions: versionScheme.prefault({ scheme: 'semver' }).describe('How versions are numbered.'),
  platforms: z
    .record(slug, platform, { error: 'a map of platforms such as { android: { storefronts: [google-play] } }' })
    .refine((read) => Object.keys(read).length > 0, {
      error: 'there is no platform',
      params: { wouldBeRight: 'at least one, such as android: {}' },
    })
    .refine((read) => !Object.keys(read).some((name) => notPlatforms.includes(name)), {
      error: `a platform may not be called ${notPlatforms.join(', ')}: these are pages of a release`,
      params: { wouldBeRight: 'another name, such as android' },
    })
    .prefault({ android: {}, ios: {} })
    .describe('The platforms of the app: where each ships and in which shares.'),
  kinds: z
    .strictObject({
      regular: kind.prefault({}).describe('Releases that ride the train.'),
      hotfix: kind
        .prefault({})
        .describe('Releases from a released version. Without a process here: hotfix (light where regular releases are light).'),
      replacement: kind.prefault({}).describe('Releases cut again after a cancellation. Without a process here: that of regular releases.'),
    })
    .prefault({})
    .describe('What differs for a kind of release.'),
  processes: z.record(slug, ownProcess).default({}).describe('Processes of your own.'),
  criteria: z
    .record(
      slug,
      z.union([z.string(), z.record(z.string(), z.unknown())], {
        error: 'a kind such as manual, or a map such as { is: rate-below, limit-per-1000-hours: 0.40 }',
      }),
    )
    .default({})
    .describe('Criteria with an id and settings of their own: crash-rate: { is: rate-below, limit-per-1000-hours: 0.40 }.'),
  ...layer,
  'hold-before-own-move': minutes
    .prefault('30m')
    .describe('How long before a storefront’s own next phase the robot pauses it, unless the criteria of that step are green.'),
  rows: z
    .array(z.record(z.string().trim().min(1).max(80), z.array(z.string().min(1).max(200)).max(100)), {
      error: 'a list of rows such as [{ Blocking bugs: [no-blocking-bugs] }]',
    })
    .max(60)
    .optional()
    .describe('The rows of the control room: a title and the ids or kinds in it. What is in none gets a row of its own.'),
  bugs: z
    .strictObject({
      decide: z.enum(['release-manager']).default('release-manager').describe('Who decides what a nominated bug is.'),
      'critical-flows': z
        .array(z.string().trim().min(1).max(200), { error: 'a list of flows' })
        .max(200)
        .default([])
        .describe('Flows whose blockers count as critical.'),
      'assign-alone-from': z
        .enum(['never'])
        .default('never')
        .describe('From which confidence on a suggested owner is taken without a person. Never, in this release.'),
    })
    .prefault({})
    .describe('How bugs are decided.'),
  'crash-groups': z
    .strictObject({
      'hours-per-user-day': z
        .number({ error: 'a number above 0, such as 1.5' })
        .positive('a number above 0, such as 1.5')
        .max(10_000)
        .default(1)
        .describe('How much one person uses the app on a day, on an average, in its unit of consumption.'),
      'flow-weights': z
        .record(
          z.string().trim().min(1).max(100),
          z.number({ error: 'a number from 0, such as 5' }).min(0, 'a number from 0, such as 5').max(100),
        )
        .default({})
        .describe(
          'What a crash in a flow weighs, where it differs from ours: startup, signup, login and playback 5, payment 4, other 1, background 0.5, after-logout 0.3.',
        ),
      tickets: z
        .enum(['auto', 'manual'], { error: 'auto or manual' })
        .default('auto')
        .describe('Whether a crash group that is worth a ticket gets one by itself.'),
    })
    .prefault({})
    .describe('How severe crash groups are, and whether they get tickets by themselves.'),
  waivers: z
    .strictObject({
      'second-approver': names
        .default([])
        .describe(
          'Criteria (ids or kinds) whose waivers need a second person; unknown stands for every one that is Unknown, compliance for compliance-closed, rates-during-rollout for criteria of health, and for custom, once a rollout has begun.',
        ),
    })
    .prefault({})
    .describe('Who must agree to a waiver.'),
  'policy-changes': z
    .strictObject({
      'second-approver': z
        .boolean({ error: 'true or false' })
        .default(false)
        .describe(
          'Whether another policy than this one is proposed by one person and approved by another of the release team, or an admin.',
        ),
    })
    .prefault({})
    .describe('Who must agree to another policy. The one in force decides, so that nobody takes this away alone.'),
  teams: z
    .record(slug, team, { error: 'a map of teams' })
    .default({})
    .describe('Teams: what they own, where they are reached, how they test.'),
};

function refuseOtherGrammar(version: number, context: z.RefinementCtx): void {
  if (version === policyVersion) return;
  const message =
    version > policyVersion
      ? `the document is written in version ${version} of the grammar, and this program reads version ${policyVersion}`
      : `there is no version ${version} of the grammar`;
  const wouldBeRight = version > policyVersion ? `policy: ${policyVersion}, or a newer Signalbox` : `policy: ${policyVersion}`;
  context.addIssue({ code: 'custom', message, params: { wouldBeRight } });
}

/** `before submit: […]` is a key of its own for people and an entry of `before` for us. */
function layered<T extends z.ZodRawShape>(shape: T) {
  return z.preprocess(gatherSteps, z.strictObject(shape));
}

/** A map with its `before <step>` keys gathered under `before`. Anything but a map comes back as it is. */
export function gatherSteps(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  const rest: [string, unknown][] = [];
  const before: [string, unknown][] = [];
  for (const [key, value] of Object.entries(raw)) {
    const step = /^before(?: +(.*))?$/.exec(key);
    if (step) before.push([step[1] ?? '', value]);
    else rest.push([key, value]);
  }
  return before.length === 0 ? raw : { ...Object.fromEntries(rest), before: Object.fromEntries(before) };
}

/** The grammar of the document. */
export const policySchema = layered(documentKeys);

/** A document with its defaults filled in. Plain data; lengths of time in minutes. Lists of criteria stand as written and are resolved when it is compiled. */
export type PolicyDocument = z.output<typeof policySchema>;
export type Layer = Pick<
  PolicyDocument,
  'before' | 'halts-while-rolling-out' | 'watch-while' | 'robot' | 'windows' | 'sign-offs' | 'watch'
>;

/** The keys that the grammar knows at a path: what an unknown one may have meant. */
export function keysAt(path: Path): string[] {
  let schemas: z.core.$ZodType[] = [policySchema];
  for (const part of path) schemas = schemas.flatMap(unwrapped).flatMap((schema) => inner(schema, part));
  const keys = schemas.flatMap(unwrapped).flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []));
  const steps = ['before cut', 'before candidate', 'before submit', 'before start', 'before raise', 'before finish', 'before 100%'];
  return [...new Set(keys.flatMap((key) => (key === 'before' ? steps : [key])))];
}

function inner(schema: z.core.$ZodType, part: string | number): z.core.$ZodType[] {
  if (schema instanceof z.ZodObject) {
    const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
    const found = Object.hasOwn(shape, part) ? shape[part] : undefined;
    return found ? [found] : [];
  }
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  return schema instanceof z.ZodArray ? [schema.element] : [];
}

/** The schemas that stand inside defaults, refinements, transforms and unions. */
export function unwrapped(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  )
    return unwrapped(schema.def.innerType);
  if (schema instanceof z.ZodPipe) return [...unwrapped(schema.def.in), ...unwrapped(schema.def.out)];
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrapped);
  return [schema];
}
