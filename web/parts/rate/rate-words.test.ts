import { describe, expect, test } from 'vitest';
import type { RateView } from '#api/verdict.ts';
import { clearedInWords, evidenceRows, rateRows, standsInWords, stopsToClear } from './rate-words.ts';

const NOW = '2024-10-01T12:20:00.000Z';
const rate = (more: Partial<RateView> = {}): RateView => ({
  metric: 'crashes',
  per: 1000,
  of: 'h',
  audience: 'production',
  build: '1047',
  since: '2024-10-01T06:00:00.000Z',
  toldUntil: '2024-10-01T12:00:00.000Z',
  affected: 58,
  count: 71,
  exposure: 250_400,
  users: 31_000,
  value: 0.2316,
  lower: 0.2094,
  upper: 0.2686,
  limit: 0.25,
  warn: null,
  baseline: { versions: ['8.9.1', '8.9.0'], value: 0.21, affected: 900, exposure: 4e6, allowedRatio: 1.25 },
  reason: 'borderline',
  exposureToGo: { certain: 100_000, expected: 300_000 },
  tellsAt: '2024-10-01T15:10:00.000Z',
  redSince: null,
  latch: null,
  isFleetWide: false,
  segments: [],
  ...more,
});
const red = { latch: 'red:crash-rate production 1047', redSince: '2024-10-01T10:05:00.000Z', exposureToGo: null, tellsAt: null };
const said = (of: RateView, isUsage = false): readonly string[] =>
  rateRows(of, NOW, isUsage).map(({ name, text, soft, at }) =>
    [`${name}:`, text, soft, at?.slice(11, 16)].filter((part) => part !== null && part !== undefined && part !== '').join(' '),
  );

describe('the numbers of a rate', () => {
  test('are told in the order in which they are read, and when it settles by the hour', () => {
    expect(said(rate())).toEqual([
      'Value: 0.23 per 1,000 h',
      'Limit: at most 0.25',
      'Range: 0.21 to 0.27',
      'Affected: 58 people 71 events',
      'Usage: 250,000 h by 31,000 people, at least',
      'Before: 0.21 in 8.9.1 and 8.9.0 at the same age; 1.25 times that may be',
      'Settles: about 16:00',
      'Counted: build 1047, users, since 06:00',
      'Told until: 12:00',
    ]);
  });

  test('say that it is not on course, or how much more use it takes where no pace is known', () => {
    expect(said(rate({ exposureToGo: { certain: 1, expected: null } }))).toContain(
      'Settles: Not on course at the rate so far it does not become clear',
    );
    expect(said(rate({ exposure: 0, exposureToGo: { certain: 1, expected: null } }))).toContain('Settles: when it is used');
    expect(said(rate({ tellsAt: null }))).toContain('Settles: after about 300,000 h more');
    // a moment that has passed foretells nothing
    expect(said(rate({ tellsAt: NOW, exposureToGo: { certain: 0, expected: 0 } }))).toContain('Settles: when more is told');
  });

  test('never let a bound read as the limit that it does not reach', () => {
    expect(said(rate({ upper: 0.2474 }))).toContain('Range: 0.21 to 0.247');
    expect(said(rate({ lower: 0.25004, upper: 0.31 }))).toContain('Range: 0.25004 to 0.31');
  });

  test('of something that nobody used have no value and no range', () => {
    const none = said(rate({ value: null, lower: 0, upper: null, affected: 0, count: 0, exposure: 0, users: 0, baseline: null }));
    expect(none.slice(0, 4)).toEqual(['Value: None, it was not used', 'Limit: at most 0.25', 'Affected: 0 people', 'Usage: 0 h']);
    expect(said(rate({ upper: null }))).toContain('Range: 0.21 and more nothing bounds it yet');
  });

  test('beside a criterion that asks for use are called the rate', () => {
    expect(said(rate(), true).slice(0, 2)).toEqual(['Rate: 0.23 per 1,000 h', 'Rate limit: at most 0.25']);
  });

  test('of a red say since when, and not when it settles', () => {
    const names = rateRows(rate({ ...red, exposureToGo: { certain: 1, expected: 1 } }), NOW).map(({ name }) => name);
    expect(names).toContain('Red since');
    expect(names).not.toContain('Settles');
    expect(evidenceRows(rate(red), NOW).map(({ name }) => name)).toEqual(['Red since', 'Value', 'Limit', 'Range', 'Affected', 'Usage']);
  });
});

describe('a stop of health that stays', () => {
  test('can be cleared where it is red, while its track is under way', () => {
    const cells = [{ rate: rate(red) }, { rate: rate() }, { rate: null }, {}];
    expect(stopsToClear(cells, 'halted')).toEqual([cells[0]]);
    expect(stopsToClear(cells, 'canceled')).toEqual([]);
  });

  test('cleared is counted anew from the next whole hour, and a halted rollout stays halted', () => {
    expect(clearedInWords('Crash rate', 'rolling-out', NOW, 'Europe/Stockholm')).toBe(
      'Crash rate is counted anew from 15:00 on, the next whole hour; what came before counts no more. The robot may go on when it is green.',
    );
    expect(clearedInWords('Crash rate', 'halted', '2024-10-01T12:00:00.000Z', 'UTC')).toMatch(/from 13:00 on.*stays halted until someone/);
  });

  test('is said beside a chart, as is a wait for late reports, and nothing else', () => {
    const stands = (more: Partial<RateView>) => standsInWords({ title: 'Crash rate', rate: rate(more) }, NOW, 'UTC');
    expect(stands(red)).toEqual({
      state: 'stop',
      text: 'Crash rate is Stop since 10:05, and stays so until a person clears it or another build comes.',
    });
    expect(stands({ reason: 'late-reports' })?.text).toBe(
      'Crash rate is under its limit so far; it waits for reports that come late, and settles about 16:00.',
    );
    expect(stands({})).toBeNull();
  });
});
