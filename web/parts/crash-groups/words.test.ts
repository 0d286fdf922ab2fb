import { expect, test } from 'vitest';
import { crashGroupsSearch, groupSearch, listSearch } from './search.ts';
import {
  daysInWords,
  decisionInWords,
  impactInWords,
  orderInWords,
  ownerInWords,
  severityInWords,
  unfinishedInWords,
  valueName,
  wholeDays,
} from './words.ts';

test('a severity says its low end, and the same level twice once', () => {
  expect(severityInWords({ level: 'S1', levelLower: 'S4' })).toBe('S1, at least S4');
  expect(severityInWords({ level: 'S2', levelLower: 'S2' })).toBe('S2, for certain');
});

test('an impact has as many figures as one can tell apart', () => {
  expect([0, 0.4, 7.6, 3494.2, 1_000_000].map(impactInWords)).toEqual(['0', 'less than 1', '8', '3,490', '1,000,000']);
});

test('days without a crash stand between those with one', () => {
  expect(wholeDays(['2024-09-29', '2024-10-02'])).toEqual(['2024-09-29', '2024-09-30', '2024-10-01', '2024-10-02']);
  expect(wholeDays(['2024-01-01', '2024-10-02'], 2)).toEqual(['2024-10-01', '2024-10-02']);
  expect(wholeDays([])).toEqual([]);
});

test('the days are one sentence for who does not see the chart', () => {
  const day = (date: string, users: number) => ({ day: date, users, crashes: users });
  expect(daysInWords([])).toBe('No day is known on which it happened.');
  expect(daysInWords([day('2024-10-01', 1)])).toBe('1 person hit for the first time, all on Tue 1 Oct.');
  expect(daysInWords([day('2024-09-29', 2), day('2024-10-01', 3), day('2024-10-01', 2)])).toBe(
    '7 people hit for the first time from Sun 29 Sep to Tue 1 Oct, most on Tue 1 Oct: 5.',
  );
});

test('a market has its name, and what is no code stays', () => {
  expect([valueName('country', 'SE'), valueName('country', 'Moon'), valueName('device', 'SE'), valueName('os', 'other')]).toEqual([
    'Sweden',
    'Moon',
    'SE',
    'All others',
  ]);
});

test('an order for a ticket says what it does and how far it came', () => {
  expect(orderInWords({ does: 'open', state: 'waiting', attempts: 0 })).toBe('Filing it waits for its turn');
  expect(orderInWords({ does: 'open', state: 'waiting', attempts: 2 })).toBe('Filing it did not work in 2 tries');
  expect(orderInWords({ does: 'reopen', state: 'trying', attempts: 1 })).toBe('Opening it again is under way');
  expect(orderInWords({ does: 'update', state: 'refused', attempts: 1 })).toBe('Bringing it up to date was refused');
});

test('what of all tickets is not done is one sentence, and none where all is', () => {
  expect(unfinishedInWords({ refused: 0, waiting: 0 })).toBeNull();
  expect(unfinishedInWords({ refused: 1, waiting: 0 })).toBe('The tracker refused 1 ticket.');
  expect(unfinishedInWords({ refused: 0, waiting: 1 })).toBe('1 ticket waits to be filed.');
  expect(unfinishedInWords({ refused: 3, waiting: 2 })).toBe('The tracker refused 3 tickets; 2 wait to be filed.');
});

test('a group is of who owns its code, else of who has its ticket, else nobody’s, with why', () => {
  const nobody = { team: null, because: 'no frame tells where it is in the code' } as const;
  const own = { team: 'lyrics', path: 'lyrics/View.kt', rule: 'lyrics/**', from: 'policy', frame: 0 } as const;
  const triage = { team: 'car-mode', decision: null };
  expect(ownerInWords({ owner: own, triage, ticket: null })).toEqual({ team: 'lyrics', words: 'Lyrics', because: 'by lyrics/View.kt' });
  expect(ownerInWords({ owner: nobody, triage, ticket: null })).toMatchObject({ team: 'car-mode', words: 'Car mode' });
  expect(ownerInWords({ owner: nobody, triage: null, ticket: null })).toEqual({ team: null, words: 'no owner', because: nobody.because });
  expect(ownerInWords({ owner: null, triage: null, ticket: null }).words).toBe('not looked for yet');
});

test('a decision on the group goes before that on its ticket', () => {
  const of = { reason: 'six people', by: 'Maja', at: '2024-10-01T07:45:00.000Z' };
  const triage = { team: null, decision: { is: 'not-a-blocker', ...of } } as const;
  expect(decisionInWords({ triage, decision: null })).toEqual({ words: 'Not a blocker', because: 'Maja: six people' });
  expect(decisionInWords({ triage, decision: { is: 'not-worth-a-ticket', ...of } })?.words).toBe('Not worth a ticket');
  expect(decisionInWords({ triage: { team: 'car-mode', decision: null }, decision: null })).toBeNull();
});

test('an address keeps what can be asked for and drops the rest', () => {
  expect(crashGroupsSearch({ version: 8, severity: 'S1', novelty: 'odd', ticket: 'none', team: '', x: 1 })).toEqual({
    version: '8',
    severity: 'S1',
    ticket: 'none',
  });
});

test('one comes back from a group to the list as it was narrowed, whatever version was looked at meanwhile', () => {
  const narrowed = { severity: 'S2', version: '8.9.2', search: 'player' } as const;
  expect(listSearch(groupSearch(narrowed))).toEqual(narrowed);
  expect(listSearch({ ...groupSearch(narrowed), version: '8.9.1' })).toEqual(narrowed);
  expect(listSearch({ ...groupSearch({ team: 'none' }), version: '8.9.1' })).toEqual({ team: 'none' });
});
