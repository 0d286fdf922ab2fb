import { describe, expect, test } from 'vitest';
import { keyFor, meaningOf, parseKeyMap, remap, remappable, sentenceOf, ways } from './key-map.ts';

describe('keys that a viewer lays elsewhere', () => {
  test('a key that was laid elsewhere acts there and no longer where it was', () => {
    const laid = remap({}, 'h', 'Z');
    if (!('map' in laid)) throw new Error(laid.because);
    expect(keyFor(laid.map, 'h')).toBe('z');
    expect(meaningOf(laid.map, 'z')).toBe('h');
    expect(meaningOf(laid.map, 'h')).toBeNull();
    expect(meaningOf(laid.map, 'x')).toBe('x');
  });

  test('laying it back leaves nothing behind', () => {
    expect(remap({ h: 'z' }, 'h', 'h')).toEqual({ map: {} });
  });

  test('two acts do not share a key, and the key that was left is free for another', () => {
    expect(remap({}, 'h', 'w')).toEqual({ because: '“W” already acts: waive the criterion that is open or focused.' });
    expect(remap({ w: 'z' }, 'h', 'w')).toEqual({ map: { w: 'z', h: 'w' } });
  });

  test.each([
    ['more than one sign', 'ab'],
    ['nothing', ''],
    ['a space', ' '],
    ['a figure, which opens a track', '3'],
  ])('%s is no key', (_, chosen) => {
    expect(remap({}, 'h', chosen)).toHaveProperty('because');
  });

  test('the first key of a way to a page moves all ways with it', () => {
    expect(keyFor({ g: 'q' }, 'g b')).toBe('q b');
  });

  test('what the browser kept is believed only as far as it is a map of keys', () => {
    expect(parseKeyMap('{"h":"z","w":7,"nothing":"q"}')).toEqual({ h: 'z' });
    expect(parseKeyMap('{"h":"w"}')).toEqual({});
    for (const broken of [null, '', '7', 'null', '{']) expect(parseKeyMap(broken)).toEqual({});
  });

  test('every key and every way is told in words, once', () => {
    expect(new Set(remappable.map(([key]) => key)).size).toBe(remappable.length);
    expect(new Set(ways.map(([key]) => key)).size).toBe(ways.length);
    for (const [key, words] of remappable) expect(sentenceOf(key)).toBe(words);
    expect(sentenceOf('g b')).toBe('bugs and triage');
    expect(sentenceOf('g z')).toBeNull();
  });
});
