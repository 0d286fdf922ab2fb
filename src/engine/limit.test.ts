import { describe, expect, test } from 'vitest';
import { Trouble } from '#ports/trouble.ts';
import { asTrouble, pauseMs, within } from './limit.ts';

describe('a call to a vendor', () => {
  test('that ignores its signal is given up in time, and may have happened', async () => {
    const call = within(20, 'the store', () => new Promise<never>(() => undefined));
    await expect(call).rejects.toMatchObject({
      name: 'Trouble',
      message: 'the store gave no answer within 0.02 s',
      mayHaveHappened: true,
      cure: 'again',
    });
  });

  test('that listens to its signal is told to end', async () => {
    let ended = false;
    const call = within(20, 'the store', (signal) => new Promise<never>(() => signal.addEventListener('abort', () => (ended = true))));
    await expect(call).rejects.toBeInstanceOf(Trouble);
    expect(ended).toBe(true);
  });

  test('that answers is left alone', async () => {
    expect(await within(1000, 'the store', async () => 'answer')).toBe('answer');
  });

  test('that fails in a way of its own counts as trouble that may pass', () => {
    expect(asTrouble(new TypeError('x is undefined'))).toMatchObject({ cure: 'again', mayHaveHappened: true, message: 'x is undefined' });
    const own = new Trouble('key expired', { cure: 'person' });
    expect(asTrouble(own)).toBe(own);
  });
});

describe('the pause before the next try', () => {
  test('doubles from about a second to five minutes', () => {
    const pauses = Array.from({ length: 14 }, (_, index) => pauseMs(index + 1, 'key'));
    for (const [index, pause] of pauses.entries()) {
      const middle = Math.min(300_000, 1000 * 2 ** index);
      expect(pause).toBeGreaterThanOrEqual(middle * 0.75);
      expect(pause).toBeLessThanOrEqual(Math.min(300_000, middle * 1.25));
    }
  });

  test('differs from action to action, and is the same when it is asked again', () => {
    const pauses = Array.from({ length: 50 }, (_, index) => pauseMs(3, `key-${index}`));
    expect(new Set(pauses).size).toBeGreaterThan(40);
    expect(pauseMs(3, 'key-7')).toBe(pauses[7]);
  });
});
