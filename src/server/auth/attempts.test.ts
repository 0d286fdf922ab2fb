import { describe, expect, test } from 'vitest';
import { countAttempts } from './attempts.ts';

describe('tries of one name', () => {
  const counted = () => {
    let nowMs = 0;
    const attempts = countAttempts({ most: 3, withinSeconds: 60, nowMs: () => nowMs });
    return { attempts, pass: (seconds: number) => void (nowMs += seconds * 1000) };
  };

  test('are allowed so many times, and then are told how long to wait', () => {
    const { attempts, pass } = counted();
    const tries = [1, 2, 3, 4].map(() => attempts.mayTry('ada@example.com'));
    expect(tries.map(({ ok }) => ok)).toEqual([true, true, true, false]);
    expect(tries.at(-1)).toEqual({ ok: false, afterSeconds: 60 });
    pass(45.2);
    expect(attempts.mayTry('ada@example.com')).toEqual({ ok: false, afterSeconds: 15 });
  });

  test('wait no longer for trying while they wait, and begin anew when the span is over', () => {
    const { attempts, pass } = counted();
    for (let count = 0; count < 50; count++) attempts.mayTry('ada@example.com');
    pass(60);
    expect([1, 2, 3, 4].map(() => attempts.mayTry('ada@example.com').ok)).toEqual([true, true, true, false]);
  });

  test('take nothing from another name, and are forgotten when one came in', () => {
    const { attempts } = counted();
    for (let count = 0; count < 4; count++) attempts.mayTry('ada@example.com');
    expect(attempts.mayTry('bo@example.com')).toEqual({ ok: true });
    attempts.forget('ada@example.com');
    expect(attempts.mayTry('ada@example.com')).toEqual({ ok: true });
  });

  test('of more names than are kept are still counted for each', () => {
    const { attempts, pass } = counted();
    for (let name = 0; name < 10_001; name++) attempts.mayTry(`old ${name}`);
    pass(61);
    for (let count = 0; count < 4; count++) attempts.mayTry('ada@example.com');
    expect(attempts.mayTry('ada@example.com').ok).toBe(false);
  });
});
