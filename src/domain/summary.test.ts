import { describe, expect, test } from 'vitest';
import { summarise } from './summary.ts';
import type { SummaryTrack } from './summary.ts';

const HOUR = 3_600_000;
const android: SummaryTrack = {
  version: '8.9.2',
  platform: 'android',
  stage: 'rolling-out',
  percent: 1,
  next: '100%',
  holding: [],
  lateMs: null,
  hasPlan: true,
  robot: { is: 'armed', sentence: 'Rolls out Android to 100% at Wed 08:05' },
  haltedWhy: null,
  halting: false,
};
const ios: SummaryTrack = {
  ...android,
  platform: 'ios',
  stage: 'stabilising',
  percent: null,
  next: 'submit',
  holding: ['red', 'yellow', 'red'],
  lateMs: 26 * HOUR,
  robot: { is: 'holding', sentence: 'Will submit iOS when 3 criteria turn green' },
};
const desktop: SummaryTrack = {
  ...android,
  platform: 'desktop',
  stage: 'in-review',
  percent: null,
  next: '1%',
  robot: { is: 'resting', sentence: 'In review' },
};

const text = (...tracks: SummaryTrack[]): string => summarise(tracks, null).text;

describe('the summary sentence', () => {
  test('names only the track that is not on plan, with what holds it and how late it is', () => {
    const summary = summarise([android, ios, desktop], null);
    expect(summary.text).toBe('iOS is held before submission by 3 criteria, 26 h behind plan.');
    expect(summary.parts[0]).toEqual({ text: 'iOS is held', strong: true });
    expect(summary.worst).toBe('red');
  });

  test('says that all is on plan, and what the robot does next', () => {
    const calm = { ...ios, holding: [], lateMs: null, robot: { is: 'resting' as const, sentence: '' } };
    expect(text(android, calm, desktop)).toBe('All three tracks are on plan. Next: Rolls out Android to 100% at Wed 08:05.');
    expect(text(android, desktop)).toMatch(/^Both tracks are on plan\./);
    expect(text(desktop)).toBe('Desktop is on plan.');
    expect(summarise([desktop], null).worst).toBe('green');
  });

  test('puts a halted rollout before a held track, and a held one before a blind one', () => {
    const halted: SummaryTrack = { ...android, stage: 'halted', haltedWhy: 'crashes on start', next: null };
    const blind: SummaryTrack = { ...desktop, holding: ['unknown', 'yellow'] };
    expect(text(blind, ios, halted)).toBe(
      'Android is halted at 1%: crashes on start. iOS is held before submission by 3 criteria, 26 h behind plan. Desktop is blind before 1%: 1 criterion cannot be judged.',
    );
  });

  test('says of two held tracks the later one first', () => {
    const other: SummaryTrack = { ...ios, platform: 'desktop', lateMs: 40 * HOUR };
    expect(text(ios, other)).toMatch(/^Desktop is held .* 40 h behind plan\. iOS is held/);
  });

  test('says that a halt is not confirmed before the storefront was read', () => {
    expect(text({ ...android, halting: true })).toBe('Android is being halted at 1%; the storefront has not confirmed it yet.');
  });

  test('does not call a track on plan that has none', () => {
    expect(text({ ...desktop, hasPlan: false, lateMs: null })).toBe('Desktop is clear.');
    expect(text({ ...ios, holding: ['yellow'], hasPlan: false, lateMs: null })).toBe('iOS waits before submission for 1 criterion.');
  });

  test('tells a step that waits for a person, and a question of the robot', () => {
    expect(text({ ...ios, holding: [], lateMs: null, robot: { is: 'manual', sentence: '' } })).toBe(
      'iOS is open for submission and waits for a person.',
    );
    expect(
      text({
        ...ios,
        holding: [],
        lateMs: null,
        robot: { is: 'asks', sentence: 'Asks a release manager to submit 8.9.2: every criterion is met.' },
      }),
    ).toBe('iOS asks a release manager to submit 8.9.2: every criterion is met.');
  });

  test('names the versions when two releases are under way', () => {
    expect(text(ios, { ...android, version: '8.9.3' })).toMatch(/^iOS 8\.9\.2 is held/);
  });

  test('speaks of the rollout when it is held at a share', () => {
    expect(text({ ...android, holding: ['red'] })).toBe('Android is held at 1% before 100% by 1 criterion.');
  });

  test('says so when nothing is in the works', () => {
    expect(text()).toBe('No release is in the works.');
    expect(
      text({ ...android, stage: 'developing', percent: null, next: 'cut', version: '8.9.3', robot: { is: 'resting', sentence: '' } }),
    ).toBe('No release is under way; 8.9.3 is on main.');
  });

  test('always says that the robot is paused', () => {
    const summary = summarise([desktop], { by: 'M. Lind', at: '2024-10-01T12:00:00.000Z', why: 'store outage', until: null });
    expect(summary.text).toBe('Desktop is on plan. The robot is paused by M. Lind: store outage.');
  });

  test('is the sum of its parts, for every mix of tracks', () => {
    for (const tracks of [[], [android], [ios, desktop], [android, ios, desktop]]) {
      const summary = summarise(tracks, null);
      expect(summary.parts.map((part) => part.text).join('')).toBe(summary.text);
    }
  });
});
