import { describe, expect, test } from 'vitest';
import type { HealthLine, HealthSeries } from '../../api/health-client.ts';
import {
  amountText,
  baselineAt,
  dayTicks,
  leadOf,
  linesOf,
  looksOf,
  rangeText,
  rateText,
  rateTick,
  seriesInWords,
  standingOf,
  usageText,
  usageTitle,
  wholeStep,
} from './series-model.ts';

const point = (ageHours: number, more: Partial<HealthLine['points'][number]> = {}): HealthLine['points'][number] => ({
  at: new Date(Date.parse('2024-10-01T06:00:00.000Z') + ageHours * 3_600_000).toISOString(),
  ageHours,
  affected: 31,
  exposure: 100_000,
  users: 2_600_000,
  rate: 0.31,
  lower: 0.231,
  upper: 0.395,
  stepExposure: 9000,
  stepRate: 0.3,
  share: 0.63,
  ...more,
});
const line = (version: string, stage: HealthLine['stage'], points: HealthLine['points']): HealthLine => ({
  version,
  stage,
  since: '2024-10-01T06:00:00.000Z',
  toldUntil: '2024-10-01T12:00:00.000Z',
  points,
});
const series = (more: Partial<HealthSeries> = {}): HealthSeries => ({
  platform: 'android',
  metric: 'crashes',
  audience: 'production',
  segment: 'all',
  source: null,
  unit: 1000,
  stepHours: 1,
  exposure: 'consumption',
  of: 'h',
  limit: { limit: 0.4, unit: 1000, of: 'h', exposure: 'consumption', instance: 'crash-rate', title: 'Crash rate' },
  limits: [],
  baseline: {
    versions: ['8.9.0', '8.8.9'],
    points: [{ ageHours: 6, rate: 0.33, low: 0.3, high: 0.36, exposure: 90_000, users: 2_000_000 }],
  },
  items: [line('8.9.3', 'developing', []), line('8.9.2', 'rolling-out', [point(1), point(6)]), line('8.9.1', 'released', [point(1)])],
  known: { metrics: [], audiences: ['production'], dimensions: [] },
  ...more,
});

describe('a scale', () => {
  test('says as many digits at each place as its steps tell apart', () => {
    expect([0, 0.05, 0.1, 0.15].map((rate) => rateTick(rate, 0.05))).toEqual(['0', '0.05', '0.10', '0.15']);
    expect([0.2, 1].map((rate) => rateTick(rate, 0.2))).toEqual(['0.2', '1.0']);
    expect([rateTick(2, 1), rateTick(20_000, 10_000)]).toEqual(['2', '20k']);
  });
});

describe('the use of each hour', () => {
  test('ends with the last that is told whole: one that goes on is no fall', () => {
    const points = [point(6), point(7)];
    const of = (shown: HealthLine['points'], toldUntil: string | null) =>
      shown.map((each) => wholeStep(each, { toldUntil, points: shown }));
    expect(of(points, '2024-10-01T12:20:00.000Z')).toEqual([9000, null]);
    expect(of(points, null)).toEqual([9000, 9000]);
    // nothing at all would say that it is not used
    expect(of(points.slice(1), '2024-10-01T12:20:00.000Z')).toEqual([9000]);
  });
});

describe('the words of a rate', () => {
  test('name what it is counted by: hours, sessions, or what the app counts', () => {
    expect(seriesInWords(series({ of: 'sessions' }), leadOf(series().items, undefined))).toContain(
      '0.31 affected people per 1,000 sessions, range 0.231 to 0.395',
    );
    expect(['h', 'sessions', 'orders'].map((of) => usageTitle({ of }))).toEqual(['Hours of use', 'Sessions', 'Orders']);
    expect(usageText(412_345, { of: 'sessions' })).toBe('412,000 sessions');
  });

  test('say value, range, limit, earlier releases and use in one sentence after another', () => {
    const all = series();
    expect(seriesInWords(all, leadOf(all.items, undefined))).toBe(
      'Crash rate on Android, 8.9.2, 6 hours after its rollout began: 0.31 affected people per 1,000 h of use, range 0.231 to 0.395, under the limit 0.40. 8.9.0 and 8.8.9 had 0.33 at the same age. 63% of the use is on it.',
    );
    expect(seriesInWords(all, leadOf(all.items, undefined), ['Crash rate is Stop since 10:05.'])).toMatch(
      /use is on it\. Crash rate is Stop since 10:05\.$/,
    );
    expect(seriesInWords(series({ segment: 'country=BR', audience: 'employees' }), leadOf(all.items, undefined))).toMatch(
      /^Crash rate on Android, market Brazil, employees, 8\.9\.2, 6 hours after its rollout began: 0\.31 affected people per 1,000 h of use, range 0\.231 to 0\.395\. /,
    );
    expect(seriesInWords(series({ items: [] }), null)).toBe('Crash rate on Android: nothing is told of it.');
    const unused = line('8.9.2', 'rolling-out', [point(2, { rate: null, lower: null, upper: null, share: null })]);
    expect(seriesInWords(all, unused)).toMatch(/it was not used, so that there is no rate\.$/);
  });

  test('a rate stands to its limit as its range does', () => {
    const at = (lower: number, upper: number) => standingOf(point(1, { lower, upper }), 0.4);
    expect([at(0.2, 0.4), at(0.3, 0.5), at(0.4, 0.9), standingOf(point(1), null)]).toEqual(['under', 'crosses', 'over', 'unknown']);
  });

  test('numbers have few digits', () => {
    expect([0, 0.0312, 0.324, 3.2415, 32.415, 3241].map(rateText)).toEqual(['0', '0.031', '0.32', '3.24', '32.4', '3,241']);
    expect(rangeText(0, 1.2345)).toBe('0–1.23');
    expect([12, 640.5, 412_345, 2_612_345].map(amountText)).toEqual(['12', '641', '412,000', '2.6 M']);
  });
});

describe('the lines of versions', () => {
  test('the one that users receive is looked at, lies above the others and alone has its range; one that tells nothing has no line', () => {
    const { items } = series();
    expect(leadOf(items, '8.9.1')?.version).toBe('8.9.1');
    const lines = linesOf(items, '8.9.2', 'age', ({ rate }) => rate, { band: true });
    expect(lines.map(({ id, look, band }) => [id, look, band])).toEqual([
      ['8.9.1', 'dashes', undefined],
      ['8.9.2', 'lead', true],
    ]);
    expect(lines[1]?.points.at(-1)).toEqual({ x: 6, y: 0.31, low: 0.231, high: 0.395 });
    expect(linesOf(items, '8.9.2', 'date', ({ share }) => share)[1]?.points[0]).toEqual({ x: Date.parse('2024-10-01T07:00:00Z'), y: 0.63 });
  });

  test('no two of five versions have the same stroke', () => {
    const five = ['1', '2', '3', '4', '5'].map((version) => line(version, 'completed', [point(1)]));
    expect(new Set(looksOf(five, '2').values()).size).toBe(5);
  });

  test('earlier releases are asked at the age that is told', () => {
    expect([5, 6, 9].map((age) => baselineAt(series(), age))).toEqual([null, 0.33, 0.33]);
  });

  test('days begin at midnight of the zone, and only as many are written as have room', () => {
    const from = Date.parse('2024-10-01T06:00:00Z');
    const told = (at: number) => ({
      hour: new Date(at + 7_200_000).toISOString().slice(11, 16),
      day: new Date(at + 7_200_000).toISOString().slice(8, 10),
    });
    expect(dayTicks(from, from + 4 * 86_400_000, 2, told)).toEqual([
      { x: Date.parse('2024-10-01T22:00:00Z'), label: '02' },
      { x: Date.parse('2024-10-03T22:00:00Z'), label: '04' },
    ]);
  });
});
