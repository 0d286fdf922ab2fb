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

test('none is named where all are as before', () => {
  expect(scan(usual)).toMatchObject({ colour: 'green', headline: 'None stands out', clause: '60 segments looked at' });
});

test('a segment that no earlier release has told of is not tested: their number is fixed with the baseline', () => {
  expect(scan([...usual, of('country=ZZ', '8.9.2', 50)])).toMatchObject({ colour: 'green', sample: { amount: 60 } });
  expect(scan([of('country=ZZ', '8.9.2', 50)])).toMatchObject({ colour: 'yellow', headline: 'Nothing to compare' });
});

test('an arm of an experiment is held against the other arms, and the flag is the remedy', () => {
  const arms = [of('arm=on', '8.9.2', 20), of('arm=off', '8.9.2', 1), of('arm=slow', '8.9.2', 1)];
  expect(scan(arms)).toMatchObject({ colour: 'red', headline: 'arm=on', who: [{ what: 'turns the flag off for this arm' }] });
});
