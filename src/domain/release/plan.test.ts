import { describe, expect, test } from 'vitest';
import type { Instance } from '../criteria/instance.ts';
import { aBranch, aBuild, aPolicy, aTrack, anApp, sampleCandidate, sampleCommits, sampleShas } from '../criteria/testing.ts';
import { parseInstance } from '../criteria/index.ts';
import type { ActionState, Colour, Report, StorefrontState } from '../facts.ts';
import { plan } from './plan.ts';
import { aWorld, everything, performed, saying, settled, written } from './playing.ts';
import type { Track } from './track.ts';
import type { Plan, World } from './world.ts';

/** A criterion that has the colour the facts report for it. */
const crashes: Instance = parseInstance({ kind: 'custom', waivable: true, id: 'crash-rate', title: 'Crash rate' });
const quality: Instance = parseInstance({ kind: 'custom', waivable: true, id: 'quality', title: 'Quality' });

function report(instance: string, colour: Colour): Report {
  return {
    instance,
    platform: 'ios',
    version: '8.9.2',
    colour,
    because: `it was reported ${colour}`,
    at: '2024-10-01T12:00:00.000Z',
    source: 'sandbox',
  };
}

const built = { branch: aBranch(), commits: sampleCommits.slice(0, 2), missing: { [sampleShas.second]: [] }, builds: [aBuild()] };
const onPlay = { storefronts: ['google-play' as const], rollout: [1, 100] };

describe('the way to the storefront', () => {
  test('the robot chooses the newest release candidate as soon as the criteria before it are met', () => {
    const policy = aPolicy({ before: { candidate: [quality] } });
    const waits = plan(aWorld(aTrack('stabilising'), { policy, facts: { ...built, reports: [report('quality', 'yellow')] } }));
    const chooses = plan(aWorld(aTrack('stabilising'), { policy, facts: { ...built, reports: [report('quality', 'green')] } }));
    expect(waits.track.stage).toBe('stabilising');
    expect(chooses.events).toContainEqual(expect.objectContaining({ is: 'candidate-chosen' }));
    expect(chooses.track).toMatchObject({ stage: 'candidate', candidate: { build: '1047', chosenBy: 'Robot' } });
  });

  test('a build that lacks a commit of the branch is never chosen', () => {
    const facts = {
      ...built,
      branch: aBranch(sampleShas.third),
      commits: sampleCommits,
      missing: { [sampleShas.second]: [sampleShas.third] },
    };
    expect(plan(aWorld(aTrack('stabilising'), { facts })).track.stage).toBe('stabilising');
  });

  test('a commit that the final candidate lacks returns the track to stabilising and says which', () => {
    const facts = {
      ...built,
      branch: aBranch(sampleShas.third),
      commits: sampleCommits,
      missing: { [sampleShas.second]: [sampleShas.third] },
    };
    const planned = plan(aWorld(aTrack('candidate'), { facts }));
    expect(planned.track).toMatchObject({ stage: 'stabilising', back: { from: 'candidate' } });
    expect(planned.track.back?.why).toContain('Resume after the car reconnects');
  });

  test('a translation after the final candidate does not return the track', () => {
    const commits = sampleCommits.map((commit) =>
      commit.sha === sampleShas.third ? { ...commit, category: 'translations' as const } : commit,
    );
    const facts = { ...built, branch: aBranch(sampleShas.third), commits, missing: { [sampleShas.second]: [sampleShas.third] } };
    expect(plan(aWorld(aTrack('candidate'), { facts })).track.stage).toBe('candidate');
  });

  test('a candidate whose criteria are met is submitted once, and planning again adds nothing', () => {
    const world = aWorld(aTrack('candidate'), { facts: built });
    const first = plan(world);
    expect(first.actions.filter((action) => action.effect.kind === 'ensure-submission')).toHaveLength(1);
    const again = plan(written(world, first));
    expect(again.actions).toEqual([]);
    expect(again.voids).toEqual([]);
    expect(again.robot.is).toBe('acting');
  });

  test('the stage changes only when the storefront was read to have it', () => {
    const world = aWorld(aTrack('candidate'), { facts: built });
    const ordered = written(world, plan(world));
    expect(plan(ordered).track.stage).toBe('candidate');
    expect(plan(saying(ordered, 'app-store-connect', { state: 'in-review', build: '1047' })).track.stage).toBe('in-review');
  });

  test('a process without a candidate stage chooses its build by submitting it', () => {
    const light = aPolicy({ stages: ['developing', 'stabilising', 'in-review', 'rolling-out', 'released'], before: { submit: [quality] } });
    const held = plan(aWorld(aTrack('stabilising'), { policy: light, facts: { ...built, reports: [report('quality', 'red')] } }));
    expect(held.track.stage).toBe('stabilising');
    const open = plan(aWorld(aTrack('stabilising'), { policy: light, facts: { ...built, reports: [report('quality', 'green')] } }));
    expect(open.actions.map((action) => action.effect.kind)).toContain('ensure-submission');
  });

  test('another version in the works on the same listing is waited for', () => {
    const sibling = {
      id: 'music/8.9.1/ios',
      version: '8.9.1',
      platform: 'ios',
      kind: 'regular' as const,
      stage: 'in-review' as const,
      since: sampleCandidate.chosenAt,
      reached: {},
      candidateBuild: '1001',
      percent: null,
      order: -1,
    };
    const planned = plan(aWorld(aTrack('candidate'), { facts: built, siblings: [sibling] }));
    expect(planned.actions.filter((action) => action.effect.kind === 'ensure-submission')).toEqual([]);
  });

  test('a rejected binary sends the track back to stabilising, and that build is never sent again', () => {
    const review = aWorld(aTrack('in-review', { submissions: 1 }), { facts: built });
    const { world, actions } = settled(
      saying(review, 'app-store-connect', { state: 'rejected', build: '1047', rejection: { kind: 'binary', why: 'it crashes at launch' } }),
    );
    expect(world.track).toMatchObject({
      stage: 'stabilising',
      back: { from: 'in-review', why: 'app-store-connect: it crashes at launch' },
      rejectedBuilds: ['1047'],
    });
    expect(actions.map((action) => action.effect.kind)).toEqual(['page']);
  });

  test('a new build after a rejection is chosen and submitted by itself', () => {
    const review = aWorld(aTrack('in-review', { submissions: 1 }), { facts: built });
    const back = settled(
      saying(review, 'app-store-connect', { state: 'rejected', build: '1047', rejection: { kind: 'binary', why: 'it crashes at launch' } }),
    ).world;
    const next = aBuild({ number: '1048', candidate: 4, at: '2024-10-01T12:18:00.000Z' });
    const later = settled({ ...back, now: '2024-10-01T12:30:00.000Z', facts: { ...back.facts, builds: [aBuild(), next] } });
    expect(later.world.track).toMatchObject({ stage: 'in-review', candidate: { build: '1048' }, submissions: 2 });
  });

  test('a rejected text sends the track back to candidate only, and a person says when it goes out again', () => {
    const review = aWorld(aTrack('in-review', { submissions: 1 }), { facts: built });
    const planned = plan(
      saying(review, 'app-store-connect', { state: 'rejected', build: '1047', rejection: { kind: 'metadata', why: 'no test account' } }),
    );
    expect(planned.track.stage).toBe('candidate');
    expect(planned.actions.map((action) => action.effect.kind)).toEqual(['page']);
    expect(planned.questions).toHaveLength(1);
    expect(planned.robot.is).toBe('asks');
  });
});

describe('storefronts that start on approval', () => {
  const policy = aPolicy({ ...onPlay, before: { submit: [quality], '1%': [crashes] } });
  const facts = { ...built, reports: [report('quality', 'green'), report('crash-rate', 'green')] };

  test('the criteria of the first share are judged before submission', () => {
    const red = [report('quality', 'green'), report('crash-rate', 'red')];
    const held = plan(aWorld(aTrack('candidate'), { policy, facts: { ...facts, reports: red } }));
    expect(held.actions).toEqual([]);
    expect(held.verdicts.find((verdict) => verdict.instance === 'crash-rate')?.holds).toBe('submit');
    expect(plan(aWorld(aTrack('candidate'), { policy, facts })).actions.map((action) => action.effect)).toContainEqual(
      expect.objectContaining({ kind: 'ensure-submission', percent: 1 }),
    );
  });

  test('approval with every criterion green is adopted as the start of the rollout', () => {
    const review = aWorld(aTrack('in-review', { submissions: 1 }), { policy, facts });
    const planned = plan(saying(review, 'google-play', { state: 'rolling-out', build: '1047', percent: 1 }));
    expect(planned.track).toMatchObject({ stage: 'rolling-out', percent: 1, halting: null });
  });

  test('approval while a criterion is red is answered at once with a halt and a page', () => {
    const review = aWorld(aTrack('in-review', { submissions: 1 }), { policy, facts: { ...facts, reports: [report('crash-rate', 'red')] } });
    const planned = plan(saying(review, 'google-play', { state: 'rolling-out', build: '1047', percent: 1 }));
    expect(planned.actions.map((action) => action.effect.kind).toSorted()).toEqual(['announce', 'ensure-halted', 'page']);
    expect(planned.actions.find((action) => action.effect.kind === 'ensure-halted')?.urgent).toBe(true);
  });

  test('approval outside the window is answered at once with a halt', () => {
    const windowed = aPolicy({
      ...onPlay,
      before: { '1%': [parseInstance({ id: 'window-open', title: 'Window' })] },
      windows: { start: { days: [1, 2, 3, 4], from: 8 * 60, to: 9 * 60 } },
    });
    const review = aWorld(aTrack('in-review', { submissions: 1 }), { policy: windowed, facts });
    const planned = plan(saying(review, 'google-play', { state: 'rolling-out', build: '1047', percent: 1 }));
    expect(planned.actions.some((action) => action.effect.kind === 'ensure-halted')).toBe(true);
  });
});

describe('storefronts that advance by themselves', () => {
  const policy = aPolicy({ before: { '100%': [crashes] } });
  const rolling = (colour: Colour, now: string) =>
    saying(
      aWorld(aTrack('rolling-out'), { policy, now, facts: { ...built, reports: [report('crash-rate', colour)] } }),
      'app-store-connect',
      {
        state: 'rolling-out',
        build: '1047',
        percent: 1,
        nextMove: { at: '2024-10-02T06:05:00.000Z', percent: 2 },
      },
    );

  test('a share of 1, 100 is held at day one before the storefront goes on', () => {
    expect(plan(rolling('yellow', '2024-10-01T12:20:00.000Z')).actions).toEqual([]);
    expect(plan(rolling('yellow', '2024-10-01T12:20:00.000Z')).lookAgainAt).toBe('2024-10-02T05:05:00.000Z');
    expect(plan(rolling('yellow', '2024-10-02T05:05:00.000Z')).actions.map((action) => action.effect.kind)).toEqual(['ensure-held']);
  });

  test('a held rollout is completed when the criteria of 100 % turn green', () => {
    const held = performed(
      written(rolling('yellow', '2024-10-02T05:05:00.000Z'), plan(rolling('yellow', '2024-10-02T05:05:00.000Z'))),
      plan(rolling('yellow', '2024-10-02T05:05:00.000Z')).actions,
    );
    const green = settled({ ...held, facts: { ...held.facts, reports: [report('crash-rate', 'green')] } });
    expect(green.actions.filter((action) => 'storefront' in action.effect).map((action) => action.effect)).toEqual([
      { kind: 'ensure-rollout', storefront: 'app-store-connect', version: '8.9.2', build: '1047', percent: 100 },
    ]);
    expect(green.world.track.stage).toBe('released');
  });

  test('a share that the storefront took past the permitted one is held at once', () => {
    const moved = saying(rolling('yellow', '2024-10-02T06:06:00.000Z'), 'app-store-connect', {
      percent: 2,
      nextMove: { at: '2024-10-03T06:05:00.000Z', percent: 5 },
    });
    const planned = plan(moved);
    expect(planned.track).toMatchObject({ stage: 'rolling-out', percent: 2 });
    expect(planned.actions.map((action) => action.effect.kind)).toContain('ensure-held');
  });
});

describe('halting', () => {
  const policy = aPolicy({ ...onPlay, haltsWhileRollingOut: [crashes] });
  const live = (colour: Colour): World =>
    saying(aWorld(aTrack('rolling-out'), { policy, facts: { ...built, reports: [report('crash-rate', colour)] } }), 'google-play', {
      state: 'rolling-out',
      build: '1047',
      percent: 1,
    });

  test('a verdict of the halting list that turns red halts the rollout and pages', () => {
    const planned = plan(live('red'));
    expect(planned.track).toMatchObject({ stage: 'rolling-out', halting: { by: 'Robot' } });
    expect(planned.actions.map((action) => action.effect.kind)).toEqual(['page', 'ensure-halted']);
  });

  test('a rollout is shown as halted only after the storefront was read to be', () => {
    const world = live('red');
    const ordered = written(world, plan(world));
    expect(plan(ordered).track.stage).toBe('rolling-out');
    const stopped = plan(saying(ordered, 'google-play', { state: 'halted' }));
    expect(stopped.track).toMatchObject({ stage: 'halted', percent: 1, by: 'Robot' });
  });

  test('an order to halt stays wanted although the colour turns green again', () => {
    const world = live('red');
    const ordered = written(world, plan(world));
    const green = plan({ ...ordered, facts: { ...ordered.facts, reports: [report('crash-rate', 'green')] } });
    expect(green.voids).toEqual([]);
  });

  test('a storefront that says done and does not halt is asked once more', () => {
    const world = live('red');
    const ordered = written(world, plan(world));
    const lied: World = {
      ...ordered,
      facts: { ...ordered.facts, actions: ordered.facts.actions.map((action) => ({ ...action, state: 'done', endedAt: world.now })) },
    };
    expect(plan(lied).actions).toEqual([]);
    const later = plan({ ...lied, now: '2024-10-01T12:26:00.000Z' });
    expect(later.actions.map((action) => action.effect.kind)).toEqual(['ensure-halted']);
  });

  test('where the policy says ask, the robot asks and does not halt', () => {
    const world = live('red');
    const planned = plan({ ...world, policy: { ...policy, robot: { ...policy.robot, halt: 'ask' } } });
    expect(planned.actions).toEqual([]);
    expect(planned.questions.map((question) => question.text).join()).toContain('Halt 8.9.2');
  });

  test('a waived red does not halt', () => {
    const world = live('red');
    const waived: World = {
      ...world,
      facts: {
        ...world.facts,
        waivers: [
          {
            id: 'w',
            instance: 'crash-rate',
            state: 'active',
            category: 'known-and-accepted',
            reason: 'only the kids profile',
            askedBy: 'M. Lind',
            askedById: '1',
            askedAt: world.now,
            approvedBy: 'T. Becker',
            until: { step: '100%' },
            endsIf: [],
            colourWhenAsked: 'red',
            buildWhenAsked: '1047',
            ended: null,
          },
        ],
      },
    };
    expect(plan(waived).actions.filter((action) => action.effect.kind === 'ensure-halted')).toEqual([]);
  });

  test('the robot never resumes', () => {
    const halted = saying(
      aWorld(aTrack('halted'), { policy, facts: { ...built, reports: [report('crash-rate', 'green')] } }),
      'google-play',
      { state: 'halted', build: '1047', percent: 1 },
    );
    expect(plan(halted).actions).toEqual([]);
    expect(plan(halted).robot.sentence).toContain('never resumes');
  });

  test('a rollout halted in the storefront’s own console is adopted with that reason', () => {
    const planned = plan(saying(live('green'), 'google-play', { state: 'halted' }));
    expect(planned.track).toMatchObject({ stage: 'halted', by: 'the storefront’s console' });
  });
});

describe('an order of ours that was broken off for a halt and arrives after it', () => {
  const policy = aPolicy({ ...onPlay, platform: 'ios', rollout: [1, 10, 100] });
  const raise = (change: Partial<ActionState> = {}): ActionState => ({
    key: 'music/8.9.2/ios:rollout:1047:10%:0:google-play',
    kind: 'ensure-rollout',
    step: '10%',
    orderedBy: 'robot',
    state: 'void',
    attempts: 1,
    inDoubt: true,
    orderedAt: '2024-10-01T12:00:00.000Z',
    endedAt: '2024-10-01T12:01:00.000Z',
    nextTryAt: null,
    outcome: 'the rollout is being halted',
    ...change,
  });
  /** Halted at 1 % for crashes, and then the storefront shows this. */
  const then = (state: Partial<StorefrontState>, actions: readonly ActionState[] = [raise()], robot = policy.robot): World => {
    const track = aTrack('halted', { percent: 1, halts: 1, by: 'M. Lind', why: 'crashes' });
    const world = aWorld(track, { policy: { ...policy, robot }, facts: { ...built, actions } });
    return saying(world, 'google-play', { state: 'rolling-out', build: '1047', percent: 10, ...state });
  };
  const halts = ({ actions }: Plan): string[] => actions.filter(({ effect }) => effect.kind === 'ensure-halted').map(({ key }) => key);
  const again = ['music/8.9.2/ios:halt:2:google-play'];

  test('does not resume the rollout: the robot halts it again, pages, and the journal says why', () => {
    const world = then({});
    const planned = plan(world);
    expect(planned.events).toContainEqual({ is: 'resumed', percent: 10, byStorefront: true, late: raise().key });
    expect(planned.events).toContainEqual(
      expect.objectContaining({ is: 'halt-ordered', why: expect.stringContaining('It was halted by M. Lind: crashes') as string }),
    );
    expect(halts(planned)).toEqual(again);
    expect(planned.actions.some(({ effect }) => effect.kind === 'page')).toBe(true);
    expect(settled(performed(written(world, planned), planned.actions)).world.track).toMatchObject({ stage: 'halted', halts: 2 });
  });

  test('is answered so where the policy only asks before a halt, and while the robot is paused: the halt was ordered before', () => {
    expect(halts(plan(then({}, [raise()], { ...policy.robot, halt: 'ask' })))).toEqual(again);
    const paused = { by: 'M. Lind', at: '2024-10-01T12:00:00.000Z', why: 'we look first', until: null };
    const world = then({});
    expect(halts(plan({ ...world, app: { ...world.app, robotPaused: paused } }))).toEqual(again);
  });

  test('to everyone is halted at 100 % where the storefront can', () => {
    const all = raise({ key: 'music/8.9.2/ios:rollout:1047:100%:0:google-play' });
    const planned = plan(then({ state: 'released', percent: 100 }, [all]));
    expect(planned.track).toMatchObject({ stage: 'released' });
    expect(halts(planned)).toEqual(again);
  });

  test('explains one halt that was undone: live once more, it is adopted as a person’s doing, and a person is asked', () => {
    const world = then({});
    const twice = plan({ ...world, track: { ...world.track, halts: 2 } });
    expect(twice.track).toMatchObject({ stage: 'rolling-out', percent: 10 });
    expect(halts(twice)).toEqual([]);
    expect(twice.actions.map(({ key }) => key)).toContain('music/8.9.2/ios:page:live-again:2');
  });

  test('explains no other share, no rollout that a person here resumed, and nothing when it had its answer', () => {
    const resumed = (world: World): unknown => [plan(world).track.stage, halts(plan(world))];
    const adopted = ['rolling-out', []];
    expect(resumed(then({ percent: 1 }))).toEqual(adopted);
    expect(resumed(then({}, [raise({ state: 'done' })]))).toEqual(adopted);
    expect(resumed(then({}, [raise({ inDoubt: false })]))).toEqual(adopted);
    const world = then({});
    const resuming = { key: 'k', at: world.now, by: 'M. Lind', why: 'the cause is off' };
    expect(resumed({ ...world, track: { ...world.track, resuming } as Track })).toEqual(adopted);
  });

  test('is known by its earlier try too, where a later one had the answer', () => {
    expect(halts(plan(then({}, [raise({ state: 'done', attempts: 2 })])))).toEqual(again);
  });

  test('is told from a person’s word in the console by its key, where the storefront’s object carries one', () => {
    expect(halts(plan(then({ actionKey: raise().key })))).toEqual(again);
    expect(halts(plan(then({ actionKey: 'music/8.9.2/ios:halt:1:google-play' })))).toEqual([]);
  });

  test('before the halt was read back has the halt sent again at once, and no third time before five minutes are over', () => {
    const halting = { key: 'music/8.9.2/ios:halt:1:google-play', at: '2024-10-01T12:19:00.000Z', by: 'M. Lind', why: 'crashes' };
    const done = (key: string): ActionState =>
      raise({ key, kind: 'ensure-halted', step: null, state: 'done', endedAt: '2024-10-01T12:19:30.000Z' });
    const world = then({ at: '2024-10-01T12:19:40.000Z' }, [raise(), done(halting.key)]);
    const track = aTrack('rolling-out', { percent: 1, halting });
    expect(halts(plan({ ...world, track }))).toEqual([`${halting.key}#2`]);
    const sent = { ...world, facts: { ...world.facts, actions: [...world.facts.actions, done(`${halting.key}#2`)] } };
    expect(halts(plan({ ...sent, track }))).toEqual([]);
  });
});

describe('a rejection for its metadata', () => {
  test('is no new one when a commit on the branch takes the track back further', () => {
    const back = { from: 'in-review' as const, at: '2024-10-01T12:00:00.000Z', why: 'the notes' };
    const track = aTrack('candidate', { submissions: 1, back });
    const facts = {
      ...built,
      branch: aBranch(sampleShas.third),
      missing: { [sampleShas.second]: [sampleShas.third] },
      commits: sampleCommits,
    };
    const world = saying(aWorld(track, { policy: aPolicy(onPlay), facts }), 'google-play', {
      state: 'rejected',
      build: '1047',
      rejection: { kind: 'metadata', why: 'the notes' },
      submittedAt: '2024-10-01T11:00:00.000Z',
    });
    const planned = plan(world);
    expect(planned.track).toMatchObject({ stage: 'stabilising', back: { from: 'in-review' } });
  });
});

describe('what the policy says of the robot', () => {
  const green = { ...built };
  const mode = (submit: 'manual' | 'shadow' | 'ask') => aPolicy({ robot: { ...aPolicy().robot, submit } });

  test('manual: the step is shown as open and nothing is ordered', () => {
    const planned = plan(aWorld(aTrack('candidate'), { policy: mode('manual'), facts: green }));
    expect(planned.actions).toEqual([]);
    expect(planned.robot).toMatchObject({ is: 'manual', sentence: 'Clear: a release manager can submit iOS 8.9.2 now.' });
  });

  test('shadow: what it would have done is written down once', () => {
    const world = aWorld(aTrack('candidate'), { policy: mode('shadow'), facts: green });
    const first = plan(world);
    expect(first.events).toContainEqual(expect.objectContaining({ is: 'shadowed', step: 'submit' }));
    expect(plan(written(world, first)).events).toEqual([]);
  });

  test('ask: the question stands until a person answers, and is journaled once', () => {
    const world = aWorld(aTrack('candidate'), { policy: mode('ask'), facts: green });
    const first = plan(world);
    expect(first.questions).toHaveLength(1);
    const second = plan(written(world, first));
    expect(second.questions).toHaveLength(1);
    expect(second.events).toEqual([]);
  });

  test('a paused robot does not advance, and still halts', () => {
    const pause = { by: 'M. Lind', at: '2024-10-01T10:00:00.000Z', why: 'fire drill', until: null };
    const still = plan(aWorld(aTrack('candidate'), { app: anApp({ robotPaused: pause }), facts: green }));
    expect(still.actions).toEqual([]);
    expect(still.robot.is).toBe('paused');
    const policy = aPolicy({ ...onPlay, haltsWhileRollingOut: [crashes] });
    const live = saying(
      aWorld(aTrack('rolling-out', { robotPaused: pause }), { policy, facts: { ...built, reports: [report('crash-rate', 'red')] } }),
      'google-play',
      { state: 'rolling-out', build: '1047', percent: 1 },
    );
    expect(plan(live).actions.some((action) => action.effect.kind === 'ensure-halted')).toBe(true);
  });

  test('a pause that has ended no longer holds', () => {
    const pause = { by: 'M. Lind', at: '2024-10-01T10:00:00.000Z', why: 'fire drill', until: '2024-10-01T12:00:00.000Z' };
    expect(plan(aWorld(aTrack('candidate', { robotPaused: pause }), { facts: green })).actions).not.toEqual([]);
  });
});

describe('the whole life', () => {
  test('the robot cuts on branch day and not before', () => {
    const release = {
      ...aWorld(aTrack('developing')).release,
      planned: { branch: '2024-10-01T12:30:00.000Z', candidate: null, submit: null, start: null, finish: null },
    };
    const before = plan(aWorld(aTrack('developing'), { release }));
    expect(before.actions).toEqual([]);
    expect(before.lookAgainAt).toBe('2024-10-01T12:30:00.000Z');
    const after = plan(aWorld(aTrack('developing'), { release, now: '2024-10-01T12:30:00.000Z' }));
    expect(after.actions.map((action) => action.effect)).toEqual([{ kind: 'ensure-branch', branch: 'release/8.9.2', at: null }]);
  });

  test('a branch that appears is adopted as the cut', () => {
    expect(plan(aWorld(aTrack('developing'), { facts: { branch: aBranch() } })).track).toMatchObject({
      stage: 'stabilising',
      cut: { branch: 'release/8.9.2' },
    });
  });

  test('a planned version starts when the one before it was cut', () => {
    const before = {
      id: 'music/8.9.1/ios',
      version: '8.9.1',
      platform: 'ios',
      kind: 'regular' as const,
      since: '2024-09-20T07:00:00.000Z',
      reached: {},
      candidateBuild: null,
      percent: null,
      order: -1,
    };
    expect(plan(aWorld(aTrack('planned'), { siblings: [{ ...before, stage: 'developing' }] })).track.stage).toBe('planned');
    expect(plan(aWorld(aTrack('planned'), { siblings: [{ ...before, stage: 'stabilising' }] })).track.stage).toBe('developing');
  });

  test('with every criterion green the robot takes a track from its branch to 100 % in the order of the policy', () => {
    const policy = aPolicy({ storefronts: ['microsoft-store'], rollout: [1, 10, 100] });
    let { world, actions } = settled(aWorld(aTrack('stabilising'), { policy, facts: built }));
    expect(world.track.stage).toBe('in-review');
    ({ world, actions } = settled(saying(world, 'microsoft-store', { state: 'approved' })));
    expect(actions.flatMap((action) => (action.effect.kind === 'ensure-rollout' ? [action.effect.percent] : []))).toEqual([1, 10, 100]);
    expect(world.track).toMatchObject({ stage: 'released', candidate: { build: '1047' } });
    const watched = settled({ ...world, now: '2024-10-08T12:21:00.000Z' });
    expect(watched.world.track.stage).toBe('completed');
  });

  test('a newer version that is released ends the watch early and takes the place of one that was not', () => {
    const newer = {
      id: 'music/8.9.3/ios',
      version: '8.9.3',
      platform: 'ios',
      kind: 'regular' as const,
      stage: 'released' as const,
      since: '2024-10-01T12:00:00.000Z',
      reached: {},
      candidateBuild: '1060',
      percent: 100,
      order: 1,
    };
    expect(plan(aWorld(aTrack('released'), { siblings: [newer] })).track).toMatchObject({
      stage: 'completed',
      why: 'ended early: replaced by 8.9.3',
    });
    expect(plan(aWorld(aTrack('halted'), { siblings: [newer] })).track).toMatchObject({ stage: 'superseded', supersededBy: '8.9.3' });
  });

  test('a silent source is unknown, holds the step, and says since when', () => {
    const policy = aPolicy({ before: { submit: [crashes] } });
    const stale = { ...everything, freshForMinutes: 15, lastReadAt: '2024-10-01T11:33:00.000Z' };
    const planned = plan(
      aWorld(aTrack('candidate'), { policy, facts: { ...built, sources: [stale], reports: [report('crash-rate', 'green')] } }),
    );
    expect(planned.verdicts[0]).toMatchObject({ colour: 'unknown', headline: 'No data for 47 min', holds: 'submit' });
    expect(planned.actions).toEqual([]);
  });

  test('a storefront that is silent blinds only the tracks that ship there', () => {
    const listing = parseInstance({ kind: 'listing-free', id: 'listing-free', title: 'Listing is free' });
    const spoke = { ...everything, kinds: ['storefront' as const], freshForMinutes: 15 };
    const sources = [
      { ...spoke, source: 'google-play', lastReadAt: '2024-10-01T11:33:00.000Z' },
      { ...spoke, source: 'app-store-connect', lastReadAt: '2024-10-01T12:19:00.000Z' },
    ];
    const colourFor = (storefront: 'google-play' | 'app-store-connect'): unknown =>
      plan(
        aWorld(aTrack('candidate'), {
          policy: aPolicy({ before: { submit: [listing] }, storefronts: [storefront] }),
          facts: { ...built, sources },
        }),
      ).verdicts[0]?.colour;
    expect(colourFor('google-play')).toBe('unknown');
    expect(colourFor('app-store-connect')).toBe('green');
  });

  test('a criterion whose source was never connected holds nothing unless the policy requires it', () => {
    const facts = { ...built, sources: [] };
    const free = plan(aWorld(aTrack('candidate'), { policy: aPolicy({ before: { submit: [crashes] } }), facts }));
    expect(free.verdicts[0]).toMatchObject({ setUp: false, holds: null });
    const required = plan(
      aWorld(aTrack('candidate'), { policy: aPolicy({ before: { submit: [{ ...crashes, required: true }] } }), facts }),
    );
    expect(required.verdicts[0]).toMatchObject({ setUp: true, colour: 'unknown', holds: 'submit' });
  });
});
