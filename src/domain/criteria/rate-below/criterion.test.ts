import { describe, expect, test } from 'vitest';
import type { Finding } from '../criterion.ts';
import { aSibling, aTrack, judged } from '../testing.ts';
import type { Told } from '../testing.ts';

/** 8.9.2 has been rolling out for three days at the moment of the samples, Tue 1 Oct 14:20 in Stockholm, and was used for 1,000 h in each hour. */
const began = '2024-09-28T12:00:00.000Z';
const track = aTrack('rolling-out', { startedAt: began });
const ours = (affected: Told['affected'], more: Partial<Told> = {}): Told => ({
  from: began,
  hours: 72,
  exposure: 1000,
  affected,
  ...more,
});
/** 8.9.1 rolled out a week earlier and was with everyone before 8.9.2 began. */
const weekEarlier = '2024-09-21T12:00:00.000Z';
const before = aSibling({ reached: { 'rolling-out': weekEarlier, released: '2024-09-23T12:00:00.000Z' } });
const earlier = (affected: Told['affected'], more: Partial<Told> = {}): Told => ({
  version: '8.9.1',
  from: weekEarlier,
  hours: 240,
  exposure: 1000,
  affected,
  ...more,
});

const rate = (told: readonly Told[], settings: Record<string, unknown> = {}, more: Partial<Parameters<typeof judged>[1]> = {}): Finding =>
  judged('rate-below', {
    track,
    siblings: [before],
    settings: { 'limit-per-1000-hours': 0.4, ...settings },
    told,
    toldUntil: '2024-10-01T12:00:00.000Z',
    ...more,
  });
const every =
  (hours: number, times = 1) =>
  (hour: number) =>
    hour % hours === 0 ? times : 0;

describe('the rate of people affected', () => {
  test('is clear when its whole range is under the limit', () => {
    const under = rate([ours(every(6))]);
    expect(under).toMatchObject({
      colour: 'green',
      headline: '0.17',
      value: { amount: 0.17, unit: 'per 1,000 h' },
      limit: { amount: 0.4, unit: 'per 1,000 h' },
      sample: { amount: 72_000, unit: 'h' },
      rate: { reason: 'below-limit', affected: 12, exposure: 72_000, audience: 'production' },
    });
    expect(under.rate?.upper).toBeCloseTo(0.364, 3);
  });

  test('is at caution while the limit lies in its range, and says about when that settles', () => {
    const crossing = rate([ours(every(4))], { 'healthy-at': 0.25 });
    expect(crossing).toMatchObject({ colour: 'yellow', headline: '0.25', rate: { reason: 'borderline' } });
    expect(crossing.range?.[0]).toBeLessThan(0.4);
    expect(crossing.range?.[1]).toBeGreaterThan(0.4);
    expect(crossing.clause).toMatch(/^Range crosses the limit, settles about [A-Z][a-z]{2} \d\d:00$/);
  });

  test('is not on course where it goes on as it did', () => {
    expect(rate([ours(every(5, 2))], { 'healthy-at': 0.25 })).toMatchObject({
      colour: 'yellow',
      clause: 'Range crosses the limit, not on course to clear it',
      rate: { tellsAt: null },
    });
  });

  test('is too early to tell after little usage, and says how much longer that takes', () => {
    const young = aTrack('rolling-out', { startedAt: '2024-10-01T06:00:00.000Z' });
    const early = rate([{ from: '2024-10-01T06:00:00.000Z', hours: 6, exposure: 1000, affected: 0 }], {}, { track: young });
    expect(early).toMatchObject({ colour: 'yellow', rate: { reason: 'exposure', users: 10_000 } });
    expect(early.clause).toMatch(/^Too early: about \d+ h more$/);
  });

  test('is at stop when its whole range is over the limit, however little it was used', () => {
    const young = aTrack('rolling-out', { startedAt: '2024-10-01T10:00:00.000Z' });
    expect(rate([{ from: '2024-10-01T10:00:00.000Z', hours: 2, exposure: 200, affected: 3 }], {}, { track: young })).toMatchObject({
      colour: 'red',
      headline: '15',
      clause: 'The whole range is over the limit',
      rate: { latch: 'red:rate-below:production:1047', redSince: '2024-10-01T12:20:00.000Z' },
    });
  });

  test('counts what is told up to the watermark, and for clear only what late reports cannot change', () => {
    const late = rate([ours(0)], { 'reports-late-by': '70h' });
    expect(late).toMatchObject({ colour: 'yellow', rate: { reason: 'late-reports' } });
    expect(late.clause).toMatch(/^Under the limit so far, settles about /);
    expect(rate([ours((hour) => (hour > 60 ? 20 : 0))], {}, { toldUntil: '2024-10-01T00:00:00.000Z' }).colour).toBe('green');
    // the hours that reports may still come for speak against it already: the range covers both, and it is neither
    const turning = rate([ours((hour) => (hour === 71 ? 24 : 0))]);
    expect(turning).toMatchObject({ colour: 'yellow', headline: '0.33', rate: { reason: 'exposure' } });
    expect(turning.range?.[1]).toBeGreaterThan(0.4);
  });

  test('needs people and a whole day', () => {
    expect(rate([ours(0, { people: 120 })])).toMatchObject({ colour: 'yellow', clause: 'Too early: 120 of 500 people' });
    expect(rate([ours(0)], { 'min-hours': 96 }).clause).toBe('Too early: about 24 h more');
    expect(rate([ours(0, { people: 120 })], { 'by-audience': { production: { 'min-users': 100 } } }).colour).toBe('green');
  });

  test('is seen before the limit where the policy warns', () => {
    expect(rate([ours(every(4))], { 'limit-per-1000-hours': 0.8, 'warn-from': 0.1 })).toMatchObject({
      colour: 'yellow',
      rate: { reason: 'above-warn', limit: 0.8 },
    });
  });

  test('is unknown where usage is told and no source tells of what is counted: nothing told is not zero', () => {
    expect(rate([ours(0)], { metric: 'anrs' })).toMatchObject({ colour: 'unknown', headline: 'No ANRs told' });
    expect(rate([])).toMatchObject({ colour: 'yellow', headline: 'No usage yet' });
  });

  test('is too early, and not unknown, while the first hour of the rollout goes on', () => {
    const begins = '2024-10-01T12:05:00.000Z';
    const first = rate(
      [{ from: '2024-10-01T12:00:00.000Z', hours: 1, exposure: 5, affected: 14 }],
      {},
      { track: aTrack('rolling-out', { startedAt: begins }) },
    );
    expect(first).toMatchObject({ colour: 'yellow', headline: 'No whole hour yet', clause: 'Too early: its first hour goes on' });
    expect(first.because).toBe('No hour is told to its end yet of 8.9.2 (build 1047) on iOS, with users.');
  });

  test('is judged by the limit of its platform and audience, and in its own unit of use', () => {
    expect(rate([ours(0)], { 'limit-per-1000-hours': { android: 0.4 } })).toMatchObject({ colour: 'unknown', headline: 'No limit' });
    expect(rate([ours(0)], { 'by-audience': { production: { 'times-limit': 2 } } }).limit?.amount).toBe(0.8);
    const orders = judged('rate-below', {
      track,
      settings: { 'limit-per-1000-units': 2, unit: 'orders' },
      told: [ours(0)],
    });
    expect(orders.limit).toEqual({ amount: 2, unit: 'per 1,000 orders' });
  });
});

describe('whose use it is', () => {
  test('is that of the audience of the stage: alpha, beta, then production', () => {
    const audience = (stage: 'developing' | 'stabilising' | 'rolling-out') =>
      judged('rate-below', { track: aTrack(stage), settings: { 'limit-per-1000-hours': 1 } }).rate?.audience;
    expect([audience('developing'), audience('stabilising'), audience('rolling-out')]).toEqual(['alpha', 'beta', 'production']);
  });

  test('is that of one build: a new build is a new count, unless the policy pools', () => {
    const beta = [
      ours(every(2, 5), { audience: 'beta', build: '1041', from: '2024-09-28T00:00:00.000Z' }),
      ours(0, { audience: 'beta', build: '1047', from: '2024-09-30T08:00:00.000Z', hours: 24, exposure: 100 }),
    ];
    const on = (pool: string) =>
      rate(beta, { pool }, { track: aTrack('candidate', { reached: { stabilising: '2024-09-27T07:00:00.000Z' } }) });
    expect(on('build')).toMatchObject({ colour: 'yellow', rate: { build: '1047', affected: 0 } });
    expect(on('version')).toMatchObject({ colour: 'red', rate: { build: null } });
    expect(on('version-before-rollout')).toMatchObject({ colour: 'red', rate: { build: null } });
    expect(rate([ours(0)], { pool: 'version-before-rollout' }).rate?.build).toBe('1047');
  });

  test('is told by the source that the policy names', () => {
    const both = [ours(every(6)), ours(every(1, 5), { source: 'sentry' })];
    expect(rate(both).colour).toBe('red');
    expect(rate(both, { source: { ios: 'warehouse' } }).colour).toBe('green');
  });
});

describe('against what was before', () => {
  test('a release is held at the same age, and shows it', () => {
    expect(rate([ours(every(6)), earlier(every(4))])).toMatchObject({
      colour: 'green',
      clause: '8.9.1 at this age: 0.25',
      baseline: { amount: 0.25 },
      rate: { baseline: { versions: ['8.9.1'], allowedRatio: 1.25 } },
    });
  });

  test('by default it is held against the newest three, whatever order they are known in, and its clause counts them', () => {
    const releases = ['8.8.9', '8.8.8', '8.9.1', '8.9.0'];
    const ranks: Readonly<Record<string, number>> = { '8.8.8': -4, '8.8.9': -3, '8.9.0': -2, '8.9.1': -1 };
    const siblings = releases.map((version) => aSibling({ version, order: ranks[version] ?? 0, reached: before.reached }));
    const found = rate(
      [ours(every(6)), ...releases.map((version) => earlier(version === '8.8.8' ? 9 : every(4), { version }))],
      {},
      { siblings },
    );
    expect(found).toMatchObject({ clause: 'The last 3 at this age: 0.25', rate: { baseline: { versions: ['8.9.1', '8.9.0', '8.8.9'] } } });
  });

  test('it is at stop when it is worse than the allowed ratio, though under its limit', () => {
    const worse = [ours(6), earlier(1)];
    expect(rate(worse, { 'limit-per-1000-hours': 20 })).toMatchObject({ colour: 'red', rate: { reason: 'worse-than-before' } });
    expect(rate(worse, { 'limit-per-1000-hours': 20, 'no-worse-than': 'nothing' }).colour).toBe('green');
  });

  test('what every release has when it is new is no reason to stop', () => {
    const fresh = (hour: number) => (hour < 24 ? 4 : 1);
    expect(rate([ours(fresh), earlier(fresh)], { 'limit-per-1000-hours': 8 }).colour).toBe('green');
  });

  test('a release that was not with everyone when this one began is no baseline', () => {
    const late = aSibling({ reached: { 'rolling-out': weekEarlier, released: '2024-09-30T12:00:00.000Z' } });
    expect(rate([ours(every(6)), earlier(every(4))], {}, { siblings: [late] }).baseline).toBeUndefined();
  });

  test('zero where there was always something is not believed: crash reporting looks broken', () => {
    expect(rate([ours(0), earlier(2)])).toMatchObject({ colour: 'unknown', clause: 'Crash reporting looks broken' });
  });
});

describe('a fleet-wide incident', () => {
  const meanwhile = (affected: Told['affected']) => earlier(affected, { hours: 300 });

  test('is seen when what users had before does the same in the same hours', () => {
    const all = (hour: number) => (hour > 40 ? 9 : 0.2);
    // 8.9.1 began a week, or 168 hours, before
    const found = rate([ours(all), meanwhile((hour) => (hour > 208 ? 9 : 0.2))]);
    expect(found).toMatchObject({ colour: 'red', rate: { isFleetWide: true } });
    expect(found.clause).toBe('Fleet-wide incident: what users had before does the same');
  });

  test('is none when they do well', () => {
    expect(rate([ours((hour) => (hour > 40 ? 9 : 0)), meanwhile(0.2)])).toMatchObject({ colour: 'red', rate: { isFleetWide: false } });
  });
});

describe('a red', () => {
  const red = 'red:rate-below:production:1047';

  test('stays, until it is cleared or another build comes', () => {
    const noted = aTrack('rolling-out', { startedAt: began, noted: { [red]: '2024-09-29T12:00:00.000Z' } });
    expect(rate([ours(0)], {}, { track: noted })).toMatchObject({
      colour: 'red',
      clause: 'Was over at Sun 14:00, and was not cleared',
      rate: { reason: 'latched', redSince: '2024-09-29T12:00:00.000Z' },
    });
    const other = aTrack('rolling-out', { startedAt: began, noted: { 'red:rate-below:production:1041': '2024-09-29T12:00:00.000Z' } });
    expect(rate([ours(0)], {}, { track: other }).colour).toBe('green');
  });

  test('is judged anew by what comes after it was cleared', () => {
    const cleared = aTrack('rolling-out', { startedAt: began, noted: { [`cleared:${red}`]: '2024-09-30T11:30:00.000Z' } });
    expect(rate([ours((hour) => (hour < 40 ? 9 : 0))], {}, { track: cleared })).toMatchObject({
      colour: 'green',
      rate: { since: '2024-09-30T12:00:00.000Z', affected: 0, exposure: 24_000 },
    });
  });
});

describe('what is too small to tell', () => {
  const small = [ours(0, { exposure: 20, people: 90 })];
  test('holds, or passes after its soak, as the policy says', () => {
    expect(rate(small)).toMatchObject({ colour: 'yellow' });
    expect(rate(small, { 'when-too-early': { 'pass-after': '2d' } })).toMatchObject({
      colour: 'green',
      clause: 'Too small to tell: passed after its soak',
      rate: { reason: 'too-small-to-tell' },
    });
    expect(rate(small, { 'when-too-early': { 'pass-after': '5d' } })).toMatchObject({
      colour: 'yellow',
      looksAgainAt: '2024-10-03T12:00:00.000Z',
    });
  });
  test('does not pass where what was seen speaks against it', () => {
    const hit = [ours(every(30), { exposure: 20, people: 90 })];
    expect(rate(hit, { 'when-too-early': { 'pass-after': '2d' } }).colour).toBe('yellow');
  });
});
