import { describe, expect, test } from 'vitest';
import { platformName } from './names.ts';
import { summarise } from './summary.ts';
import type { SummaryClock, SummaryTrack } from './summary.ts';

const HOUR = 3_600_000;
const clock: SummaryClock = { now: '2024-10-01T12:20:00.000Z', timezone: 'Europe/Stockholm' };
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

const text = (...tracks: SummaryTrack[]): string => summarise(tracks, null, clock).text;

describe('the summary sentence', () => {
  test('names only the track that is not on plan, with what holds it and how late it is', () => {
    const summary = summarise([android, ios, desktop], null, clock);
    expect(summary.text).toBe('iOS is held before submission by 3 criteria, 26 h behind plan.');
    expect(summary.parts[0]).toEqual({ text: 'iOS is held', strong: true });
    expect(summary.worst).toBe('red');
  });

  test('says that all is on plan, and what the robot does next', () => {
    const calm = { ...ios, holding: [], lateMs: null, robot: { is: 'resting' as const, sentence: '' } };
    expect(text(android, calm, desktop)).toBe('All three tracks are on plan. Next: Rolls out Android to 100% at Wed 08:05.');
    expect(text(android, desktop)).toMatch(/^Both tracks are on plan\./);
    expect(text(desktop)).toBe('Desktop is on plan.');
    expect(summarise([desktop], null, clock).worst).toBe('green');
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

  test('says once what several tracks ask alike', () => {
    const asks = (platform: string): SummaryTrack => ({
      ...ios,
      platform,
      holding: [],
      lateMs: null,
      robot: { is: 'asks', sentence: `Asks a release manager to submit ${platformName(platform)} 8.9.2: every criterion is met.` },
    });
    expect(text(asks('ios'), asks('web'), asks('tv'))).toBe(
      'iOS, Web and TV ask a release manager to submit 8.9.2: every criterion is met.',
    );
    expect(text(asks('ios'))).toBe('iOS asks a release manager to submit iOS 8.9.2: every criterion is met.');
  });

  test('names the versions when two releases are under way', () => {
    expect(text(ios, { ...android, version: '8.9.3' })).toMatch(/^iOS 8\.9\.2 is held/);
  });

  test('speaks of the rollout when it is held at a share', () => {
    expect(text({ ...android, holding: ['red'] })).toBe('Android is held at 1% before 100% by 1 criterion.');
  });

  test('says at the moment of the sample what holds each track, the worst first', () => {
    const rolling: SummaryTrack = { ...android, holding: ['yellow', 'yellow'], finishAt: '2024-10-02T06:05:00.000Z' };
    const blind: SummaryTrack = {
      ...desktop,
      holding: ['unknown'],
      blindTo: ['Crash feed'],
      reviewers: 'the Microsoft Store',
      lateMs: 7 * HOUR + 20 * 60_000,
    };
    const summary = summarise([rolling, ios, blind], null, clock);
    expect(summary.text).toBe(
      'iOS is held before submission by 3 criteria, 26 h behind plan. Desktop waits for the Microsoft Store and its crash feed. Android is at 1% and on plan for 100% tomorrow.',
    );
    expect(summary.parts.filter(({ strong }) => strong).map((part) => part.text)).toEqual(['iOS is held', 'Desktop', 'Android']);
  });

  test('does not speak of a rollout in doubt while it is on plan and nothing else is wrong', () => {
    const rolling: SummaryTrack = {
      ...android,
      holding: ['yellow'],
      finishAt: '2024-10-02T06:05:00.000Z',
      robot: { is: 'holding', sentence: '' },
    };
    expect(text(rolling, desktop)).toBe('Both tracks are on plan.');
  });

  test('names a late review by its storefront, and what is missing beside it', () => {
    const late: SummaryTrack = { ...desktop, reviewers: 'the App Store', lateMs: 3 * HOUR };
    expect(text(late)).toBe('Desktop waits for the App Store, 3 h behind plan.');
    expect(text({ ...late, holding: ['yellow', 'yellow'] })).toBe('Desktop waits for the App Store and 2 criteria, 3 h behind plan.');
    expect(text({ ...late, holding: ['unknown', 'yellow'], blindTo: ['Sentry'] })).toBe(
      'Desktop waits for the App Store, Sentry and 1 criterion.',
    );
  });

  test('says what comes next by itself, the first of several', () => {
    const early: SummaryTrack = { ...android, ahead: { station: '100%', at: '2024-10-02T06:05:00.000Z' } };
    const later: SummaryTrack = { ...early, platform: 'desktop', ahead: { station: '100%', at: '2024-10-02T14:20:00.000Z' } };
    const calm: SummaryTrack = { ...ios, holding: [], lateMs: null, robot: { is: 'resting', sentence: '' } };
    expect(text(later, early, calm)).toBe('All three tracks are on plan. Next: Android to 100% on Wed 08:05, by the robot.');
    expect(
      text({ ...early, stage: 'in-review', percent: null, next: '1%', ahead: { station: '1%', at: '2024-10-02T09:00:00.000Z' } }),
    ).toBe('Android is on plan. Next: Android to 1% about Wed 11:00, when the storefront approves.');
    expect(
      text({
        ...early,
        stage: 'developing',
        percent: null,
        next: 'cut',
        version: '8.9.3',
        ahead: { station: 'Branched', at: '2024-10-04T07:00:00.000Z' },
      }),
    ).toBe('No release is under way; 8.9.3 is on main. Next: Android 8.9.3 to its branch on Fri 09:00, by the robot.');
  });

  test('says a long delay in whole hours and days', () => {
    expect(text({ ...ios, lateMs: 95 * 60_000 })).toMatch(/1 h 35 min behind plan/);
    expect(text({ ...ios, lateMs: 7 * HOUR + 50 * 60_000 })).toMatch(/ 7 h behind plan/);
    expect(text({ ...ios, lateMs: 50 * HOUR })).toMatch(/ 2 d 2 h behind plan/);
  });

  test('says so when nothing is in the works', () => {
    expect(text()).toBe('No release is in the works.');
    expect(
      text({ ...android, stage: 'developing', percent: null, next: 'cut', version: '8.9.3', robot: { is: 'resting', sentence: '' } }),
    ).toBe('No release is under way; 8.9.3 is on main.');
  });

  test('always says that the robot is paused', () => {
    const summary = summarise([desktop], { by: 'M. Lind', at: '2024-10-01T12:00:00.000Z', why: 'store outage', until: null }, clock);
    expect(summary.text).toBe('Desktop is on plan. The robot is paused by M. Lind: store outage.');
  });

  test('is the sum of its parts, for every mix of tracks', () => {
    for (const tracks of [[], [android], [ios, desktop], [android, ios, desktop]]) {
      const summary = summarise(tracks, null, clock);
      expect(summary.parts.map((part) => part.text).join('')).toBe(summary.text);
    }
  });
});
