import { describe, expect, test } from 'vitest';
import type { TrackHead } from '#api/control-room.ts';
import type { Cell } from '#api/verdict.ts';
import { actsOf, heldBecause, stepKind } from './acts-model.ts';
import { byAge, leastUse, lengthOf } from './health-model.ts';
import { lineOf } from './line-model.ts';
import { pauseBudget, placeOf, policyInWords, scaleOf, shareOf, storefrontInWords } from './rollout-model.ts';

const now = '2024-10-01T12:20:00.000Z';
const manager = { name: 'M', roles: ['release-manager'] as const, teams: [], isAdmin: false };
const viewer = { name: 'V', roles: ['viewer'] as const, teams: [], isAdmin: false };

const store = (kind: string): TrackHead['storefronts'][number] => ({
  kind,
  name: kind,
  state: 'rolling-out',
  percent: 1,
  build: '1047',
  readAt: now,
  nextMove: null,
  pausedDaysUsed: 0,
  pauseBudgetDays: null,
  startsOn: 'approval',
  advances: 'by-command',
  haltAt100: true,
  haltMeans: '',
  url: null,
});

const android: TrackHead = {
  id: 'music/8.9.2/android',
  app: 'music',
  version: '8.9.2',
  platform: 'android',
  kind: 'regular',
  stage: 'rolling-out',
  station: '1%',
  since: '2024-10-01T06:05:00.000Z',
  revision: 1,
  percent: 1,
  candidate: null,
  train: '1047',
  branch: 'release/8.9.2',
  next: '100%',
  nextInWords: '100%',
  passing: 6,
  needed: 8,
  signal: { is: 'waits', count: 2, text: 'Waits for 2' },
  robot: { is: 'holding', sentence: '', short: '', willStop: null, missing: ['ANR rate', 'ITGC reporting'] },
  robotPaused: null,
  stages: [],
  rollout: [1, 100],
  reached: {
    developing: '2024-09-20T07:00:00.000Z',
    stabilising: '2024-09-27T07:12:00.000Z',
    candidate: '2024-09-30T07:41:00.000Z',
    'in-review': '2024-09-30T09:20:00.000Z',
    'rolling-out': '2024-10-01T06:05:00.000Z',
  },
  planned: {
    branch: '2024-09-27T07:00:00.000Z',
    candidate: '2024-09-30T10:00:00.000Z',
    submit: '2024-09-30T15:00:00.000Z',
    start: '2024-10-01T07:00:00.000Z',
    finish: '2024-10-02T07:00:00.000Z',
  },
  lateMs: null,
  percents: [{ percent: 1, at: '2024-10-01T06:05:00.000Z' }],
  forecast: {
    stations: [{ station: '100%', at: '2024-10-02T06:05:00.000Z', by: 'window', because: 'the soak ends' }],
    finish: null,
  },
  watchUntil: null,
  back: null,
  pending: null,
  haltedWhy: null,
  successor: null,
  ended: null,
  storefronts: [store('google-play')],
};

describe('the line of a track', () => {
  test('tells how long each stretch took and how each station lies to the plan', () => {
    const line = lineOf(android, now);
    expect(line.stretches.map(({ text }) => text)).toEqual(['3 d', '1 h 39 m', '20 h 45 m']);
    expect(line.stations.map(({ station, delta }) => [station.name, delta])).toEqual([
      ['Branched', 'on plan'],
      ['Final RC', '2 h early'],
      ['In review', '5 h early'],
      ['1%', '55 min early'],
      ['100%', 'forecast, 55 min early'],
    ]);
  });

  test('puts the train between where it is and where it goes', () => {
    const line = lineOf(android, now);
    expect(line.train).toBeGreaterThan(line.stations[3]?.left ?? 0);
    expect(line.train).toBeLessThan(line.stations[4]?.left ?? 0);
  });

  test('keeps the first time of a branch that the track went back to', () => {
    const back: TrackHead = {
      ...android,
      stage: 'stabilising',
      percent: null,
      since: '2024-10-01T11:31:00.000Z',
      back: { from: 'candidate', at: '2024-10-01T11:31:00.000Z', why: 'a commit' },
    };
    const [branched] = lineOf(back, now).stations;
    expect(branched).toMatchObject({ at: '2024-09-27T07:12:00.000Z', delta: 'on plan' });
  });

  test('ends where a canceled track ended', () => {
    const line = lineOf({ ...android, stage: 'canceled', ended: 'the next one came', percent: null }, now);
    expect(line.hasEnded).toBe(true);
    expect(line.train).toBe(line.doneTo);
  });
});

describe('what a storefront can do, in words', () => {
  test('Google Play halts also at 100 % and goes live on approval', () => {
    const { can, cannot } = storefrontInWords('google-play');
    expect(can).toContain('halt, resume and raise the share to any step, also at 100%');
    expect(can).toContain('goes live when it is approved');
    expect(cannot).toContain('withdraw a submission');
  });

  test('the App Store takes its own phases, pauses 30 days in all, and takes no share', () => {
    const { can, cannot } = storefrontInWords('app-store-connect');
    expect(can).toContain('1%, 2%, 5%, 10%, 20%, 50%, 100% of automatic updates');
    expect(can).toContain('30 days in total');
    expect(can).toContain('release to all at once');
    expect(cannot).toContain('set a share of its own, halt at 100%');
  });

  test('an update feed rolls back, and a storefront that is not known is not guessed at', () => {
    expect(storefrontInWords('update-feed').can).toContain('roll back');
    expect(storefrontInWords('update-feed').can).toContain('Nobody reviews it');
    expect(storefrontInWords('elsewhere').can).toContain('does not know');
  });

  test('the pause budget is near its end from 25 of 30 days on', () => {
    expect(pauseBudget({ pausedDaysUsed: 12, pauseBudgetDays: 30 })).toMatchObject({ text: '12 of 30 days of pause used', isNear: false });
    expect(pauseBudget({ pausedDaysUsed: 25, pauseBudgetDays: 30 })?.isNear).toBe(true);
    expect(pauseBudget({ pausedDaysUsed: 3, pauseBudgetDays: null })).toBeNull();
  });
});

describe('the scale of a rollout', () => {
  test('is logarithmic from 1 to 100 %', () => {
    expect(placeOf(1)).toBe(3);
    expect(placeOf(10)).toBe(50);
    expect(placeOf(100)).toBe(97);
    expect(placeOf(0.1)).toBe(3);
  });

  test('marks the steps of the policy and which are reached', () => {
    const steps = scaleOf(android).filter(({ isStep }) => isStep);
    expect(steps.map(({ percent, isReached }) => [percent, isReached])).toEqual([
      [1, true],
      [100, false],
    ]);
  });

  test('a released track is at 100 %, one before its rollout at 0', () => {
    expect(shareOf({ stage: 'released', percent: null })).toBe(100);
    expect(shareOf({ stage: 'candidate', percent: null })).toBe(0);
    expect(policyInWords({ rollout: [1, 100] }, [])).toBe('Policy: 1%, then 100%.');
  });
});

describe('what a person may do', () => {
  test('a step that is held says which criteria hold it', () => {
    expect(heldBecause(android)).toBe('2 criteria hold this: ANR rate, ITGC reporting');
    expect(actsOf(android, manager).find(({ is }) => is === 'raise')?.because).toContain('2 criteria hold this');
  });

  test('who lacks the right is told who has it', () => {
    expect(actsOf(android, viewer).find(({ is }) => is === 'halt')?.because).toContain('only a member of a team');
    expect(actsOf(android, manager).find(({ is }) => is === 'halt')?.because).toBeNull();
  });

  test('what a storefront cannot do is absent: Apple’s full release is not halted, Google’s review not withdrawn', () => {
    const kinds = (track: TrackHead): string[] => actsOf(track, manager).map(({ is }) => is);
    expect(kinds({ ...android, stage: 'released', next: null })).toContain('halt');
    expect(kinds({ ...android, stage: 'released', next: null, storefronts: [store('app-store-connect')] })).not.toContain('halt');
    expect(kinds({ ...android, stage: 'in-review', next: '1%' })).not.toContain('withdraw');
    expect(kinds({ ...android, stage: 'in-review', next: '1%', storefronts: [store('app-store-connect')] })).toContain('withdraw');
  });

  test('a halt that was sent waits to be read back, and is not sent twice', () => {
    const halting: TrackHead = { ...android, pending: { is: 'halting', at: now, by: 'M', why: 'crashes' } };
    expect(actsOf(halting, manager).find(({ is }) => is === 'halt')?.because).toContain('waits to be read back');
  });

  test('while the storefront decides there is no step to take', () => {
    expect(stepKind({ stage: 'in-review', next: '1%' })).toBeNull();
    expect(stepKind({ stage: 'store-approved', next: '1%' })).toBe('start');
  });
});

describe('the charts of health', () => {
  const cell = (more: Partial<Cell>): Cell => ({ kind: 'reported', state: 'clear', limit: null, ...more }) as Cell;

  test('the use that is asked for at least is that of its criterion, else of another that counts alike', () => {
    const crash = cell({ limit: { amount: 0.4, unit: 'per 1,000 h' }, limitIs: 'at-most' });
    const played = cell({ limit: { amount: 171_000, unit: 'h' }, limitIs: 'at-least', state: 'caution' });
    const enough = cell({ kind: 'enough-usage', limit: { amount: 85_600, unit: 'h' }, limitIs: 'at-least' });
    expect(leastUse([crash], 'h')).toBeNull();
    expect(leastUse([crash, played], 'h')).toEqual({ amount: 171_000, state: 'caution' });
    expect(leastUse([played, enough], 'h')).toEqual({ amount: 85_600, state: 'clear' });
    expect(leastUse([played, enough], 'sessions')).toBeNull();
  });

  test('the first day is shown whole, and days that have begun', () => {
    expect([0, 6, 24, 25, 160].map(lengthOf)).toEqual([24, 24, 24, 48, 168]);
  });
});

test('the table of a track has a row for each whole hour of age, in the order of the points', () => {
  const points = [
    { ageHours: 1, of: 'a' },
    { ageHours: 5.999_999, of: 'b' },
  ];
  expect([...byAge(points, ({ of }) => of)]).toEqual([
    [1, 'a'],
    [6, 'b'],
  ]);
});
