import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { storefrontKinds } from '#domain/rollout/storefronts.ts';
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import type { Outcome } from '#ports/outcome.ts';
import { Trouble } from '#ports/trouble.ts';
import { sandboxClient } from '../client.ts';
import { sandboxTools } from '../in-process.ts';
import { sandboxStorefront } from '../storefront.ts';
import type { LeverInput } from './levers.ts';
import { DAY_MS } from './rules.ts';
import { faultKinds, stateSchema } from './state.ts';
import type { Release, State } from './state.ts';
import { createWorld, liveObjectsByKey } from './world.ts';

/*
 * Random lives of a listing: what we ask through the adapter, what people do by hand, what goes wrong, and time.
 * After every step the world must still be one that its storefront's rules permit.
 */

const BEGINS = '2024-09-30T09:20:00.000Z';
const versions = ['8.9.1', '8.9.2', '8.9.3'] as const;

type Step =
  | { do: 'submit' | 'roll-out'; version: string; build: string; percent: number; key: string }
  | { do: 'halt' | 'hold' | 'withdraw'; version: string; key: string }
  | { do: 'lever'; lever: (at: { storefront: StorefrontKind; app: string; platform: string }) => LeverInput; name: string };

const version = fc.constantFrom(...versions);
const percent = fc.constantFrom(1, 2, 5, 10, 20, 50, 100);
/** Few keys, so that tries are repeated. */
const key = fc.integer({ min: 1, max: 4 }).map(String);
const build = fc.integer({ min: 1, max: 6 }).map(String);

const lever = (name: string, make: (at: { storefront: StorefrontKind; app: string; platform: string }) => LeverInput): Step => ({
  do: 'lever',
  name,
  lever: make,
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('submit' as const), version, build, percent, key: key.map((n) => `submit-${n}`) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('roll-out' as const), version, build, percent, key: key.map((n) => `roll-${n}`) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('halt' as const, 'hold' as const, 'withdraw' as const),
      version,
      key: key.map((n) => `stop-${n}`),
    }),
  },
  { weight: 4, arbitrary: version.map((v) => lever('approve', (at) => ({ lever: 'approve', ...at, version: v }))) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(version, fc.constantFrom('binary' as const, 'metadata' as const))
      .map(([v, kind]) => lever('reject', (at) => ({ lever: 'reject', ...at, version: v, kind, why: 'no' }))),
  },
  { weight: 1, arbitrary: version.map((v) => lever('advance', (at) => ({ lever: 'advance', ...at, version: v }))) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        version,
        fc.constantFrom(
          'submit' as const,
          'publish' as const,
          'raise' as const,
          'halt' as const,
          'pause' as const,
          'resume' as const,
          'complete' as const,
          'withdraw' as const,
        ),
        percent,
        build,
      )
      .map(([v, deed, share, number]) =>
        lever(`console ${deed}`, (at) => ({
          lever: 'console',
          ...at,
          version: v,
          do: deed,
          percent: share,
          ...(deed === 'submit' && { build: number }),
        })),
      ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...faultKinds.filter((kind) => kind !== 'slow')),
        fc.constantFrom('reads' as const, 'writes' as const, 'all' as const),
      )
      .map(([what, calls]) => lever(`fault ${what}`, () => ({ lever: 'fault', what, calls }))),
  },
  {
    weight: 3,
    arbitrary: fc
      .integer({ min: 1, max: 20 * 24 })
      .map((hours) => lever(`${hours} h`, () => ({ lever: 'clock', advanceMs: hours * 3_600_000 }))),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(null, 1, 90).map((afterMinutes) => lever('reviews', () => ({ lever: 'reviews', afterMinutes }))),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map((managedPublishing) => lever('managed', (at) => ({ lever: 'listing', ...at, managedPublishing }))),
  },
);

function releasesOf(state: State): readonly Release[] {
  return state.listings[0]?.releases ?? [];
}

function count(releases: readonly Release[], ...states: Release['state'][]): number {
  return releases.filter((release) => states.includes(release.state)).length;
}

/** What holds of every state of the world. */
function checkState(kind: StorefrontKind, state: State): void {
  const releases = releasesOf(state);
  expect(stateSchema.safeParse(state).success).toBe(true);
  for (const [actionKey, objects] of liveObjectsByKey(state)) expect([actionKey, objects]).toEqual([actionKey, 1]);
  if (kind !== 'update-feed') expect(count(releases, 'in-review', 'approved')).toBeLessThanOrEqual(1);
  expect(count(releases, 'rolling-out', 'paused')).toBeLessThanOrEqual(1);
  expect(count(releases, 'released')).toBeLessThanOrEqual(kind === 'app-store-connect' ? 1 : 2);
  for (const release of releases) {
    if (release.state === 'released') expect(release.percent).toBe(100);
    if (release.state === 'rolling-out' || release.state === 'paused') expect(release.percent).toBeLessThan(100);
    if (release.startedAt === null) expect(release.percent).toBe(0);
    expect(release.state === 'paused').toBe(release.pausedSince !== null);
    const pausedMs =
      release.pausedMs + (release.pausedSince === null ? 0 : Date.parse(state.clock.fixedAt ?? BEGINS) - Date.parse(release.pausedSince));
    expect(pausedMs).toBeLessThanOrEqual(30 * DAY_MS);
    if (kind !== 'app-store-connect') expect(release.phase).toBeNull();
    if (kind === 'app-store-connect' && release.state === 'rolling-out') expect([1, 2, 5, 10, 20, 50]).toContain(release.percent);
  }
}

/** What a step may not do to a release. */
function checkChange(kind: StorefrontKind, before: State, after: State, what: Step): void {
  for (const was of releasesOf(before)) {
    const is = releasesOf(after).find((release) => release.version === was.version);
    expect(is).toBeDefined();
    if (!is) continue;
    expect(is.percent).toBeGreaterThanOrEqual(was.percent);
    if (was.startedAt !== null) expect(is.build).toBe(was.build);
    expect(is.submissions.length).toBeGreaterThanOrEqual(was.submissions.length);
    if (was.state === 'replaced' && kind !== 'update-feed') expect(is.state).toBe('replaced');
    // on our word nobody is offered more than was asked for; what the storefront and people do is theirs
    if (what.do === 'roll-out' && was.version === what.version && is.percent > was.percent)
      expect(is.percent).toBeLessThanOrEqual(Math.max(what.percent, kind === 'app-store-connect' ? 1 : 0));
    if (what.do === 'halt' || what.do === 'hold' || what.do === 'withdraw' || what.do === 'submit') expect(is.percent).toBe(was.percent);
  }
}

async function play(kind: StorefrontKind, steps: readonly Step[]): Promise<void> {
  const at = { storefront: kind, app: 'music', platform: 'phone' };
  const world = createWorld({ machineTime: () => BEGINS });
  world.pull({ lever: 'clock', set: BEGINS });
  const storefront = sandboxStorefront(sandboxClient('http://127.0.0.1', { fetch: sandboxTools(world) }), kind, (app) => app);
  for (const what of steps) {
    const before = world.state();
    const outcome = await take(storefront, at, what, (input) => world.pull(input));
    const after = world.state();
    checkState(kind, after);
    checkChange(kind, before, after, what);
    if (outcome === null || before.faults.length > 0) continue;
    await checkOutcome(storefront, { app: at.app, platform: at.platform }, what, outcome);
  }
}

/** Takes a step; null when it was a lever, or ended in trouble. */
async function take(
  storefront: ReturnType<typeof sandboxStorefront>,
  at: { storefront: StorefrontKind; app: string; platform: string },
  what: Step,
  pull: (input: LeverInput) => unknown,
): Promise<Outcome | null> {
  if (what.do === 'lever') {
    pull(what.lever(at));
    return null;
  }
  const target = { app: at.app, platform: at.platform, version: what.version, actionKey: what.key };
  try {
    switch (what.do) {
      case 'submit':
        return await storefront.ensureSubmission({ ...target, build: what.build, percent: what.percent });
      case 'roll-out':
        return await storefront.ensureRollout({ ...target, build: what.build, percent: what.percent });
      case 'halt':
        return await storefront.ensureHalted(target);
      case 'hold':
        return (await storefront.ensureHeld?.(target)) ?? null;
      case 'withdraw':
        return (await storefront.ensureWithdrawn?.(target)) ?? null;
      default:
        return what satisfies never;
    }
  } catch (error) {
    if (error instanceof Trouble) return null;
    throw error;
  }
}

/** Done means that it is so: without faults, what was asked for can be read back. */
async function checkOutcome(
  storefront: ReturnType<typeof sandboxStorefront>,
  place: { app: string; platform: string },
  what: Step,
  outcome: Outcome,
): Promise<void> {
  if (!outcome.ok || what.do === 'lever') return;
  const state = await storefront.read({ ...place, version: what.version });
  switch (what.do) {
    case 'halt':
      return expect(['rolling-out', 'released']).not.toContain(state.state);
    case 'hold':
      return expect(state.state).not.toBe('rolling-out');
    case 'withdraw':
      return expect(['in-review', 'approved']).not.toContain(state.state);
    case 'roll-out':
      // a storefront that advances by itself may be on its way there
      return expect(Math.max(state.percent, state.nextMove?.percent ?? 0)).toBeGreaterThanOrEqual(what.percent);
    case 'submit':
      // a repeated key answers for its first submission, whatever came after
      return expect(state.state === 'none' && !outcome.already).toBe(false);
    default:
      return what satisfies never;
  }
}

describe('no sequence of calls, levers and faults breaks the rules of', () => {
  test.each(storefrontKinds)('%s', async (kind) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), async (steps) => play(kind, steps)),
      { numRuns: 150 },
    );
  });
});
