import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { aSibling, aTrack, judged } from '../testing.ts';
import type { Told } from '../testing.ts';

const began = '2024-09-28T12:00:00.000Z';
const weekEarlier = '2024-09-21T12:00:00.000Z';
const track = aTrack('rolling-out', { startedAt: began });
const siblings = [aSibling({ reached: { 'rolling-out': weekEarlier, released: '2024-09-23T12:00:00.000Z' } })];
const countries = Array.from({ length: 60 }, (_, at) => `country=${String.fromCodePoint(65 + Math.floor(at / 26), 65 + (at % 26))}`);
const of = (segment: string, version: '8.9.1' | '8.9.2', affected: number): Told => ({
  version,
  segment,
  from: version === '8.9.2' ? began : weekEarlier,
  hours: 72,
  exposure: 10,
  affected: (hour) => (hour % 24 === 0 ? affected : 0),
});
const scan = (told: readonly Told[]) => judged('no-bad-segment', { track, siblings, told, toldUntil: '2024-10-01T12:00:00.000Z' });
const usual = countries.flatMap((country) => [of(country, '8.9.1', 1), of(country, '8.9.2', 1)]);

test('one country of sixty that crashes far more is named, though the whole is well', () => {
  const found = scan([
    ...usual.filter(({ segment, version }) => segment !== 'country=AB' || version === '8.9.1'),
    of('country=AB', '8.9.2', 20),
  ]);
  expect(found).toMatchObject({
    colour: 'red',
    headline: 'country=AB',
    clause: '60 people affected, 20 times as before',
    rate: { reason: 'bad-segment', segments: [{ segment: 'country=AB', isNamed: true, affected: 60 }] },
  });
});

test('what is named says of how many it is certain: places for arms count too, whether arms come or not', () => {
  const others = usual.filter(({ segment, version }) => segment !== 'country=AB' || version === '8.9.1');
  expect(scan([...others, of('country=AB', '8.9.2', 20)]).because).toContain(
    'with certainty, among 68 that may be looked at: 60 segments of earlier releases and 8 places for arms of an experiment. It stays Stop',
  );
});

test('none is named where all are as before', () => {
  expect(scan(usual)).toMatchObject({ colour: 'green', headline: 'None stands out', clause: '60 segments looked at' });
});

test('a segment that no earlier release has told of is not tested: their number is fixed with the baseline', () => {
  expect(scan([...usual, of('country=ZZ', '8.9.2', 50)])).toMatchObject({ colour: 'green', sample: { amount: 60 } });
  expect(scan([of('country=ZZ', '8.9.2', 50)])).toMatchObject({ colour: 'yellow', headline: 'Nothing to compare' });
});

/** Looked at after so many days, each time with what was told by then. */
const after = (days: number, told: readonly Told[]) => {
  const until = new Date(Date.parse(began) + days * 86_400_000).toISOString();
  return judged('no-bad-segment', {
    track,
    siblings,
    now: until,
    toldUntil: until,
    told: told
      .map((each) =>
        each.version === '8.9.2' ? { ...each, hours: Math.min(each.hours, days * 24 - hoursBetween(began, each.from)) } : each,
      )
      .filter(({ hours }) => hours > 0),
  });
};
const hoursBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 3_600_000;
const laterBy = (hours: number, from: string): string => new Date(Date.parse(from) + hours * 3_600_000).toISOString();

test('how many segments are tested is fixed when the rollout begins, whatever ours or the baseline is told of later: no look takes back what one before it promised', () => {
  // 20 that crash as much as before: the evidence that names one of them is 20 / alpha at each look, never less
  const twenty = usual.filter(({ segment }) => countries.indexOf(segment ?? '') < 20);
  const late = fc.record({
    name: fc.integer({ min: 100, max: 999 }),
    version: fc.constantFrom('8.9.1' as const, '8.9.2' as const),
    hour: fc.integer({ min: 0, max: 71 }),
    affected: fc.nat(400),
  });
  fc.assert(
    fc.property(fc.array(late, { maxLength: 12 }), fc.constantFrom(1, 2, 9), (lates, days) => {
      // of the baseline later than ours began: it is at 100% for long, and its own later hours are told of new segments too
      const others = lates.map(({ name, version, hour, affected }): Told => ({
        ...of(`country=${name}`, version, affected),
        from: laterBy(hour, version === '8.9.2' ? began : laterBy(168, weekEarlier)),
        hours: 72,
      }));
      expect(after(days, [...twenty, ...others])).toMatchObject({ colour: 'green', sample: { amount: 20 } });
    }),
    { numRuns: 40 },
  );
  // one that the baseline knew of late in its own week counts from the first look on
  const known = { ...of('country=ZZ', '8.9.1', 1), from: laterBy(30, weekEarlier), hours: 24 };
  expect([1, 2, 3].map((days) => after(days, [...twenty, known]).sample?.amount)).toEqual([21, 21, 21]);
});

test('an arm that comes later takes no evidence from the arms before it, and beyond the eighth none is named', () => {
  const arm = (name: string, affected: number, hour = 0): Told => ({
    ...of(`arm=${name}`, '8.9.2', affected),
    from: laterBy(hour, began),
    hours: 72 - hour,
  });
  const first = [arm('on', 6), arm('off', 1)];
  const many = Array.from({ length: 12 }, (_, at) => arm(`later-${String.fromCodePoint(97 + at)}`, at === 11 ? 90 : 1, 48));
  // nobody of them has come yet
  expect([1, 2].map((days) => after(days, [...first, ...many]))).toEqual([1, 2].map((days) => after(days, first)));
  const crowded = after(3, [...first, ...many]);
  expect(crowded.sample).toMatchObject({ amount: 8 });
  expect(crowded.rate?.segments.map(({ segment }) => segment)).not.toContain('arm=later-l');
});

test('evidence of a source that counts one person several times is divided by it, and two sources of one day are one day', () => {
  const bad = [...usual.filter(({ segment, version }) => segment !== 'country=AB' || version === '8.9.1'), of('country=AB', '8.9.2', 20)];
  expect(scan(bad)).toMatchObject({ colour: 'red' });
  expect(scan(bad.map((each) => ({ ...each, dispersion: 5 })))).toMatchObject({ colour: 'green' });
  const halves = bad.flatMap((each) =>
    ['warehouse', 'lab'].map((source): Told => {
      const { affected, exposure } = each;
      return {
        ...each,
        source,
        exposure: exposure / 2,
        affected: (hour) => (typeof affected === 'number' ? affected : affected(hour)) / 2,
      };
    }),
  );
  expect(scan(halves)).toEqual({ ...scan(bad) });
});

test('an arm of an experiment is held against the other arms, and the flag is the remedy', () => {
  const arms = [of('arm=on', '8.9.2', 20), of('arm=off', '8.9.2', 1), of('arm=slow', '8.9.2', 1)];
  expect(scan(arms)).toMatchObject({ colour: 'red', headline: 'arm=on', who: [{ what: 'turns the flag off for this arm' }] });
});
