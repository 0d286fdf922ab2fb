import { describe, expect, test } from 'vitest';
import type { Cell } from '#api/verdict.ts';
import { gatesOf, timeInWords } from './gates-model.ts';

const cell = (instance: string, parts: Partial<Cell> = {}): Cell =>
  ({
    instance,
    kind: instance,
    title: instance,
    state: 'clear',
    headline: '',
    clause: '',
    passes: true,
    setUp: true,
    informing: false,
    neededNow: true,
    gates: ['100%'],
    holds: null,
    dueAt: null,
    waiver: null,
    ...parts,
  }) as unknown as Cell;
const waiting: Partial<Cell> = { state: 'caution', passes: false, holds: '100%' };
const track = { next: '100%', rollout: [1, 100], passing: 1, needed: 2 } as const;
const row = (title: string, ...instances: string[]) => ({ title, instances, sources: [] });
const rows = [row('Soak', 'soaked'), row('ANRs, CPU, hangs', 'anr', 'cpu'), row('Crash rate', 'crashes')];
const soak = cell('soaked', {
  ...waiting,
  title: 'Soak',
  headline: '6 h of 24 h',
  clause: 'Has passed at Wed 08:05',
  dueAt: '2024-10-02T06:05:00.000Z',
});
const first = (cells: readonly Cell[]) => gatesOf({ ...track, rollout: [...track.rollout] }, cells, rows)[0];

describe('the gate list of a track', () => {
  test('tells what only time turns green as a time, and neither counts nor tints it', () => {
    const gate = first([soak, cell('anr', { ...waiting, title: 'ANRs' }), cell('crashes')]);
    expect(gate?.holding.map(({ title }) => title)).toEqual(['ANRs']);
    expect(gate?.others.map(({ title }) => title)).toEqual(['Crash rate']);
    expect(gate?.ofTime).toEqual([soak]);
    expect([gate?.passing, gate?.counted]).toEqual([1, 2]);
  });

  test('holds for a soak that has not begun, for which no moment is known', () => {
    const gate = first([{ ...soak, dueAt: null }]);
    expect(gate?.holding.map(({ title }) => title)).toEqual(['Soak']);
    expect(gate?.ofTime).toEqual([]);
  });

  test('counts no time before a later step either', () => {
    const later = [cell('soaked', { neededNow: false, gates: ['100%'] }), cell('anr', { neededNow: false, gates: ['100%'] })];
    const gates = gatesOf({ ...track, next: 'submit', rollout: [1, 100] }, later, rows);
    expect(gates.find(({ isNext }) => !isNext)).toMatchObject({ passing: 1, counted: 1 });
  });

  test('calls a row by the one criterion in it that needs something, and by its own title when several do', () => {
    const anr = cell('anr', { ...waiting, title: 'ANRs' });
    expect(first([anr, cell('cpu')])?.holding[0]?.title).toBe('ANRs');
    expect(first([anr, cell('cpu', { ...waiting, title: 'CPU' })])?.holding[0]?.title).toBe('ANRs, CPU, hangs');
    expect(first([cell('anr'), cell('cpu')])?.others[0]?.title).toBe('ANRs, CPU, hangs');
  });

  test('puts what is only shown behind what counts', () => {
    const gate = first([cell('anr', { informing: true }), cell('crashes')]);
    expect(gate?.others.map(({ title, counts }) => [title, counts])).toEqual([
      ['Crash rate', true],
      ['ANRs, CPU, hangs', false],
    ]);
  });
});

test('a criterion of time says when it ends, and what it came to when it has', () => {
  expect(timeInWords(soak)).toBe('has passed at Wed 08:05');
  expect(timeInWords({ ...soak, passes: true, headline: '24 h soaked' })).toBe('24 h soaked');
  expect(timeInWords({ kind: 'window-open', passes: false, headline: 'Opens Mon 09:00', clause: 'Closed on Sunday' })).toBe(
    'opens Mon 09:00',
  );
});
