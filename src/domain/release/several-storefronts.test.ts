/** A track that ships on several storefronts is where the least advanced of them is, and can be halted as soon as one of them is live. */
import { describe, expect, test } from 'vitest';
import { aBranch, aBuild, aPolicy, aTrack, sampleCommits, sampleShas } from '../criteria/testing.ts';
import { parseInstance } from '../criteria/index.ts';
import type { Colour, StorefrontState } from '../facts.ts';
import type { Actor, Role } from '../roles.ts';
import type { StorefrontKind } from '../rollout/storefronts.ts';
import { decide } from './decide.ts';
import { plan } from './plan.ts';
import { aWorld, obeyed, performed, saying, settled, written } from './playing.ts';
import type { Stage } from './track.ts';
import type { Plan, World } from './world.ts';

const crashes = parseInstance({ kind: 'custom', waivable: true, id: 'crash-rate', title: 'Crash rate' });
const built = { branch: aBranch(), commits: sampleCommits.slice(0, 2), missing: { [sampleShas.second]: [] }, builds: [aBuild()] };
const policy = aPolicy({
  storefronts: ['google-play', 'update-feed'],
  rollout: [1, 100],
  before: { '1%': [crashes], '100%': [parseInstance({ kind: 'custom', waivable: true, id: 'quality', title: 'Quality' })] },
  haltsWhileRollingOut: [crashes],
});
const person = (...roles: Role[]): Actor => ({ kind: 'person', id: `p-${roles.join('-')}`, name: 'M. Lind', roles, teams: ['player'] });
const manager = person('release-manager');

const crashRate = (colour: Colour) => ({
  instance: 'crash-rate',
  platform: 'ios',
  version: '8.9.2',
  colour,
  because: `it was reported ${colour}`,
  at: '2024-10-01T12:00:00.000Z',
  source: 'sandbox',
});

type Shown = Partial<StorefrontState> & Pick<StorefrontState, 'state'>;

/** The track in this stage, the first storefront and the second as they are shown. */
function shown(
  stage: Extract<Stage, 'in-review' | 'store-approved' | 'halted'>,
  play: Shown,
  feed: Shown,
  colour: Colour = 'green',
): World {
  const world = aWorld(aTrack(stage), { policy, facts: { ...built, reports: [crashRate(colour)] } });
  return also(also(world, 'google-play', play), 'update-feed', feed);
}

const also = (world: World, kind: StorefrontKind, state: Shown): World => saying(world, kind, { build: '1047', percent: 0, ...state });

const live = { state: 'rolling-out', percent: 1 } as const;
const halts = ({ actions }: Pick<Plan, 'actions'>): string[] =>
  actions.flatMap(({ effect }) => (effect.kind === 'ensure-halted' ? [effect.storefront] : []));

function commanded(world: World, command: Parameters<typeof decide>[0]): World {
  const decision = decide(command, world, manager);
  if (!decision.ok) throw new Error(decision.because);
  return obeyed(world, decision);
}

describe('one storefront is live while another waits for our word', () => {
  test('the track waits with the least advanced, and the journal says where it is live', () => {
    const planned = plan(shown('store-approved', live, { state: 'approved' }, 'yellow'));
    expect(planned.track).toMatchObject({ stage: 'store-approved', liveIn: ['google-play'] });
    expect(planned.events).toContainEqual({ is: 'live-in-part', storefront: 'google-play', percent: 1, byStorefront: true });
    expect(plan(written(shown('store-approved', live, { state: 'approved' }, 'yellow'), planned)).events).toEqual([]);
  });

  test('the rollout has started when both are live', () => {
    const first = shown('store-approved', live, { state: 'approved' });
    const ordered = plan(first);
    expect(ordered.actions.map(({ key }) => key)).toContain('music/8.9.2/ios:rollout:1047:1%:0:update-feed');
    const started = settled(performed(written(first, ordered), ordered.actions)).world;
    expect(started.track).toMatchObject({ stage: 'rolling-out', percent: 1, halting: null });
  });

  test('a person halts it there, and it is halted when that storefront was read to stand still', () => {
    const stopped = settled(
      commanded(shown('store-approved', live, { state: 'approved' }, 'yellow'), { do: 'halt', reason: 'it hurts' }),
    ).world;
    expect(stopped.track).toMatchObject({ stage: 'halted', percent: 1, why: 'it hurts', by: 'M. Lind', halts: 1 });
  });

  test('a criterion that halts turns red: the robot halts it, pages, and starts nothing elsewhere', () => {
    const world = shown('store-approved', live, { state: 'approved' }, 'red');
    const planned = plan(world);
    expect(halts(planned)).toEqual(['google-play']);
    expect(planned.actions.map(({ effect }) => effect.kind)).toContain('page');
    expect(planned.actions.some(({ effect }) => effect.kind === 'ensure-rollout')).toBe(false);
    expect(settled(performed(written(world, planned), planned.actions)).world.track.stage).toBe('halted');
  });

  test('where the policy only asks, a release manager is asked', () => {
    const world = shown('store-approved', live, { state: 'approved' }, 'red');
    const asking = plan({ ...world, policy: { ...policy, robot: { ...policy.robot, halt: 'ask' } } });
    expect(halts(asking)).toEqual([]);
    expect(asking.questions.map(({ text }) => text)).toEqual([expect.stringMatching(/^Halt 8\.9\.2 on iOS at 1%\?/)]);
  });

  test('it is neither withdrawn nor canceled before it is halted', () => {
    const world = shown('store-approved', live, { state: 'approved' }, 'yellow');
    for (const command of [{ do: 'withdraw', reason: 'a blocker' } as const, { do: 'cancel', reason: 'the next one is out' } as const])
      expect(decide(command, world, manager)).toMatchObject({
        ok: false,
        code: 'wrong-stage',
        because: '8.9.2 is live on Google Play already',
      });
  });

  test('a first share that was not permitted is answered at once', () => {
    expect(halts(plan(shown('in-review', live, { state: 'in-review' }, 'unknown')))).toEqual(['google-play']);
    expect(halts(plan(shown('in-review', live, { state: 'in-review' }, 'green')))).toEqual([]);
  });
});

describe('one storefront is live and another does not want it', () => {
  test('it is halted first, and stays halted until a person decides', () => {
    const rejection = { kind: 'binary' as const, why: 'it does not start' };
    const world = shown('in-review', live, { state: 'rejected', rejection });
    const planned = plan(world);
    expect(planned.track.stage).toBe('in-review');
    expect(halts(planned)).toEqual(['google-play']);
    const stopped = settled(performed(written(world, planned), planned.actions)).world;
    expect(stopped.track).toMatchObject({ stage: 'halted', why: expect.stringContaining('it does not start') as string });
    expect(plan(stopped).events).toEqual([]);
    expect(decide({ do: 'cancel', reason: 'a new one is made' }, stopped, manager).ok).toBe(true);
  });
});

describe('while nothing is live', () => {
  test('there is nothing to halt, in review as after approval', () => {
    for (const stage of ['in-review', 'store-approved'] as const)
      expect(
        decide({ do: 'halt', reason: 'it hurts' }, shown(stage, { state: 'in-review' }, { state: 'approved' }), manager),
      ).toMatchObject({
        ok: false,
        code: 'wrong-stage',
        because: expect.stringContaining('no storefront shows it live') as string,
      });
  });

  test('nobody halts by a red criterion what nobody has', () => {
    expect(halts(plan(shown('in-review', { state: 'in-review' }, { state: 'approved' }, 'red')))).toEqual([]);
  });
});

describe('halted while another storefront waits', () => {
  const halted = (feed: Shown): World => {
    const world = settled(
      commanded(shown('store-approved', live, { state: 'approved' }, 'yellow'), { do: 'halt', reason: 'it hurts' }),
    ).world;
    return also({ ...world, facts: { ...world.facts, reports: [crashRate('green')] } }, 'update-feed', feed);
  };

  test('the track is resumed to where the least advanced is', () => {
    const resumed = plan(commanded(halted({ state: 'approved' }), { do: 'resume', reason: 'the cause is off' }));
    expect(resumed.events).toContainEqual({
      is: 'resumed',
      percent: 1,
      byStorefront: false,
      inPart: { stage: 'store-approved', storefronts: ['google-play'] },
    });
    expect(resumed.track).toMatchObject({ stage: 'store-approved', liveIn: ['google-play'] });
  });

  test('a storefront that goes live after the halt is halted too, and somebody is paged', () => {
    const world = halted({ state: 'rolling-out', percent: 1 });
    const planned = plan(world);
    expect(planned.track.stage).toBe('halted');
    expect(halts(planned)).toEqual(['update-feed']);
    expect(planned.actions.map(({ key }) => key)).toContain('music/8.9.2/ios:page:live-in-part:1:update-feed');
    const stopped = settled(performed(written(world, planned), planned.actions)).world;
    expect(stopped.track.stage).toBe('halted');
    expect(halts(plan(stopped))).toEqual([]);
  });

  test('canceled, it is taken back where it waits', () => {
    const decision = decide({ do: 'cancel', reason: 'the next one is out' }, halted({ state: 'approved' }), manager);
    expect(decision.ok ? decision.actions.map(({ key }) => key) : decision.because).toEqual([
      expect.stringMatching(/:withdraw:\d+:update-feed$/),
    ]);
  });
});
