import { describe, expect, test } from 'vitest';
import { channelsInWords, howItWent, wayOf } from './notices-model.ts';

const team = (of: string, channel: string | null) => ({ of, channel });

describe('where people are told', () => {
  test.each([
    ['page', [team('app', null)], 'In the channel that the chat itself is set to.'],
    [
      'nudge',
      [team('player', '#player'), team('search', null)],
      'In the channel of the team: #player. One team has none, and is told in the chat’s own.',
    ],
    ['nudge', [], 'No team has a channel: in the one that the chat itself is set to.'],
    ['update', [team('8.9.2', '#release-8-9-2')], 'In the channel of the release: 8.9.2 in #release-8-9-2.'],
    ['update', [], 'No live release has a channel: in the one that the chat itself is set to.'],
  ] as const)('a %s goes where it is set to: %o', (kind, channels, says) => {
    expect(channelsInWords(kind, channels)).toBe(says);
  });

  test('of many channels a few are named', () => {
    const teams = Array.from({ length: 9 }, (_, at) => team(`t${at}`, `#t${at}`));
    expect(channelsInWords('nudge', teams)).toBe('In the channel of the team: #t0, #t1, #t2, #t3 and 5 more.');
  });
});

test.each([
  [{ waiting: 0, refused: 0 }, null],
  [{ waiting: 1, refused: 0 }, 'One waits to be told.'],
  [{ waiting: 2, refused: 1 }, '2 wait to be told; one was refused in the last 30 days.'],
  [{ waiting: 0, refused: 3 }, '3 were refused in the last 30 days.'],
])('what did not come there is said: %o', (tally, says) => {
  expect(howItWent(tally)).toBe(says);
});

describe('the chat that is connected', () => {
  const last = (state: string, orderedAt = '2024-10-01T10:00:00.000Z') => ({ last: { state, orderedAt } });

  test.each([
    [[], 'unknown'],
    [[{ last: null }, last('ordered')], 'unknown'],
    [[last('done'), { last: null }], 'clear'],
    [[last('done'), last('refused', '2024-10-01T11:00:00.000Z')], 'stop'],
    [[last('refused'), last('done', '2024-10-01T11:00:00.000Z')], 'caution'],
    [[last('done'), last('waiting', '2024-10-01T11:00:00.000Z')], 'caution'],
  ])('is as well as its last messages went, and not green because it is connected: %o is %s', (kinds, state) => {
    expect(wayOf(kinds).state).toBe(state);
  });
});
