import { expect, test } from 'vitest';
import type { Nightly } from '#api/releases.ts';
import { stripOf } from './strip-model.ts';

const zone = 'Europe/Stockholm';
const now = '2024-10-01T12:20:00.000Z';
const clock = (at: string): string => at.slice(11, 16);
const planned = {
  branch: '2024-09-27T07:00:00.000Z',
  candidate: '2024-09-30T10:00:00.000Z',
  submit: '2024-09-30T15:00:00.000Z',
  start: '2024-10-01T07:00:00.000Z',
  finish: '2024-10-02T07:00:00.000Z',
};
const head = (platform: string, reached: Record<string, string>) => ({ platform, reached, stages: [] }) as never;
const nightly = (at: string, state: Nightly['state'], tests: Nightly['tests']): Nightly => ({
  platform: 'android',
  number: at,
  at,
  state,
  tests,
  reached: [],
});
const release = {
  planned,
  watchUntil: null,
  heads: [
    head('android', { stabilising: '2024-09-27T07:12:00.000Z', candidate: '2024-09-30T07:41:00.000Z' }),
    head('ios', { stabilising: '2024-09-27T07:15:00.000Z' }),
  ],
};

test('the week before the branch has a lamp for each platform and day, and a nightly that was mended says so', () => {
  const strip = stripOf(
    release,
    [
      nightly('2024-09-24T03:30:00.000Z', 'failed', 'none'),
      nightly('2024-09-24T08:10:00.000Z', 'succeeded', 'passed'),
      nightly('2024-09-25T03:30:00.000Z', 'succeeded', 'none'),
    ],
    { now, zone, clock },
  );
  expect(strip?.nightlies.map(({ date }) => date)).toEqual([
    '2024-09-20',
    '2024-09-21',
    '2024-09-22',
    '2024-09-23',
    '2024-09-24',
    '2024-09-25',
    '2024-09-26',
  ]);
  const android = strip?.nightlies.map(({ lamps }) => lamps[0]);
  expect(android?.[4]).toMatchObject({ state: 'caution', text: 'failed at 03:30, mended at 08:10', note: 'mended 08:10' });
  // tests that were not reported are not passed
  expect(android?.[5]?.state).toBe('caution');
  expect(android?.[6]).toMatchObject({ state: 'not-set-up', text: 'no nightly was reported' });
});

test('the week of the release has its milestones on their days, with how many tracks are there, and today is marked', () => {
  const strip = stripOf(release, [], { now, zone, clock });
  const days = new Map(strip?.release.map((day) => [day.date, day]));
  expect(days.get('2024-09-27')?.milestones).toMatchObject([{ name: 'Branch', reached: 2, of: 2 }]);
  expect(days.get('2024-09-30')?.milestones).toMatchObject([
    { name: 'Final RC', reached: 1, of: 2 },
    { name: 'Submit', reached: 0 },
  ]);
  expect(strip?.release.filter(({ isToday }) => isToday).map(({ date }) => date)).toEqual(['2024-10-01']);
});

test('days are those of the app: shortly before midnight in UTC it is tomorrow in Stockholm', () => {
  const strip = stripOf(release, [], { now: '2024-09-30T22:30:00.000Z', zone, clock });
  expect(strip?.release.find(({ isToday }) => isToday)?.date).toBe('2024-10-01');
});

test('a release that no calendar knows has no strip', () => {
  expect(
    stripOf({ planned: { ...planned, branch: null }, watchUntil: null, heads: [head('android', {})] }, [], { now, zone, clock }),
  ).toBeNull();
});
