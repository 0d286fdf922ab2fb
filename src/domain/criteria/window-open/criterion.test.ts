import { describe, expect, test } from 'vitest';
import { aPolicy, aTrack, judged } from '../testing.ts';

const windows = { start: { days: [1, 2, 3, 4], from: 480, to: 1020 }, finish: 'any' as const };

describe('window-open', () => {
  test('is clear inside the hours and days of the step, until they end', () => {
    expect(judged('window-open', { track: aTrack('store-approved'), step: '1%', policy: aPolicy({ windows }) })).toMatchObject({
      colour: 'green',
      headline: 'Open until Tue 17:00',
      looksAgainAt: '2024-10-01T15:00:00.000Z',
    });
  });

  test('waits outside them, and says when it opens', () => {
    const finding = judged('window-open', {
      track: aTrack('store-approved'),
      step: '1%',
      policy: aPolicy({ windows }),
      now: '2024-10-03T16:00:00.000Z',
    });
    expect(finding).toMatchObject({ colour: 'yellow', headline: 'Opens Mon 08:00', looksAgainAt: '2024-10-07T06:00:00.000Z' });
  });

  test('asks the window of the step that is judged', () => {
    expect(
      judged('window-open', { track: aTrack('rolling-out'), step: '100%', policy: aPolicy({ windows }), now: '2024-10-05T02:00:00.000Z' })
        .colour,
    ).toBe('green');
  });

  test('waits in a freeze, whatever the hour', () => {
    const freezes = [{ from: '2024-10-01', to: '2024-10-01', why: 'the autumn event' }];
    expect(judged('window-open', { track: aTrack('rolling-out'), step: '100%', policy: aPolicy({ freezes }) })).toMatchObject({
      colour: 'yellow',
      because: expect.stringContaining('the autumn event') as string,
      looksAgainAt: '2024-10-01T22:00:00.000Z',
    });
  });

  test('says of a window without days that it never opens, and who can change that', () => {
    const finding = judged('window-open', {
      track: aTrack('store-approved'),
      step: '1%',
      policy: aPolicy({ windows: { start: { days: [], from: 0, to: 60 } } }),
    });
    expect(finding).toMatchObject({ colour: 'yellow', headline: 'Never opens', who: [{ name: 'release manager' }], looksAgainAt: null });
  });
});
