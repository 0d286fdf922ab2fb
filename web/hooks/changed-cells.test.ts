import { expect, test } from 'vitest';
import type { Cell } from '#api/verdict.ts';
import { changedCells } from './changed-cells.ts';

const cell = (parts: Partial<Cell> = {}): Cell => ({ track: 'music/8.9.2/ios', instance: 'crash-rate', ...parts }) as Cell;
const before = [cell({ state: 'clear', headline: '0.27', readAt: '2024-10-01T12:00:00.000Z', range: [0.1, 0.3] })];

test('a source that was read again, with the same answer, changes no cell for the eye', () => {
  const again = cell({ state: 'clear', headline: '0.27', readAt: '2024-10-01T12:05:00.000Z', range: [0.1, 0.3] });
  expect(changedCells(before, [again])).toEqual([]);
});

test.each<[string, Partial<Cell>]>([
  ['another state', { state: 'stop' }],
  ['another value in words', { headline: '0.31' }],
  ['another range', { range: [0.2, 0.4] }],
])('%s changes a cell for the eye', (_, parts) => {
  expect(changedCells(before, [cell({ ...before[0], ...parts })])).toEqual(['music/8.9.2/ios crash-rate']);
});

test('a cell that was not there is a change', () => {
  expect(changedCells(before, [cell({ instance: 'hangs' })])).toEqual(['music/8.9.2/ios hangs']);
});
