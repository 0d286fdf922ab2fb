import { describe, expect, test } from 'vitest';
import { sideBySide } from './order.ts';

type File = { name: string; seconds: number; hasBrowser: boolean };
const browser = (name: string, seconds: number): File => ({ name, seconds, hasBrowser: true });
const plain = (name: string, seconds: number): File => ({ name, seconds, hasBrowser: false });
const order = (...files: readonly File[]): string =>
  sideBySide(files, (file) => file)
    .map(({ name }) => name)
    .join(' ');

describe('the order of test files', () => {
  test('a file with a browser begins beside one without, and is followed by the next with a browser', () => {
    expect(order(plain('a', 10), plain('b', 20), browser('X', 40), browser('Y', 30), plain('c', 25), plain('d', 30))).toBe('X d c Y b a');
  });

  test('the longest begin first', () => {
    expect(order(plain('a', 1), plain('b', 3), plain('c', 2))).toBe('b c a');
  });

  test('those of one kind that are left are begun two at a time', () => {
    expect(order(browser('X', 1), browser('Y', 2), plain('a', 1))).toBe('Y a X');
    expect(order(browser('X', 1), browser('Y', 2))).toBe('Y X');
    expect(order()).toBe('');
  });
});
