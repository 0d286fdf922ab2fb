import { describe, expect, test } from 'vitest';
import { auditQueryOf, csvOf, detailsOf, instanceKinds, kinds, passes, queryOf } from './journal-model.ts';
import type { JournalEntry } from './types.ts';

const halted = { track: 'music/8.9.2/android', is: 'halted', actor: { kind: 'robot', id: 'robot' } };

describe('the filter of activity and audit', () => {
  test('a kind of the screen stands for several events of the journal, and no event belongs to two', () => {
    expect(queryOf({ kind: 'bugs' })).toEqual({ is: 'bug-decided,bug-nominated,bug-assigned' });
    const all = kinds.flatMap(({ is }) => is as readonly string[]);
    expect(new Set(all).size).toBe(all.length);
  });

  test('words of an address that name nothing narrow nothing', () => {
    expect(queryOf({ kind: 'poetry', by: 'ghost' })).toEqual({});
  });

  test.each([
    [{}, true],
    [{ track: '8.9.2/android' }, true],
    [{ track: '8.9.2/ios' }, false],
    [{ by: 'robot' }, true],
    [{ by: 'person' }, false],
    [{ kind: 'rollout' }, true],
    [{ kind: 'bugs' }, false],
    [{ actor: 'robot', kind: 'rollout' }, true],
    [{ actor: 'p1' }, false],
  ])('a line that comes live is counted only where %j shows it', (filter, isShown) => {
    expect(passes(halted, filter, 'music')).toBe(isShown);
  });
});

describe('the audit log', () => {
  const query = (filter: Parameters<typeof auditQueryOf>[0]) => auditQueryOf(filter, 'music', 'Europe/Stockholm');

  test('is narrowed by days as the viewer has them, both of them shown, and by words', () => {
    expect(query({ from: '2024-10-01', to: '2024-10-01', text: ' crash ', track: '8.9.2/ios' })).toEqual({
      app: 'music',
      track: 'music/8.9.2/ios',
      text: 'crash',
      from: '2024-09-30T22:00:00.000Z',
      to: '2024-10-01T22:00:00.000Z',
    });
    expect(query({ from: '2024-02-30', text: ' ' })).toEqual({ app: 'music' });
  });

  test('of people and keys has kinds of its own, and no track', () => {
    expect(query({ of: 'instance', track: '8.9.2/ios', kind: 'keys' })).toEqual({ app: '*', is: 'key-created,key-revoked' });
    const all: readonly string[] = [...kinds, ...instanceKinds].flatMap(({ is }) => is as readonly string[]);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('the details of an entry', () => {
  test('before and after stand together, and what is empty is not told', () => {
    expect(
      detailsOf({ is: 'corrected', field: 'stage', from: 'branched', to: 'released', why: 'read wrong', note: null, evidence: [] }),
    ).toEqual([
      { name: 'before and after', value: 'branched to released' },
      { name: 'field', value: 'stage' },
      { name: 'why', value: 'read wrong' },
    ]);
  });

  test('a first verdict had nothing before it', () => {
    expect(detailsOf({ is: 'verdict-changed', from: null, to: 'red' })[0]?.value).toBe('nothing to red');
  });

  test('what is more than a word is told as it is recorded', () => {
    expect(detailsOf({ is: 'cut', cut: { sha: 'abc' }, byStorefront: false })).toEqual([
      { name: 'cut', value: '{"sha":"abc"}' },
      { name: 'by storefront', value: 'false' },
    ]);
  });
});

describe('the file of comma-separated values', () => {
  const entry: JournalEntry = {
    id: 'a#1',
    chain: 'music/8.9.2/android',
    seq: 1,
    at: '2024-10-01T12:20:00.000Z',
    recordedAt: '2024-10-01T12:20:00.000Z',
    actor: { kind: 'person', id: 'p1', name: 'Maja "M" Lind, manager' },
    app: 'music',
    track: null,
    event: { is: 'halted', why: '=cmd()' },
    hash: 'h1',
    previous: null,
    text: '=2+2\nnext',
  };

  test('has a head, quotes what needs it, and ends each row', () => {
    const [head, row, ...rest] = csvOf([entry]).split('\r\n');
    expect(head?.split(',').slice(0, 4)).toEqual(['at', 'recordedAt', 'app', 'track']);
    expect(row).toContain('"Maja ""M"" Lind, manager"');
    expect(rest).toEqual(['']);
  });

  test('nothing in it is taken for a formula by a spreadsheet', () => {
    expect(csvOf([entry])).toContain(`"'=2+2\nnext"`);
  });
});
