import { describe, expect, test } from 'vitest';
import { parseInstance } from '../criteria/index.ts';
import { judgeTrack } from '../criteria/verdicts.ts';
import { anApp, aBug, aDecision, aPolicy, aRelease, aTeam, aTrack, sampleNow, samplePlan, someFacts } from '../criteria/testing.ts';
import type { TrackPolicy } from '../policy/track-policy.ts';
import { robotState } from './sentence.ts';
import type { Track } from './track.ts';
import type { World } from './world.ts';

const officeHours = { days: [1, 2, 3, 4], from: 8 * 60, to: 17 * 60 };
const policy = aPolicy({
  teams: [aTeam('player')],
  before: {
    submit: [parseInstance({ id: 'signed-off' }), parseInstance({ id: 'approved-by', settings: { role: 'release-team' } })],
    '1%': [parseInstance({ id: 'window-open' }), parseInstance({ id: 'signed-off' })],
    '100%': [
      parseInstance({ id: 'soaked', settings: '24h' }),
      parseInstance({ id: 'window-open' }),
      parseInstance({ id: 'approved-by', settings: { role: 'release-team' } }),
    ],
  },
  windows: { start: officeHours, finish: officeHours },
  rows: [
    { title: 'Sign-offs of teams', instances: ['signed-off', 'approved-by'] },
    { title: 'Window and soak', instances: ['window-open', 'soaked'] },
  ],
});

function told(track: Track, change: Partial<TrackPolicy> = {}, facts: Parameters<typeof someFacts>[0] = {}): ReturnType<typeof robotState> {
  const world: World = {
    app: anApp(),
    release: aRelease({ planned: samplePlan }),
    track,
    siblings: [],
    policy: { ...policy, ...change },
    facts: someFacts(facts),
    previous: [],
    now: sampleNow,
  };
  return robotState(world, track, judgeTrack(world, track));
}

const without = (...steps: ('submit' | '1%' | '100%')[]): Partial<TrackPolicy> => ({
  before: Object.fromEntries(Object.entries(policy.before).filter(([step]) => !steps.some((each) => each === step))),
});
const mode = (robot: Partial<TrackPolicy['robot']>): Partial<TrackPolicy> => ({ robot: { ...policy.robot, ...robot } });
const onlyTime: Partial<TrackPolicy> = {
  before: { '100%': [parseInstance({ id: 'soaked', settings: '24h' }), parseInstance({ id: 'window-open' })] },
};

describe('the robot’s short sentence', () => {
  test('leaves out the platform and the version, which stand above it', () => {
    expect(told(aTrack('candidate'), { rows: [] }).short).toBe('Submits when these turn green: Team sign-offs, Approval');
    expect(told(aTrack('in-review')).short).toBe('Starts 1% when this turns green: Team sign-offs');
  });

  test('says when, where time has a part in it', () => {
    expect(told(aTrack('rolling-out')).short).toBe('Rolls out to 100% at Wed 08:05 if this turns green: Approval');
    expect(told(aTrack('rolling-out'), onlyTime).short).toBe('Rolls out to 100% at Wed 08:05.');
  });

  test('is the sentence itself where that is short, and tells who must act', () => {
    const asked = told(aTrack('candidate'), { ...without('submit'), ...mode({ submit: 'ask' }) });
    expect(asked.short).toBe(asked.sentence);
    expect(told(aTrack('candidate'), mode({ submit: 'manual' })).short).toBe(
      'A release manager can submit when this turns green: Sign-offs of teams',
    );
  });
});

describe('the robot’s sentence', () => {
  test('names the step with its platform, and what is missing by the rows of the control room, each once', () => {
    expect(told(aTrack('candidate'))).toMatchObject({
      is: 'holding',
      sentence: 'Will submit iOS 8.9.2 when 1 criterion turns green: Sign-offs of teams. Next evaluation on any change.',
      missing: ['Sign-offs of teams'],
    });
    expect(told(aTrack('candidate'), { rows: [] }).sentence).toBe(
      'Will submit iOS 8.9.2 when 2 criteria turn green: Team sign-offs, Approval. Next evaluation on any change.',
    );
  });

  test('says when, where only a window and a soak are to come beside it', () => {
    expect(told(aTrack('rolling-out')).sentence).toBe('Rolls out to 100% at Wed 08:05 if this turns green: Approval.');
  });

  test('does not call missing what time alone opens', () => {
    expect(told(aTrack('rolling-out'), onlyTime)).toMatchObject({
      is: 'armed',
      sentence: 'Will roll out to 100% at Wed 08:05: every criterion is met by then.',
      missing: [],
    });
  });

  test('calls a window missing that never opens, and by its own name where it alone holds in its row', () => {
    const never = { ...onlyTime, windows: { finish: { days: [], from: 0, to: 60 } } };
    expect(told(aTrack('rolling-out'), never)).toMatchObject({ is: 'holding', missing: ['Window'] });
  });

  test('waits for the review of the storefront by its name', () => {
    expect(told(aTrack('in-review'), without('1%')).sentence).toBe('Waits for the App Store’s review, then will start iOS 8.9.2 at 1%.');
    expect(told(aTrack('in-review'), { storefronts: ['google-play', 'app-store-connect'] }).sentence).toBe(
      'Waits for the reviews of Google Play and the App Store, then will start iOS 8.9.2 at 1% if this turns green: Team sign-offs.',
    );
  });

  test('leaves to people what the policy leaves to people, and says when it can be', () => {
    expect(told(aTrack('candidate'), { ...mode({ submit: 'manual' }) }).sentence).toBe(
      'A release manager can submit iOS 8.9.2 when 1 criterion turns green: Sign-offs of teams.',
    );
    expect(told(aTrack('rolling-out'), { ...onlyTime, ...mode({ raise: 'manual' }) }).sentence).toBe(
      'A release manager can roll out to 100% at Wed 08:05: every criterion is met by then.',
    );
    expect(told(aTrack('rolling-out'), { ...onlyTime, ...mode({ raise: 'ask' }) })).toMatchObject({
      is: 'armed',
      sentence: 'Will ask to roll out to 100% at Wed 08:05: every criterion is met by then.',
    });
    expect(told(aTrack('rolling-out'), mode({ raise: 'shadow' })).sentence).toBe(
      'Would roll out to 100% at Wed 08:05 when 1 criterion turns green: Approval; it only watches this step.',
    );
  });

  test('says what would make it halt the rollout', () => {
    const halts = { haltsWhileRollingOut: [parseInstance({ id: 'no-blocking-bugs' })] };
    expect(told(aTrack('rolling-out'), halts).willStop).toBe('Halts the rollout the moment this turns red: Blocking bugs.');
    const blocker = aBug({ nominated: true, decision: aDecision('blocker') });
    const tracker = {
      source: 'tracker',
      kinds: ['bug' as const],
      connected: true,
      lastReadAt: sampleNow,
      freshForMinutes: null,
      error: null,
      nextReadAt: null,
    };
    expect(told(aTrack('rolling-out'), halts, { bugs: [blocker], sources: [tracker] }).willStop).toBe(
      'Blocking bugs is red: the rollout is halted.',
    );
    expect(told(aTrack('candidate'), halts).willStop).toBeNull();
  });

  test('says to what share it brings the rollout, and that it resumes one that was halted', () => {
    const order = (step: string | null): Parameters<typeof someFacts>[0] => ({
      actions: [
        {
          key: 'music/ios/8.9.2:order',
          kind: 'ensure-rollout',
          step,
          orderedBy: 'robot',
          state: 'ordered',
          attempts: 0,
          orderedAt: sampleNow,
          endedAt: null,
          nextTryAt: null,
          outcome: null,
        },
      ],
    });
    expect(told(aTrack('rolling-out'), {}, order('100%')).sentence).toBe('About to roll out to 100%.');
    expect(told({ ...aTrack('halted'), percent: 1 }, {}, order(null)).sentence).toBe('About to resume at 1%.');
  });
});
