import { expect, test } from 'vitest';
import { delayed } from './delay.ts';

test('what is ahead in a plan moves by the same time; what has passed and what was never planned stays', () => {
  const planned = {
    branch: '2024-10-01T07:00:00.000Z',
    candidate: null,
    submit: '2024-10-04T15:00:00.000Z',
    start: null,
    finish: '2024-10-06T07:00:00.000Z',
  };
  expect(delayed(planned, 2 * 3_600_000, '2024-10-02T00:00:00.000Z')).toEqual({
    submit: '2024-10-04T17:00:00.000Z',
    finish: '2024-10-06T09:00:00.000Z',
  });
});
