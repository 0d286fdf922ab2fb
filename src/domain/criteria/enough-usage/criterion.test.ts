import { expect, test } from 'vitest';
import { parseInstance } from '../index.ts';
import { aPolicy, aTrack, judged } from '../testing.ts';
import type { Told } from '../testing.ts';

const began = '2024-09-28T12:00:00.000Z';
const track = aTrack('rolling-out', { startedAt: began });
const rate = (id: string, settings: Record<string, unknown>) => parseInstance({ id, kind: 'rate-below', settings });
const policy = aPolicy({
  before: {
    '100%': [rate('crash-rate', { 'limit-per-1000-hours': 0.4 }), rate('anr-rate', { metric: 'anrs', 'limit-per-1000-hours': 0.25 })],
  },
});
const used = (exposure: number, metric = 'crashes'): Told => ({ from: began, hours: 72, exposure, affected: 1, metric });
const enough = (told: readonly Told[], settings: Record<string, unknown> = {}) =>
  judged('enough-usage', { track, policy, settings, told, toldUntil: '2024-10-01T12:00:00.000Z' });

test('so much is enough that a release at half its limit is told to be healthy: by the strictest limit', () => {
  const most = enough([used(1100), used(1100, 'anrs')]);
  expect(most).toMatchObject({
    colour: 'yellow',
    limitIs: 'at-least',
    limit: { amount: 171_000, unit: 'h' },
  });
  expect(most.progress).toBeCloseTo(0.925, 2);
  const more = enough([used(600), used(600, 'anrs')], { of: ['anr-rate'] });
  expect(more).toMatchObject({ colour: 'yellow', headline: '86,400 h', value: { amount: 86_400, unit: 'h' } });
  expect(more.clause).toMatch(/^Reached about \w{3} (\d+ \w{3} )?\d\d:00$/);
});

test('it is met when so much was used', () => {
  expect(enough([used(3000)], { of: ['crash-rate'] })).toMatchObject({ colour: 'green', clause: '107,000 h needed', progress: 1 });
});

test('it is met when its rates are clear before, but for a least amount that the policy asks for', () => {
  const quiet: Told = { ...used(1000), affected: 0 };
  expect(enough([quiet], { of: ['crash-rate'] })).toMatchObject({ colour: 'green', clause: 'Its rates are clear already' });
  expect(enough([quiet], { of: ['crash-rate'], 'min-exposure': 200_000 }).colour).toBe('yellow');
});

test('where no rate says how much is enough, it is unknown', () => {
  expect(judged('enough-usage', { track })).toMatchObject({ colour: 'unknown', headline: 'Nothing to tell' });
});
