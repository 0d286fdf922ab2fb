import { describe, expect, test } from 'vitest';
import { aTrack, judged } from '../testing.ts';

const rolling = aTrack('rolling-out', { percent: 1, percentSince: '2024-10-01T06:20:00.000Z' });

describe('soaked', () => {
  test('waits for the time at the share before the step, and says until when', () => {
    expect(judged('soaked', { settings: '24h', track: rolling, step: '100%' })).toMatchObject({
      colour: 'yellow',
      headline: '6 h of 24 h',
      because: '8.9.2 on iOS has been at 1% since Tue 08:20; the minimum of 24 h has passed at Wed 08:20.',
      value: { amount: 6, unit: 'h' },
      limit: { amount: 24, unit: 'h' },
      progress: 0.25,
      looksAgainAt: '2024-10-02T06:20:00.000Z',
    });
  });

  test('is clear at the minute the time has passed, and not before', () => {
    const at = (now: string) => judged('soaked', { settings: '24h', track: rolling, step: '100%', now }).colour;
    expect(at('2024-10-02T06:19:59.999Z')).toBe('yellow');
    expect(at('2024-10-02T06:20:00.000Z')).toBe('green');
  });

  test('has not begun before the share is reached, nor while halted', () => {
    expect(judged('soaked', { track: aTrack('in-review'), step: '100%' })).toMatchObject({
      colour: 'yellow',
      headline: 'Not begun',
      because: 'The soak of 24 h begins when 1% is reached.',
    });
    expect(judged('soaked', { track: aTrack('halted'), step: '100%' })).toMatchObject({
      colour: 'yellow',
      because: 'The soak of 24 h begins when 1% is rolling out again.',
    });
  });

  test('before the first share, and before earlier steps, the time in the stage counts', () => {
    expect(
      judged('soaked', { settings: '2h', track: aTrack('store-approved', { since: '2024-10-01T10:20:00.000Z' }), step: '1%' }).colour,
    ).toBe('green');
    expect(
      judged('soaked', { settings: '2h', track: aTrack('stabilising', { since: '2024-10-01T11:20:00.000Z' }), step: 'candidate' }),
    ).toMatchObject({ colour: 'yellow', headline: '1 h of 2 h' });
    expect(judged('soaked', { settings: '2h', track: aTrack('developing'), step: 'submit' }).headline).toBe('Not begun');
  });
});
