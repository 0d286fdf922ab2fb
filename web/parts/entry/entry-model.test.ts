import { expect, test } from 'vitest';
import { faultsOf } from './entry-model.ts';

const whole = { name: 'Maja Lind', email: 'maja@example.com', password: 'correct horse battery' };

test('an entry that is whole has no fault', () => {
  expect(faultsOf(whole, { name: '', email: '' })).toEqual({});
});

test('each fault is told, and only of what was asked for', () => {
  const empty = { name: ' ', email: 'maja', password: 'short' };
  expect(faultsOf(empty, { name: '', email: '' })).toEqual({
    name: 'Say your name: it stands beside what you decide.',
    email: 'An e-mail address looks like you@example.com.',
    password: 'The password has 5 characters; it needs at least 15.',
  });
  expect(Object.keys(faultsOf(empty, {}))).toEqual(['password']);
});
