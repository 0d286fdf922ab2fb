import { describe, expect, test } from 'vitest';
import { linesSince, madeStale } from './made-stale.ts';

const line = (seq: number, is: string) => ({ id: `music#${seq}`, is });

describe('entries of the journal', () => {
  test('that have come since are told apart from those that were there, the newest first', () => {
    const before = [line(2, 'cut'), line(1, 'born')];
    expect(linesSince(before, before)).toEqual([]);
    expect(linesSince(before, [line(4, 'rota-set'), line(3, 'halted'), ...before])).toEqual([line(4, 'rota-set'), line(3, 'halted')]);
    expect(linesSince([], before)).toEqual(before);
  });

  test('may be missing where none that was there is left', () => {
    expect(linesSince([line(2, 'cut')], [line(90, 'cut')])).toBeNull();
  });
});

describe('what is set up', () => {
  test('is not read again for what tracks do', () => {
    const happened = ['verdict-changed', 'action-ordered', 'action-ended', 'held', 'percent-observed', 'bug-decided'];
    expect([...madeStale(happened.map((is, seq) => line(seq, is)))]).toEqual(['notices', 'notifications']);
    expect(madeStale([]).size).toBe(0);
  });

  test('is read again by what it is made of: a policy makes teams and rules of health stale, a rota who is on call and no policy', () => {
    expect([...madeStale([line(1, 'policy-saved')])]).toEqual(expect.arrayContaining(['policy', 'policy-teams', 'health-rules']));
    const byRota = madeStale([line(1, 'rota-set')]);
    expect([byRota.has('rotas'), byRota.has('policy-teams'), byRota.has('policy')]).toEqual([true, true, false]);
    expect(madeStale([line(1, 'connected')]).has('connections')).toBe(true);
  });

  test('is all read again where an entry may be missing, or a backup was put back', () => {
    for (const lines of [null, [line(1, 'restored')]])
      expect([...madeStale(lines)]).toEqual(expect.arrayContaining(['policy', 'rotas', 'connections', 'notices', 'apps']));
  });
});
