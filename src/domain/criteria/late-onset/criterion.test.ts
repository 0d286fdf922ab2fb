import { expect, test } from 'vitest';
import { aBuild, aTrack, judged } from '../testing.ts';
import type { Told } from '../testing.ts';

const began = '2024-09-17T12:00:00.000Z';
const settings = { 'limit-per-1000-hours': 1 };
const track = aTrack('released', { startedAt: began });
const days = (affected: Told['affected']): Told => ({ from: began, hours: 14 * 24, exposure: 300, affected });
const toldUntil = '2024-10-01T12:00:00.000Z';

test('a rate that rises after quiet days is at stop, with the day since which it is so, though the total is under the limit', () => {
  // a tenth of the limit for 12 days, then three times the limit
  const rising = days((hour) => (hour < 12 * 24 ? (hour % 100 === 0 ? 1 : 0) : 1));
  expect(judged('rate-below', { track, settings, told: [rising], toldUntil }).colour).toBe('green');
  expect(judged('late-onset', { track, settings, told: [rising], toldUntil })).toMatchObject({
    colour: 'red',
    clause: 'Over the limit since Sun',
    rate: { reason: 'late-onset', since: '2024-09-29T12:00:00.000Z', latch: 'red:late-onset:production:1047' },
  });
});

test('a rate that does not rise is clear', () => {
  expect(judged('late-onset', { track, settings, told: [days((hour) => (hour % 25 === 0 ? 1 : 0))], toldUntil })).toMatchObject({
    colour: 'green',
    clause: 'No rise in 14 days',
  });
});

test('of nightlies it names the build of that day', () => {
  const developing = aTrack('developing', { reached: { developing: began } });
  const told = { ...days((hour) => (hour < 12 * 24 ? 0 : 1)), audience: 'alpha' as const };
  const nightlies = [aBuild({ kind: 'nightly', number: '8.9.2.114', at: '2024-09-29T23:00:00.000Z' })];
  expect(judged('late-onset', { track: developing, settings, told: [told], toldUntil, facts: { nightlies } }).clause).toBe(
    'Over the limit since Sun, build 8.9.2.114',
  );
});

test('nothing used is too early, and nothing told is unknown', () => {
  expect(judged('late-onset', { track, settings })).toMatchObject({ colour: 'yellow', headline: 'No usage yet' });
  expect(judged('late-onset', { track, settings: { ...settings, metric: 'anrs' }, told: [days(0)], toldUntil }).colour).toBe('unknown');
});
