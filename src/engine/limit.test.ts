import { describe, expect, test } from 'vitest';
import { Trouble } from '#ports/trouble.ts';
import { asTrouble, fenced, pauseMs, within } from './limit.ts';

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

  test('that is broken off by something else says by what, and may have happened', async () => {
    const ending = new AbortController();
    const call = within(60_000, 'the store', () => new Promise<never>(() => undefined), { signal: ending.signal });
    ending.abort('a halt waits');
    await expect(call).rejects.toMatchObject({ message: 'the call to the store was broken off: a halt waits', mayHaveHappened: true });
  });

  test('sends nothing more once its time is over, or its lane is another’s', async () => {
    const sent: string[] = [];
    const send = (async (input) => {
      sent.push(typeof input === 'string' ? input : 'elsewhere');
      return new Response('');
    }) as typeof fetch;
    const { promise: stopped, resolve: goOn } = Promise.withResolvers<void>();
    const late = within(20, 'the store', async (signal) => {
      await stopped;
      await fenced(send, signal)('http://127.0.0.1/late');
    });
    await expect(late).rejects.toBeInstanceOf(Trouble);
    goOn();
    const signal = new AbortController().signal;
    const lost = within(60_000, 'the store', (own) => fenced(send, own)('http://127.0.0.1/lost'), { signal, mayGoOn: async () => false });
    await expect(lost).rejects.toThrow('the time of this call was over');
    await within(60_000, 'the store', (own) => fenced(send, own)('http://127.0.0.1/mine'), { signal, mayGoOn: async () => true });
    expect(sent).toEqual(['http://127.0.0.1/mine']);
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
