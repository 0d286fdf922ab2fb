import { expect, test } from 'vitest';
import { askedOf, faultOf, isShare } from './plan-model.ts';

const empty = { percent: '', days: '', limit: '', people: '', hours: '' };

test('what is left empty is not asked for, and numbers are read as people write them', () => {
  expect(askedOf(empty)).toEqual({});
  expect(faultOf(empty, 'h')).toBeNull();
  const written = { percent: '1', days: '5', limit: '2', people: '10 000', hours: '0,5' };
  expect(faultOf(written, 'h')).toBeNull();
  expect(askedOf(written)).toEqual({ percent: 1, days: 5, limit: 2, dailyUsers: 10_000, hoursPerUser: 0.5 });
  expect(askedOf({ ...empty, people: '6,000,000' })).toEqual({ dailyUsers: 6_000_000 });
});

test('a share of which nothing can be told is none that is asked for', () => {
  expect([0.0001, 1, 100].map(isShare)).toEqual([true, true, true]);
  expect([0, -1, 0.00005, 100.5, Number.NaN].map(isShare)).toEqual([false, false, false, false, false]);
});

test('what cannot be is named with what would be right', () => {
  expect(faultOf({ ...empty, percent: '101' }, 'h')).toBe('The share: a number above 0, at most 100.');
  expect(faultOf({ ...empty, limit: 'low' }, 'h')).toBe('The limit: a number above 0, at most 1,000,000.');
  expect(faultOf({ ...empty, people: '10' }, 'h')).toBe('People a day and what each has are said together.');
  const many = { ...empty, people: '10', hours: '30' };
  expect(faultOf(many, 'h')).toBe('Hours of each: a number above 0, at most 24.');
  expect(faultOf(many, 'sessions')).toBeNull();
});
