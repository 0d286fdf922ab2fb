import { describe, expect, test } from 'vitest';
import { found, remembered } from './entries.ts';
import type { Entry } from './entries.ts';

const entry = (id: string, group: Entry['group'], label: string, note: string | null = null): Entry => ({
  id,
  group,
  label,
  note,
  icon: 'room',
  act: { is: 'go', to: '/' },
});

const entries = [
  entry('halt', 'Actions', 'Halt rollout of Android 8.9.2…', '1%'),
  entry('waive', 'Actions', 'Waive ANR rate on Android 8.9.2…', '0.23'),
  entry('page bugs', 'Pages', 'Bugs & triage', '7 without a team'),
  entry('track', 'Releases and tracks', 'Android 8.9.2', '1%, Waits for 2'),
  entry('bug', 'Bugs', 'PLAY-4412 Playback stops after CarPlay reconnects', 'player'),
  entry('cell', 'Criteria', 'ANR rate, Android 8.9.2', 'Caution: 0.23'),
];
const ids = (typed: string, recent: readonly string[] = []): readonly string[] => found(entries, typed, recent).map(({ id }) => id);

describe('the command menu', () => {
  test('every word must be found, in any order', () => {
    expect(ids('android halt')).toEqual(['halt']);
    expect(ids('android nothing')).toEqual([]);
  });

  test('a bug is found by its key and by its title', () => {
    expect(ids('play-4412')).toEqual(['bug']);
    expect(ids('carplay')).toEqual(['bug']);
  });

  test('accents and case do not matter', () => {
    expect(ids('ÁNR waive')).toEqual(['waive']);
  });

  test('what is typed finds the track itself before what one may do to it', () => {
    expect(ids('android 8.9.2')[0]).toBe('track');
    expect(ids('halt')[0]).toBe('halt');
  });

  test('nothing typed shows the recent ones first, then actions and pages', () => {
    expect(ids('')).toEqual(['halt', 'waive', 'page bugs']);
    expect(ids('', ['cell', 'page bugs', 'gone'])).toEqual(['cell', 'page bugs', 'halt', 'waive']);
  });

  test('what was taken is the most recent, once, and old ones are forgotten', () => {
    expect(remembered(['b', 'a'], 'a')).toEqual(['a', 'b']);
    expect(remembered(['1', '2', '3', '4', '5', '6', '7', '8'], '9')).toEqual(['9', '1', '2', '3', '4', '5', '6', '7']);
  });
});
