import { describe, expect, test } from 'vitest';
import { MOST_LINES, placesOf } from './places.ts';
import type { Wanting } from './places.ts';

const hidden = (key: string, seenAtMs = 0): Wanting => ({ key, isSeen: false, seenAtMs });
const onScreen = (key: string, seenAtMs: number): Wanting => ({ key, isSeen: true, seenAtMs });
const seven = [hidden('a'), hidden('b'), hidden('c'), hidden('d', 50), hidden('e'), hidden('f'), onScreen('g', 10)];

describe('lines', () => {
  test('are had by every app while there are enough', () => {
    expect([...placesOf([hidden('a'), hidden('b'), onScreen('c', 7)], 5)]).toEqual(['a', 'b', 'c']);
  });

  test('go to what is on the screen, then to what was seen last, whoever else waits', () => {
    for (let turn = 0; turn < 9; turn++) expect([...placesOf(seven, turn)].slice(0, 2)).toEqual(['g', 'd']);
  });

  test('are never more than a few, and in the last place everyone else has a turn', () => {
    const turns = [0, 1, 2, 3, 4].map((turn) => [...placesOf(seven, turn)]);
    for (const turn of turns) expect(turn).toHaveLength(MOST_LINES);
    expect(turns.map((turn) => turn[2])).toEqual(['a', 'b', 'c', 'e', 'f']);
  });

  test('are had in turns too by those who are on the screen beyond their number', () => {
    const walls = ['a', 'b', 'c', 'd'].map((key, at) => onScreen(key, at));
    expect([0, 1].map((turn) => [...placesOf(walls, turn)])).toEqual([
      ['d', 'c', 'a'],
      ['d', 'c', 'b'],
    ]);
  });
});
