import { expect, test } from 'vitest';
import { parseInstance } from '../index.ts';
import { aBuild, aPolicy, aRelease, aSignOff, aTeam, aTrack, anApp, sampleNow, samplePlan, someFacts } from '../testing.ts';
import { signOffColumn } from './matrix.ts';

const older = aSignOff({ build: '1046', at: '2024-09-28T13:00:00.000Z' });
const columnOf = (settings: Record<string, string>) =>
  signOffColumn({
    app: anApp(),
    release: aRelease({ planned: samplePlan }),
    track: aTrack('candidate'),
    siblings: [],
    policy: aPolicy({ teams: [aTeam('player')], before: { submit: [parseInstance({ id: 'signed-off', settings })] } }),
    facts: someFacts({ builds: [aBuild()], signOffs: [older] }),
    previous: [],
    now: sampleNow,
  });

test('a word on an older candidate is asked again, and is late after the planned submission', () => {
  const column = columnOf({});
  expect(column).toMatchObject({ signed: 0, of: 1, dueAt: samplePlan.submit });
  expect(column.teams).toMatchObject([{ team: 'player', state: 'signed', askedAgain: true, late: true }]);
});

test('where the policy asks nobody again, an older word counts as in the control room, and the time is the policy’s', () => {
  const column = columnOf({ 'again-on-new-candidate': 'none', within: '28h' });
  // 28 h after the choice of the candidate, Mon 12:40
  expect(column).toMatchObject({ signed: 1, of: 1, dueAt: '2024-10-01T14:40:00.000Z' });
  expect(column.teams).toMatchObject([{ team: 'player', state: 'signed', askedAgain: false, late: false }]);
});
