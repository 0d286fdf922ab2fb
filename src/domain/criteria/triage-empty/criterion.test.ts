import { describe, expect, test } from 'vitest';
import { aBug, aTrack, judged } from '../testing.ts';

const ownerless = aBug({ team: null, ownerlessSince: '2024-10-01T11:39:00.000Z' });
const on = (bugs: Parameters<typeof aBug>[0][], now?: string) =>
  judged('triage-empty', {
    track: aTrack('developing'),
    facts: { bugs: bugs.map((bug) => aBug(bug)) },
    ...(now === undefined ? {} : { now }),
  });

describe('triage-empty', () => {
  test('is clear when every open bug of the version has a team', () => {
    expect(on([{}])).toMatchObject({ colour: 'green', headline: 'None', value: { amount: 0 } });
  });

  test('waits for the allowed time, then stops', () => {
    expect(on([ownerless])).toMatchObject({
      colour: 'yellow',
      headline: '1 without a team',
      because:
        'PLAY-1 (Playback stops after the car reconnects) has no team. It has waited 41 min; the limit is 4 h, which ends at Tue 17:39.',
      looksAgainAt: '2024-10-01T15:39:00.000Z',
      who: [{ what: 'gives PLAY-1 a team' }],
    });
    expect(on([ownerless], '2024-10-01T15:39:00.000Z').colour).toBe('red');
  });

  test('the bug that has waited longest decides', () => {
    const finding = on([ownerless, { key: 'CAR-2', team: null, ownerlessSince: '2024-10-01T07:00:00.000Z' }]);
    expect(finding).toMatchObject({
      colour: 'red',
      headline: '2 without a team',
      because: expect.stringContaining('CAR-2 has waited 5 h 20 min') as string,
    });
  });

  test('closed bugs, and bugs of other versions and platforms, need no team here', () => {
    expect(
      on([
        { ...ownerless, state: 'closed' },
        { ...ownerless, versions: ['8.9.1'] },
        { ...ownerless, platforms: ['android'] },
      ]).colour,
    ).toBe('green');
  });

  test('counts from the report where nobody said since when it has no team', () => {
    expect(on([{ team: null, reportedAt: '2024-10-01T08:00:00.000Z' }]).dueAt).toBe('2024-10-01T12:00:00.000Z');
  });
});
