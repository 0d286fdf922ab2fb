/**
 * A world for tests of the rules: carries a plan out on paper, with storefronts that do what they are asked and are read back when the test says so.
 * Not a stand-in for the engine: no time passes, nothing fails, nothing is stored.
 */
import type { Action } from '../actions.ts';
import { lastOf } from '../criteria/criterion.ts';
import { aPolicy, aRelease, anApp, someFacts } from '../criteria/testing.ts';
import type { ActionState, Source, StorefrontState, TrackFacts } from '../facts.ts';
import { capabilities, type StorefrontKind } from '../rollout/storefronts.ts';
import type { Instant } from '../time.ts';
import { plan } from './plan.ts';
import type { Accepted, Plan, World } from './world.ts';
import type { Track } from './track.ts';

/** A world around a track, quiet unless the test says otherwise. Storefronts, reports and the rest are connected and fresh. */
export function aWorld(track: Track, overrides: Partial<Omit<World, 'track' | 'facts'>> & { facts?: Partial<TrackFacts> } = {}): World {
  const { facts, ...rest } = overrides;
  const now = overrides.now ?? '2024-10-01T12:20:00.000Z';
  return {
    app: anApp(),
    release: aRelease({ version: track.version, kind: track.kind }),
    track,
    siblings: [],
    policy: aPolicy({ platform: track.platform }),
    previous: [],
    now,
    ...rest,
    facts: someFacts({ sources: [everything], ...facts }),
  };
}

/** One source of every kind of fact, which pushes and is never stale. */
export const everything: Source = {
  source: 'sandbox',
  kinds: ['build', 'test-run', 'distribution', 'bug', 'check', 'storefront', 'branch', 'containment', 'report'],
  connected: true,
  lastReadAt: '2024-10-01T12:19:00.000Z',
  freshForMinutes: null,
  error: null,
  nextReadAt: null,
};

/** The world after what was planned or accepted is written down: nothing is sent yet. */
export function written(
  world: World,
  outcome: Pick<Plan, 'track' | 'events' | 'actions' | 'voids'> & { verdicts?: Plan['verdicts'] },
): World {
  const gone = new Map(outcome.voids.map(({ key, why }) => [key, why]));
  const actions = world.facts.actions.map((action): ActionState =>
    gone.has(action.key) ? { ...action, state: 'void', endedAt: world.now, outcome: gone.get(action.key) ?? null } : action,
  );
  const waivers = [...world.facts.waivers];
  for (const event of outcome.events) {
    if (event.is === 'waiver-asked') waivers.push(event.waiver);
    const place = 'waiver' in event && typeof event.waiver === 'string' ? waivers.findIndex((waiver) => waiver.id === event.waiver) : -1;
    const waiver = waivers[place];
    if (waiver && event.is === 'waiver-approved') waivers[place] = { ...waiver, state: 'active' };
    if (waiver && event.is === 'waiver-ended') waivers[place] = { ...waiver, state: 'ended', ended: { at: world.now, why: event.why } };
    if (waiver && event.is === 'waiver-revoked') waivers[place] = { ...waiver, state: 'revoked' };
  }
  return {
    ...world,
    track: outcome.track,
    previous: outcome.verdicts?.map((verdict) => lastOf(verdict)) ?? world.previous,
    facts: { ...world.facts, waivers, actions: [...actions, ...outcome.actions.map((action) => asState(action, world.now))] },
  };
}

function asState(action: Action, at: Instant): ActionState {
  return {
    key: action.key,
    kind: action.effect.kind,
    step: action.step,
    orderedBy: action.orderedBy.kind,
    state: 'ordered',
    attempts: 0,
    orderedAt: at,
    endedAt: null,
    nextTryAt: null,
    outcome: null,
  };
}

/** The storefronts did what these actions ask, and were read. */
export function performed(world: World, actions: readonly Action[]): World {
  let storefronts = world.facts.storefronts;
  for (const { effect } of actions) {
    if (!('storefront' in effect)) continue;
    const before = storefronts.find((state) => state.storefront === effect.storefront) ?? stateOf(world, effect.storefront, {});
    storefronts = [...storefronts.filter((state) => state.storefront !== effect.storefront), after(before, effect, world.now)];
  }
  const keys = new Set(actions.map((action) => action.key));
  const done = world.facts.actions.map((action): ActionState =>
    keys.has(action.key) ? { ...action, state: 'done', attempts: 1, endedAt: world.now, outcome: 'done' } : action,
  );
  return { ...world, facts: { ...world.facts, storefronts, actions: done } };
}

function after(state: StorefrontState, effect: Extract<Action['effect'], { storefront: StorefrontKind }>, now: Instant): StorefrontState {
  const { advances } = capabilities[effect.storefront];
  switch (effect.kind) {
    case 'ensure-submission':
      return { ...state, state: 'in-review', build: effect.build, percent: 0, rejection: null, submittedAt: now };
    case 'ensure-withdrawn':
      return { ...state, state: 'withdrawn', percent: 0 };
    case 'ensure-rollout':
      return { ...state, state: effect.percent >= 100 ? 'released' : 'rolling-out', build: effect.build, percent: effect.percent };
    case 'ensure-held':
      return { ...state, state: 'paused', nextMove: null };
    case 'ensure-halted':
      return { ...state, state: advances === 'by-itself' ? 'paused' : 'halted' };
    default:
      return effect satisfies never;
  }
}

/** What a storefront says of the track's version, as the test wants it. */
export function stateOf(world: Pick<World, 'track'>, storefront: StorefrontKind, state: Partial<StorefrontState>): StorefrontState {
  return {
    storefront,
    platform: world.track.platform,
    version: world.track.version,
    build: null,
    state: 'none',
    percent: 0,
    rejection: null,
    nextMove: null,
    pausedDaysUsed: 0,
    actionKey: null,
    submittedAt: null,
    at: '2024-10-01T12:19:00.000Z',
    source: storefront,
    ...state,
  };
}

/** The world in which a storefront says this. */
export function saying(world: World, storefront: StorefrontKind, state: Partial<StorefrontState>): World {
  const before = world.facts.storefronts.find((each) => each.storefront === storefront);
  const said = { ...stateOf(world, storefront, {}), ...before, ...state };
  return {
    ...world,
    facts: { ...world.facts, storefronts: [...world.facts.storefronts.filter((each) => each.storefront !== storefront), said] },
  };
}

/** Plans and carries out until nothing new is ordered. Gives the world at rest and every action on the way. */
export function settled(world: World): { world: World; actions: readonly Action[] } {
  const all: Action[] = [];
  let at = world;
  for (let round = 0; round < 30; round++) {
    const planned = plan(at);
    const next = performed(written(at, planned), planned.actions);
    all.push(...planned.actions);
    if (planned.actions.length === 0 && planned.events.length === 0 && planned.voids.length === 0) return { world: next, actions: all };
    at = next;
  }
  throw new Error('the plan never comes to rest');
}

/** The world after an accepted command, written down and carried out. */
export function obeyed(world: World, decision: Accepted): World {
  return performed(written(world, decision), decision.actions);
}
