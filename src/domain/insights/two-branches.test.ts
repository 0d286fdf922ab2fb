import { describe, expect, test } from 'vitest';
import type { Stage } from '../release/track.ts';
import { plusMs } from '../time.ts';
import { twoBranches } from './two-branches.ts';
import type { BranchRelease, BranchTrack } from './two-branches.ts';

const zone = 'Europe/Stockholm';
const branchAt = '2024-10-04T07:00:00.000Z';
const DAY = 86_400_000;

const track = (version: string, platform: string, stage: Stage, forecastAt: string | null): BranchTrack => ({
  id: `music/${version}/${platform}`,
  platform,
  stage,
  forecastAt,
});
const current = (...tracks: BranchTrack[]): BranchRelease => ({
  version: '8.9.2',
  kind: 'regular',
  planned: { branch: '2024-09-27T07:00:00.000Z', finish: '2024-10-02T07:00:00.000Z' },
  tracks,
});
const upcoming: BranchRelease = {
  version: '8.9.3',
  kind: 'regular',
  planned: { branch: branchAt, finish: '2024-10-09T07:00:00.000Z' },
  tracks: ['android', 'ios'].map((platform) => track('8.9.3', platform, 'developing', '2024-10-09T06:30:00.000Z')),
};
const lateIos = track('8.9.2', 'ios', 'rolling-out', '2024-10-04T09:00:00.000Z');
const android = track('8.9.2', 'android', 'released', '2024-10-02T06:05:00.000Z');
const now = '2024-10-03T12:00:00.000Z';

describe('the warning of two branches', () => {
  test('names the late track, when the next release branches, and each way out with its effect', () => {
    expect(twoBranches([current(android, lateIos), upcoming], zone, now)).toEqual([
      {
        version: '8.9.2',
        next: '8.9.3',
        branchAt,
        fixBy: branchAt,
        tracks: [{ track: 'music/8.9.2/ios', platform: 'ios', forecastAt: '2024-10-04T09:00:00.000Z' }],
        text: 'Two branches: 8.9.3 branches Fri 09:00, and 8.9.2 on iOS reaches 100% ~Fri 11:00.',
        ways: [
          { is: 'fix-by', title: 'Finish by Fri 09:00', effect: 'iOS must get to 100% 2 h sooner than forecast.', tracks: [] },
          {
            is: 'cancel',
            title: 'Cancel 8.9.2 on iOS',
            effect:
              'What it brings ships with 8.9.3, forecast for ~Wed 08:30. The other platforms go on. iOS is rolling out and must be halted first.',
            tracks: ['music/8.9.2/ios'],
          },
          {
            is: 'delay-next',
            title: 'Delay the branch of 8.9.3 to ~Fri 11:00',
            effect: '8.9.3 branches 2 h later. Its 100% moves from Wed 09:00 to ~Wed 11:00.',
            tracks: [],
          },
          {
            is: 'cancel-next',
            title: 'Cancel 8.9.3',
            effect: 'What is on main rides in the release after it. 8.9.2 goes on alone.',
            tracks: ['music/8.9.3/android', 'music/8.9.3/ios'],
          },
        ],
      },
    ]);
  });

  test('is said from 24 hours before the branch time, and not a millisecond sooner', () => {
    const warnAt = plusMs(branchAt, -DAY);
    expect(twoBranches([current(lateIos), upcoming], zone, plusMs(warnAt, -1))).toEqual([]);
    expect(twoBranches([current(lateIos), upcoming], zone, warnAt)).toHaveLength(1);
  });

  test('is not said of a track that reaches everyone at the very moment of the branch', () => {
    expect(twoBranches([current({ ...lateIos, forecastAt: branchAt }), upcoming], zone, now)).toEqual([]);
    expect(twoBranches([current({ ...lateIos, forecastAt: plusMs(branchAt, 1) }), upcoming], zone, now)).toHaveLength(1);
  });

  test('is said of a halted rollout, of which nothing tells when it ends', () => {
    const [told] = twoBranches([current(android, track('8.9.2', 'ios', 'halted', null)), upcoming], zone, now);
    expect(told?.text).toBe('Two branches: 8.9.3 branches Fri 09:00, and nothing tells when 8.9.2 on iOS reaches 100%.');
    expect(told?.ways.map(({ effect }) => effect).slice(0, 3)).toEqual([
      'iOS has 19 h to get to 100%.',
      'What it brings ships with 8.9.3, forecast for ~Wed 08:30. The other platforms go on.',
      '8.9.3 branches when 8.9.2 on iOS is through; nothing tells yet when that is.',
    ]);
  });

  test('names all tracks that are late', () => {
    const late = ['android', 'ios'].map((platform) => track('8.9.2', platform, 'candidate', '2024-10-05T09:00:00.000Z'));
    expect(twoBranches([current(...late), upcoming], zone, now)[0]?.text).toMatch(/8\.9\.2 on Android and iOS reaches 100% ~Sat 11:00\.$/);
  });

  test('speaks of no other platforms where every one is late', () => {
    const late = ['android', 'ios'].map((platform) => track('8.9.2', platform, 'candidate', '2024-10-05T09:00:00.000Z'));
    const [told] = twoBranches([current(...late), upcoming], zone, now);
    expect(told?.ways[1]).toMatchObject({ title: 'Cancel 8.9.2', effect: 'What it brings ships with 8.9.3, forecast for ~Wed 08:30.' });
  });

  test('goes on when the branch time has passed and nobody has cut', () => {
    const [told] = twoBranches([current(lateIos), upcoming], zone, '2024-10-04T07:30:00.000Z');
    expect(told?.text).toMatch(/^Two branches: 8\.9\.3 was to branch Fri 09:00/);
    expect(told?.ways[0]?.effect).toBe('That time has passed; iOS is not at 100%.');
  });

  test('ends when the next release has branched on the platform', () => {
    const cut = { ...upcoming, tracks: upcoming.tracks.map((each) => ({ ...each, stage: 'stabilising' as const })) };
    expect(twoBranches([current(lateIos), cut], zone, now)).toEqual([]);
  });

  test('is not said of a platform that the next release does not have', () => {
    expect(twoBranches([current({ ...lateIos, platform: 'desktop' }), upcoming], zone, now)).toEqual([]);
  });

  test('is not said where the next release has no branch day, nor of a hotfix, nor of a release that is on trunk itself', () => {
    expect(twoBranches([current(lateIos), { ...upcoming, planned: { branch: null, finish: null } }], zone, now)).toEqual([]);
    expect(twoBranches([{ ...current(lateIos), kind: 'hotfix' }, upcoming], zone, now)).toEqual([]);
    expect(twoBranches([current({ ...lateIos, stage: 'developing' }), upcoming], zone, now)).toEqual([]);
  });

  test('is not said when all is through', () => {
    for (const stage of ['released', 'completed', 'canceled', 'superseded'] as const)
      expect(twoBranches([current({ ...lateIos, stage }), upcoming], zone, now)).toEqual([]);
  });
});
