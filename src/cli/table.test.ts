import { describe, expect, test } from 'vitest';
import { paintFor, plain, tableLines } from './table.ts';

describe('what is printed', () => {
  test('has colour on a terminal only, and never with NO_COLOR', () => {
    const red = (isTty: boolean, environment: Record<string, string>): string => paintFor({ isTty, environment }).red('stop');
    expect(red(true, {})).toBe('\u001b[31mstop\u001b[39m');
    expect(red(false, {})).toBe('stop');
    expect(red(true, { NO_COLOR: '1' })).toBe('stop');
    expect(red(true, { TERM: 'dumb' })).toBe('stop');
  });

  test('stands in columns, colours or not', () => {
    const paint = paintFor({ isTty: true, environment: {} });
    const lines = tableLines(
      ['A', 'B'],
      [
        [paint.red('long word'), 'x'],
        ['short', 'y'],
      ],
      paint,
    );
    expect(lines[2]).toBe('short      y');
  });

  test('cannot move the cursor with words that came from elsewhere', () => {
    expect(plain('a title\u001b[2J\u0007 with\ncontrol')).toBe('a title  with control');
  });
});
