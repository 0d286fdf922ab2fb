/** The levers: what a person, a vendor, or bad luck does in the sandbox world. One closed set, the same over HTTP, on the command line and in tests. */
import { z } from 'zod';
import { storefrontKinds } from '#domain/rollout/storefronts.ts';
import { msBetween, plusMs } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import { call } from './calls.ts';
import type { CallName } from './calls.ts';
import { buildState, findItem, nextBuildNumber, nextTicket, putItem } from './items.ts';
import { approve, nextPhase, reject } from './moves.ts';
import { refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { emptyState, faultSchema } from './state.ts';
import type { ItemKind, Listing, Release, State } from './state.ts';

const word = z.string().trim().min(1).max(200);
const instant = z.iso.datetime({ offset: true }).transform((at) => new Date(at).toISOString());
const minutes = z.number().min(0).max(525_600);
const listing = { storefront: z.enum(storefrontKinds), app: word, platform: word };
/** Which version; may be left out where only one can be meant. */
const version = word.optional();
const who = word.default('somebody');
const sha = z.string().regex(/^[0-9a-f]{7,64}$/, 'a commit id: 7 to 64 hexadecimal digits');
const severity = z.enum(['low', 'medium', 'high', 'critical']);

const bug = {
  title: z.string().trim().min(1).max(500),
  state: z.enum(['open', 'closed']),
  platforms: z.array(word).max(20),
  versions: z.array(word).min(1).max(50),
  team: word.nullable(),
  flow: word.nullable(),
  severity: severity.nullable(),
  nominated: z.boolean(),
  fixedBy: z.array(sha).max(50),
  verifiedOn: z.array(word).max(50),
};

export const consoleDeeds = ['submit', 'publish', 'raise', 'halt', 'pause', 'resume', 'complete', 'withdraw'] as const;

export const leverSchema = z.discriminatedUnion('lever', [
  z.object({ lever: z.literal('approve'), ...listing, version }),
  z.object({
    lever: z.literal('reject'),
    ...listing,
    version,
    kind: z.enum(['binary', 'metadata']),
    why: z.string().trim().min(1).max(4000),
  }),
  z.object({ lever: z.literal('advance'), ...listing, version }),
  z.object({
    lever: z.literal('console'),
    ...listing,
    version,
    do: z.enum(consoleDeeds),
    build: word.optional(),
    percent: z.number().optional(),
    who,
  }),
  z.object({
    lever: z.literal('listing'),
    ...listing,
    reviewAfterMinutes: z.union([z.literal('world'), minutes.nullable()]).optional(),
    firstReleaseMustBeFull: z.boolean().optional(),
    managedPublishing: z.boolean().optional(),
  }),
  z.object({ lever: z.literal('reviews'), afterMinutes: minutes.nullable() }),
  z.object({
    lever: z.literal('fault'),
    on: faultSchema.shape.on.default(null),
    calls: faultSchema.shape.calls.default('writes'),
    what: faultSchema.shape.what,
    times: faultSchema.shape.times.default(1),
    ms: faultSchema.shape.ms.default(0),
  }),
  z.object({ lever: z.literal('clear-faults') }),
  z.object({ lever: z.literal('bug'), app: word, key: word.optional(), set: z.object(bug).partial() }),
  z.object({
    lever: z.literal('check'),
    app: word,
    key: word.optional(),
    set: z
      .object({
        title: bug.title,
        platform: word,
        version: word,
        state: z.enum(['open', 'closed', 'failed']),
        team: word.nullable(),
        dueAt: instant,
      })
      .partial(),
  }),
  z.object({
    lever: z.literal('build-start'),
    app: word,
    platform: word,
    version: word,
    commit: sha,
    number: word.optional(),
    kind: z.enum(['nightly', 'release-candidate']).default('release-candidate'),
    branch: word.optional(),
    expectedAt: instant.optional(),
  }),
  z.object({
    lever: z.literal('build-finish'),
    app: word,
    platform: word,
    version: word,
    number: word,
    state: z.enum(['succeeded', 'failed']).default('succeeded'),
  }),
  z.object({
    lever: z.literal('test-run'),
    app: word,
    platform: word,
    version: word,
    build: word,
    suite: word,
    state: z.enum(['running', 'passed', 'failed']),
    attempts: z.int().min(1).max(1000).default(1),
    passed: z.int().min(0).optional(),
    failed: z.int().min(0).optional(),
  }),
  z.object({
    lever: z.literal('distribution'),
    app: word,
    platform: word,
    version: word,
    build: word,
    audience: z.enum(['employees', 'alpha', 'beta', 'production']),
    state: z.enum(['pending', 'in-progress', 'delivered', 'failed']),
    dueAt: instant.optional(),
    people: z.int().min(0).optional(),
  }),
  z.object({
    lever: z.literal('clock'),
    set: instant.optional(),
    runs: z.boolean().default(false),
    advanceMs: z
      .int()
      .min(0)
      .max(10 * 366 * 86_400_000)
      .optional(),
    real: z.literal(true).optional(),
  }),
  z.object({ lever: z.literal('reset') }),
]);
export type Lever = z.infer<typeof leverSchema>;
/** A lever as a caller may write it, defaults left out. */
export type LeverInput = z.input<typeof leverSchema>;

export type Pulled = { ok: true; note: string; about: unknown } | Refusal;

const pulled = (text: string, about: unknown = null): Pulled => ({ ok: true, note: text, about });

/** Pulls a lever at `now` (the world's clock; `machineTime` is the machine's). Either it is refused and nothing has changed, or it is done. */
export function pullLever(state: State, lever: Lever, now: Instant, machineTime: Instant): Pulled {
  switch (lever.lever) {
    case 'approve':
      return onRelease(state, lever, ['in-review'], 'in review', (at, release) => {
        approve(at, release, { by: at.storefront, key: null, at: now });
        return pulled(`${release.version} is approved${release.state === 'approved' ? '' : ` and live at ${release.percent}%`}`, release);
      });
    case 'reject':
      return onRelease(state, lever, ['in-review'], 'in review', (at, release) => {
        reject(release, lever.kind, lever.why, { by: at.storefront, key: null, at: now });
        return pulled(`${release.version} is rejected (${lever.kind})`, release);
      });
    case 'advance':
      return onRelease(state, lever, ['rolling-out'], 'rolling out', (at, release) => {
        if (release.phase === null)
          return refuse('not-possible-here', `${at.storefront} takes no phases by itself`, 'use the console lever: raise');
        nextPhase(at, release, { by: at.storefront, key: null, at: now });
        return pulled(`${release.version} took its next phase: ${release.percent}%`, release);
      });
    case 'console':
      return byHand(state, lever, now);
    case 'listing': {
      const at = listingOf(state, lever);
      at.reviewAfterMinutes = lever.reviewAfterMinutes === undefined ? at.reviewAfterMinutes : lever.reviewAfterMinutes;
      at.firstReleaseMustBeFull = lever.firstReleaseMustBeFull ?? at.firstReleaseMustBeFull;
      at.managedPublishing = lever.managedPublishing ?? at.managedPublishing;
      return pulled(`${lever.storefront} ${lever.app}/${lever.platform} is set up so`, at);
    }
    case 'reviews':
      state.reviewAfterMinutes = lever.afterMinutes;
      return pulled(
        lever.afterMinutes === null ? 'reviews end by lever only' : `reviews end by themselves after ${lever.afterMinutes} min`,
      );
    case 'fault': {
      const { lever: _, ...fault } = lever;
      state.faults.push(fault);
      return pulled(
        `the next ${fault.times === 1 ? 'call' : `${fault.times} calls`} (${fault.calls}) ${fault.on === null ? 'anywhere' : `on ${fault.on}`}: ${fault.what}`,
        fault,
      );
    }
    case 'clear-faults':
      state.faults = [];
      return pulled('no faults are set');
    case 'bug':
      return putBug(state, lever, now);
    case 'check':
      return putCheck(state, lever, now);
    case 'build-start': {
      const { lever: _, app, ...build } = lever;
      const number = build.number ?? nextBuildNumber(state, app, build.platform);
      const key = buildKey({ ...build, number });
      if (findItem(state, app, 'build', key))
        return refuse(
          'wrong-input',
          `build ${number} of ${build.version} on ${build.platform} exists already`,
          'leave the number out to get the next',
        );
      return item(state, app, 'build', key, { ...build, number, state: 'building', startedAt: now }, now);
    }
    case 'build-finish': {
      const { app, state: end } = lever;
      const key = buildKey(lever);
      if (!findItem(state, app, 'build', key))
        return refuse('wrong-input', `CI has no build ${lever.number} of ${lever.version} on ${lever.platform}`, 'start it first');
      return item(state, app, 'build', key, { state: end, finishedAt: now }, now);
    }
    case 'test-run': {
      const { lever: _, app, ...run } = lever;
      return item(state, app, 'test-run', `${run.platform}/${run.version}/${run.build}/${run.suite}`, run, now);
    }
    case 'distribution': {
      const { lever: _, app, ...distribution } = lever;
      return item(
        state,
        app,
        'distribution',
        `${distribution.platform}/${distribution.version}/${distribution.build}/${distribution.audience}`,
        distribution,
        now,
      );
    }
    case 'clock':
      return setClock(state, lever, now, machineTime);
    case 'reset': {
      // revisions go on rising: readers let the highest win
      const { epoch, revision } = state;
      Object.assign(state, emptyState(machineTime), { epoch: epoch + 1, revision });
      return pulled('the world is empty');
    }
    default:
      return lever satisfies never;
  }
}

/* ---- storefronts ---- */

type Place = { storefront: Listing['storefront']; app: string; platform: string };

export function findListing(state: State, place: Place): Listing | undefined {
  return state.listings.find((each) => each.storefront === place.storefront && each.app === place.app && each.platform === place.platform);
}

/** The listing, made where it is not there yet. */
export function listingOf(state: State, place: Place): Listing {
  const there = findListing(state, place);
  if (there) return there;
  const made: Listing = {
    storefront: place.storefront,
    app: place.app,
    platform: place.platform,
    releases: [],
    reviewAfterMinutes: 'world',
    firstReleaseMustBeFull: false,
    managedPublishing: false,
  };
  state.listings.push(made);
  return made;
}

function onRelease(
  state: State,
  which: Place & { version?: string | undefined },
  states: readonly Release['state'][],
  inWords: string,
  then: (at: Listing, release: Release) => Pulled,
): Pulled {
  const at = findListing(state, which);
  const name = `${which.storefront} ${which.app}/${which.platform}`;
  const fitting = (at?.releases ?? []).filter(
    (release) => states.includes(release.state) && (which.version === undefined || release.version === which.version),
  );
  const [release, second] = fitting;
  if (!at || !release)
    return refuse(
      'not-submitted',
      `${name}: ${which.version ?? 'nothing'} is ${which.version ? 'not ' : ''}${inWords}`,
      `there: ${at?.releases.map((each) => `${each.version} ${each.state}`).join(', ') || 'nothing'}`,
    );
  if (second)
    return refuse(
      'wrong-input',
      `${name}: several versions are ${inWords} (${fitting.map((each) => each.version).join(', ')})`,
      'name the version',
    );
  return then(at, release);
}

const callFor: Readonly<Record<(typeof consoleDeeds)[number], CallName>> = {
  submit: 'submit',
  publish: 'start',
  raise: 'raise',
  halt: 'halt',
  pause: 'pause',
  resume: 'resume',
  complete: 'complete',
  withdraw: 'withdraw',
};

const consoleStates: Readonly<Record<(typeof consoleDeeds)[number], readonly Release['state'][]>> = {
  submit: [],
  publish: ['approved'],
  raise: ['rolling-out'],
  halt: ['rolling-out', 'released'],
  pause: ['rolling-out'],
  resume: ['paused', 'halted'],
  complete: ['rolling-out', 'paused'],
  withdraw: ['in-review', 'approved'],
};

/** Somebody does it by hand in the vendor's console: the same rules, no key of ours. */
function byHand(state: State, lever: Extract<Lever, { lever: 'console' }>, now: Instant): Pulled {
  const mover = { by: lever.who, key: null, at: now };
  const input = { build: lever.build ?? null, percent: lever.percent ?? null };
  const around = {
    buildState: (v: string, b: string) => buildState(state, lever.app, lever.platform, v, b),
    reviewAfterMinutes: state.reviewAfterMinutes,
  };
  const told = (answer: ReturnType<typeof call>): Pulled =>
    answer.ok
      ? pulled(
          `${lever.who} did it by hand: ${answer.release.version} is ${answer.release.state} at ${answer.release.percent}%`,
          answer.release,
        )
      : answer;
  if (lever.do === 'submit') {
    if (lever.version === undefined) return refuse('wrong-input', 'submit which version?', 'name the version and the build');
    const there = findListing(state, lever);
    const answer = call(there ?? listingOf(state, lever), 'submit', { ...input, version: lever.version }, mover, around);
    return told(answer);
  }
  const named = lever.version;
  if (named !== undefined) return told(call(listingOf(state, lever), callFor[lever.do], { ...input, version: named }, mover, around));
  return onRelease(state, lever, consoleStates[lever.do], consoleStates[lever.do].join(' or '), (at, release) =>
    told(call(at, callFor[lever.do], { ...input, version: release.version }, mover, around)),
  );
}

/* ---- tracker and CI ---- */

const buildKey = (build: { platform: string; version: string; number: string }): string =>
  `${build.platform}/${build.version}/${build.number}`;

function item(state: State, app: string, kind: ItemKind, key: string, payload: Record<string, unknown>, now: Instant): Pulled {
  const put = putItem(state, app, kind, key, payload, now);
  return pulled(`${kind} ${key}${typeof put.payload['state'] === 'string' ? ` is ${put.payload['state']}` : ''}`, put);
}

function putBug(state: State, lever: Extract<Lever, { lever: 'bug' }>, now: Instant): Pulled {
  const there = lever.key === undefined ? undefined : findItem(state, lever.app, 'bug', lever.key);
  if (there) return item(state, lever.app, 'bug', there.key, lever.set, now);
  if (!lever.set.title || !lever.set.versions)
    return refuse(
      'wrong-input',
      lever.key === undefined
        ? 'a new bug without title or versions'
        : `the tracker has no bug ${lever.key}, and to file it a title and versions are missing`,
      'name title and versions',
    );
  const key = lever.key ?? nextTicket(state, lever.app, 'bug');
  return item(state, lever.app, 'bug', key, { state: 'open', ...lever.set, key, reportedAt: now }, now);
}

function putCheck(state: State, lever: Extract<Lever, { lever: 'check' }>, now: Instant): Pulled {
  const there = lever.key === undefined ? undefined : findItem(state, lever.app, 'check', lever.key);
  if (there) return item(state, lever.app, 'check', there.key, lever.set, now);
  const { title, platform, version: of } = lever.set;
  if (!title || !platform || !of)
    return refuse(
      'wrong-input',
      lever.key === undefined
        ? 'a new check without title, platform or version'
        : `the tracker has no check ${lever.key}, and to open it title, platform or version are missing`,
      'name title, platform and version',
    );
  const key = lever.key ?? nextTicket(state, lever.app, 'check');
  return item(state, lever.app, 'check', key, { state: 'open', ...lever.set, key }, now);
}

/* ---- the clock ---- */

function setClock(state: State, lever: Extract<Lever, { lever: 'clock' }>, now: Instant, machineTime: Instant): Pulled {
  const asked = [lever.set, lever.advanceMs, lever.real].filter((each) => each !== undefined).length;
  if (asked !== 1)
    return refuse('wrong-input', 'a clock is set, advanced, or let run as the machine’s', 'name one of set, advanceMs, real');
  const next = lever.set ?? (lever.advanceMs === undefined ? machineTime : plusMs(now, lever.advanceMs));
  const last = lastMoment(state);
  if (last !== null && next < last)
    return refuse(
      'wrong-input',
      `the world has seen ${last}: its clock cannot go back to ${next}`,
      'reset the world first, or set a later time',
    );
  if (lever.set !== undefined)
    state.clock = lever.runs ? { fixedAt: null, offsetMs: msBetween(machineTime, lever.set) } : { fixedAt: lever.set, offsetMs: 0 };
  else if (lever.real) state.clock = { fixedAt: null, offsetMs: 0 };
  else if (state.clock.fixedAt !== null) state.clock.fixedAt = next;
  else state.clock.offsetMs += lever.advanceMs ?? 0;
  return pulled(`it is ${next}`, { now: next, ...state.clock });
}

/** The latest moment that the world has written down; null in an empty world. */
function lastMoment(state: State): Instant | null {
  const moments = [
    ...state.items,
    ...state.messages,
    ...state.writes,
    ...state.listings.flatMap((each) => each.releases.flatMap((release) => release.history)),
  ].map((each) => each.at);
  return moments.reduce<Instant | null>((last, at) => (last === null || at > last ? at : last), null);
}
