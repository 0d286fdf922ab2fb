import { describe, expect, test } from 'vitest';
import { atHome, dutyName, missingOf, moved, newRota, sentRota } from './rota-model.ts';

const zone = 'Europe/Stockholm';
const kept = {
  people: ['a', 'b'],
  from: '2025-01-06',
  at: '09:00',
  days: 7,
  swaps: [{ person: 'c', from: '2025-01-08T07:30:00.000Z', to: '2025-07-09T16:00:00.000Z' }],
};

describe('a rota in a form', () => {
  test('shows when somebody stands in as the clock of the app does, in winter and in summer, and is sent as it was', () => {
    const form = atHome(kept, zone);
    expect(form.swaps).toEqual([{ person: 'c', from: '2025-01-08T08:30', to: '2025-07-09T18:00' }]);
    expect(sentRota(form, zone)).toEqual(kept);
  });

  test.each([
    [{}, null],
    [{ people: [] }, 'Add at least one person.'],
    [{ from: '' }, 'Say on which day and at what time the first one begins.'],
    [{ days: '0' }, 'A turn has 1 to 366 days.'],
    [{ swaps: [{ person: '', from: '', to: '' }] }, 'Say who stands in, from when, and until when.'],
    [{ swaps: [{ person: 'c', from: '2025-01-08T09:00', to: '2025-01-08T08:00' }] }, 'Whoever stands in does so until after they began.'],
  ])('says what is missing: %o', (part, says) => {
    expect(missingOf({ ...newRota('2025-01-06'), people: ['a'], ...part })).toBe(says);
  });

  test('changes the order of turns, within its ends', () => {
    expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
    expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
  });
});

test('the duty of the release is called as the role is', () => {
  expect([dutyName('release-manager'), dutyName('player')]).toEqual(['release manager', 'player']);
});
