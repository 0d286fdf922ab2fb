import { describe, expect, test } from 'vitest';
import { parseInstance } from '../criteria/index.ts';
import { aPolicy, aSibling, aTrack, answering } from '../criteria/testing.ts';
import type { Told } from '../criteria/testing.ts';
import { healthQuestions } from '../criteria/verdicts.ts';
import type { Actor } from '../roles.ts';
import { decide } from './decide.ts';
import { plan } from './plan.ts';
import { aWorld, obeyed, saying, settled } from './playing.ts';
import type { Command } from './commands.ts';
import type { Track } from './track.ts';
import type { World } from './world.ts';

/* What a red of health does to a rollout: 8.9.2 is at 1 % on Google Play since Monday noon, 1,000 h of use in each hour. */

const began = '2024-09-30T12:00:00.000Z';
const maja: Actor = { kind: 'person', id: 'maja', name: 'M. Lind', roles: ['release-manager'], teams: [] };
const crashes = parseInstance({
  id: 'crash-rate',
  kind: 'rate-below',
  title: 'Crash rate',
  settings: { 'limit-per-1000-hours': 0.4, 'min-hours': 12, 'reports-late-by': '1h' },
});
const policy = aPolicy({
  storefronts: ['google-play'],
  before: { '100%': [crashes] },
  haltsWhileRollingOut: [crashes],
});
const eachHour = (affected: Told['affected'], more: Partial<Told> = {}): Told => ({
  from: began,
  hours: 24,
  exposure: 1000,
  affected,
  ...more,
});

function told(world: World, ...hours: readonly Told[]): World {
  return { ...world, facts: { ...world.facts, health: answering(hours, world.now, healthQuestions(world)) } };
}
function rolling(hours: readonly Told[], more: Partial<Parameters<typeof aWorld>[1]> = {}, noted: Track['noted'] = {}): World {
  const on = aTrack('rolling-out', { startedAt: began, percentSince: began, noted });
  return told(saying(aWorld(on, { policy, ...more }), 'google-play', { state: 'rolling-out', build: '1047', percent: 1 }), ...hours);
}
const effects = (world: World): string[] => plan(world).actions.map(({ effect }) => effect.kind);
const answer = (command: Command, world: World): string => {
  const decision = decide(command, world, maja);
  return decision.ok ? 'ok' : decision.code;
};

describe('a rate that is over its limit', () => {
  test('halts the rollout and pages; what is under it lets the rollout grow', () => {
    expect(effects(rolling([eachHour(9)]))).toEqual(expect.arrayContaining(['ensure-halted', 'page']));
    expect(effects(rolling([eachHour(0)]))).toContain('ensure-rollout');
  });

  test('is noted once for this build, and stays when nobody is affected any more', () => {
    const { world, actions } = settled(rolling([eachHour((hour) => (hour < 6 ? 9 : 0))]));
    expect(world.track).toMatchObject({ stage: 'halted', noted: { 'red:crash-rate:production:1047': world.now } });
    expect(actions.filter(({ effect }) => effect.kind === 'page')).toHaveLength(1);
    const later = told(
      world,
      eachHour((hour) => (hour < 6 ? 9 : 0), { hours: 24, exposure: 400_000 }),
    );
    expect(plan(later).verdicts.find(({ instance }) => instance === 'crash-rate')).toMatchObject({
      colour: 'red',
      rate: { reason: 'latched' },
    });
    expect(plan(later).events).toEqual([]);
  });

  test('is cleared by a person with a reason, and judged anew from then on', () => {
    const { world } = settled(rolling([eachHour((hour) => (hour < 6 ? 9 : 0))]));
    expect(answer({ do: 'resume', reason: 'the cause is off' }, world)).toBe('criteria-not-met');
    expect(answer({ do: 'clear-red', instance: 'crash-rate', reason: 'ok' }, world)).toBe('reason-too-short');
    expect(answer({ do: 'clear-red', instance: 'anr-rate', reason: 'it was the ad server, which is mended' }, world)).toBe('not-found');
    const decision = decide({ do: 'clear-red', instance: 'crash-rate', reason: 'it was the ad server, which is mended' }, world, maja);
    if (!decision.ok) throw new Error(decision.because);
    expect(decision.events).toContainEqual(expect.objectContaining({ is: 'red-cleared', why: 'it was the ad server, which is mended' }));
    const cleared = obeyed(world, decision);
    expect(cleared.track.noted).toEqual({ 'cleared:red:crash-rate:production:1047': world.now });
    expect(answer({ do: 'resume', reason: 'the cause is off' }, cleared)).toBe('ok');
  });

  test('is a matter of its build: another candidate is counted anew', () => {
    const noted = { 'red:crash-rate:production:1041': began };
    expect(effects(rolling([eachHour(0)], {}, noted))).toContain('ensure-rollout');
  });
});

describe('a fleet-wide incident', () => {
  const before = '2024-09-23T12:00:00.000Z';
  const siblings = [aSibling({ reached: { 'rolling-out': before, released: '2024-09-25T12:00:00.000Z' } })];
  /** 8.9.1 began a week, or 168 hours, before; in both the last twelve hours are bad. */
  const theirs = (bad: number): Told => ({
    version: '8.9.1',
    from: before,
    hours: 192,
    exposure: 1000,
    affected: (hour) => (hour >= 180 ? bad : 0.2),
  });
  const everybody = rolling([eachHour((hour) => (hour >= 12 ? 9 : 0.2)), theirs(9)], { siblings });

  test('holds the rollout where it is, pages once and halts nothing', () => {
    const { world, actions } = settled(everybody);
    expect(actions.map(({ effect }) => effect.kind)).toEqual(['page']);
    expect(actions[0]?.effect).toMatchObject({ reason: 'a fleet-wide incident: every version does it' });
    expect(world.track).toMatchObject({ stage: 'rolling-out', percent: 1 });
    expect(plan(world).robot.is).toBe('holding');
  });

  test('is none where the version before does well: then it is this release, and it is halted', () => {
    const ours = rolling([eachHour((hour) => (hour >= 12 ? 9 : 0.2)), theirs(0.2)], { siblings });
    expect(settled(ours).world.track.stage).toBe('halted');
  });
});

describe('a first share on several storefronts', () => {
  const tested = '2024-09-30T00:00:00.000Z';
  const both = aPolicy({ storefronts: ['google-play', 'update-feed'], before: { '1%': [crashes] }, haltsWhileRollingOut: [crashes] });
  /** Twelve hours of the beta, well below the limit; what the first users of one storefront do is told by `hours`. */
  const inPart = (stage: 'in-review' | 'store-approved', ...hours: readonly Told[]): World => {
    const cut = aTrack(stage, { reached: { stabilising: tested, candidate: tested } });
    const live = saying(aWorld(cut, { policy: both }), 'google-play', { state: 'rolling-out', build: '1047', percent: 1 });
    const world = saying(live, 'update-feed', { state: stage === 'in-review' ? 'in-review' : 'approved', build: '1047', percent: 0 });
    const beta: Told = { from: tested, hours: 36, exposure: 1000, affected: 0, audience: 'beta' };
    const read: World = { ...world, track: { ...world.track, liveIn: ['google-play'] } as Track };
    return { ...told(read, beta, ...hours), track: world.track };
  };
  const ofCrashes = (world: World) => plan(world).verdicts.find(({ instance }) => instance === 'crash-rate');

  test('follows on the second where it was met before the first: too little is told of those few hours', () => {
    const world = inPart('store-approved');
    expect(ofCrashes(world)).toMatchObject({ colour: 'yellow', metBefore: true, holds: null });
    expect(effects(world)).toContain('ensure-rollout');
    expect(settled(world).world.track.reached).toHaveProperty('rolling-out', world.now);
  });

  test('is halted on the first, and begun nowhere else, when it hurts those who have it', () => {
    const world = inPart('store-approved', eachHour(9));
    expect(ofCrashes(world)).toMatchObject({ colour: 'red', holds: '1%' });
    expect(effects(world)).toEqual(expect.arrayContaining(['ensure-halted', 'page']));
    expect(effects(world)).not.toContain('ensure-rollout');
  });

  test('that one began by itself is judged by those who had it before', () => {
    expect(effects(inPart('in-review'))).not.toContain('ensure-halted');
    expect(ofCrashes(inPart('in-review'))).toMatchObject({ metBefore: true });
  });
});
