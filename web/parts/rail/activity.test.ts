import { describe, expect, test } from 'vitest';
import type { ActivityLine } from '#api/verdict.ts';
import { grouped } from './Activity.tsx';

const line = (id: string, is: string, what: string, parts: Partial<ActivityLine> = {}): ActivityLine => ({
  id,
  at: '2024-10-01T12:20:00.000Z',
  actor: { kind: 'robot', id: 'robot', name: 'Robot' },
  app: 'music',
  track: 'music/8.9.2/ios',
  is,
  subject: 'Robot',
  what,
  where: 'iOS 8.9.2',
  text: `Robot ${what}, iOS 8.9.2`,
  ...parts,
});
const verdict = (id: string, title: string, parts: Partial<ActivityLine> = {}): ActivityLine =>
  line(id, 'verdict-changed', 'is at stop: it is so', { subject: title, ...parts });

describe('the activity of the rail', () => {
  test('one cause that changes many criteria of a track is one line with their names', () => {
    const groups = grouped([verdict('1', 'Crash rate'), verdict('2', 'ANR rate'), verdict('3', 'Blocking bugs')]);
    expect(groups).toMatchObject([{ titles: ['Crash rate', 'ANR rate', 'Blocking bugs'] }]);
  });

  test('verdicts of another track, and of another time, are news of their own', () => {
    const other = { track: 'music/8.9.2/android' };
    const groups = grouped([
      verdict('1', 'Crash rate'),
      verdict('2', 'Crash rate', other),
      verdict('3', 'Crash rate', { at: '2024-10-01T12:00:00.000Z' }),
    ]);
    expect(groups.map((group) => [group.line.id, group.titles.length])).toEqual([
      ['1', 0],
      ['2', 0],
      ['3', 0],
    ]);
  });

  test('what the robot orders is told by what comes of it, and a refusal is told', () => {
    const groups = grouped([
      line('1', 'action-ordered', 'ordered ensure submission'),
      line('2', 'action-ended', 'done: sent'),
      line('3', 'action-ended', 'was refused: no notes'),
      line('4', 'submitted', 'submitted build 1049'),
    ]);
    expect(groups.map((group) => group.line.id)).toEqual(['3', '4']);
  });
});
