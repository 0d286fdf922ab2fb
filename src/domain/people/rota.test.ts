import { describe, expect, test } from 'vitest';
import { onCall, rota, turnsFrom } from './rota.ts';

const weekly = rota.parse({ people: ['ada', 'bo', 'cleo'], from: '2024-10-07', at: '09:00' });
const zone = 'Europe/Stockholm';

describe('a rota', () => {
  test('has nobody on call before it begins, and hands over at the local hour', () => {
    expect(onCall(weekly, '2024-10-07T06:59:59.000Z', zone)).toBeNull();
    expect(onCall(weekly, '2024-10-07T07:00:00.000Z', zone)).toEqual({
      person: 'ada',
      from: '2024-10-07T07:00:00.000Z',
      to: '2024-10-14T07:00:00.000Z',
      swap: false,
    });
    expect(onCall(weekly, '2024-10-14T06:59:00.000Z', zone)?.person).toBe('ada');
    expect(onCall(weekly, '2024-10-14T07:00:00.000Z', zone)?.person).toBe('bo');
  });

  test('goes round, and keeps its local hour when the clocks change', () => {
    // clocks went back on 27 October: 09:00 is 08:00 UTC from then on
    expect(onCall(weekly, '2024-10-28T08:00:00.000Z', zone)).toMatchObject({ person: 'ada', from: '2024-10-28T08:00:00.000Z' });
    expect(onCall(weekly, '2024-10-28T07:30:00.000Z', zone)?.person).toBe('cleo');
  });

  test('lets someone stand in, and goes on behind them', () => {
    const swapped = { ...weekly, swaps: [{ from: '2024-10-09T07:00:00.000Z', to: '2024-10-10T07:00:00.000Z', person: 'cleo' }] };
    expect(
      turnsFrom(swapped, '2024-10-08T00:00:00.000Z', zone, 4).map(({ person, from, to, swap }) => [
        person,
        from.slice(0, 10),
        to.slice(0, 10),
        swap,
      ]),
    ).toEqual([
      ['ada', '2024-10-07', '2024-10-09', false],
      ['cleo', '2024-10-09', '2024-10-10', true],
      ['ada', '2024-10-10', '2024-10-14', false],
      ['bo', '2024-10-14', '2024-10-21', false],
    ]);
  });

  test('that is to begin tells its first turns', () => {
    expect(turnsFrom(weekly, '2024-09-01T00:00:00.000Z', zone, 2).map(({ person }) => person)).toEqual(['ada', 'bo']);
  });

  test.each([
    [{ people: [], from: '2024-10-07' }, 'a rota has at least one person'],
    [{ people: ['ada'], from: 'Monday' }, 'a date such as 2025-01-06'],
    [{ people: ['ada'], from: '2024-10-07', at: '9' }, 'a time such as 09:00'],
    [
      { people: ['ada'], from: '2024-10-07', swaps: [{ from: '2024-10-09T07:00:00Z', to: '2024-10-09T06:00:00Z', person: 'bo' }] },
      'a swap ends after it begins',
    ],
  ])('that cannot be is refused with what would be right', (wrong, message) => {
    expect(rota.safeParse(wrong).error?.issues[0]?.message).toBe(message);
  });
});
