import { describe, expect, test } from 'vitest';
import { passwordFault, passwordLength, passwordLeast, passwordMost } from './password.ts';

const owner = { name: 'Grace Hopper', email: 'grace.hopper@example.com' };
const known = new Set(['password', 'qwertyuiop12345', 'dragon']);
const fault = (password: string) => passwordFault(password, owner, (word) => known.has(word))?.because ?? null;

describe('a password', () => {
  test.each([
    'correct horse battery staple',
    'a long enough password',
    'ni hao, ni hao ma, 你好',
    '000 days without a crash',
    'x'.repeat(10) + ' and some other words',
  ])('is taken when it is long and nobody’s first guess: %s', (password) => expect(fault(password)).toBeNull());

  test.each([
    ['short', 'the password has 5 characters; it needs at least 15'],
    ['', 'the password has 0 characters'],
    ['fourteen chars', 'the password has 14 characters'],
    ['y'.repeat(257), 'at most 256 are taken'],
    ['aaaaaaaaaaaaaaaaaaaa', 'a few characters over and over'],
    ['abcabcabcabcabca', 'a few characters over and over'],
    ['abcdefghijklmnop', 'a run of neighbouring characters'],
    ['9876543210987654', 'a run of neighbouring characters'],
    ['qwertyuiop12345', 'found in breaches'],
    ['QwertyUiop12345', 'found in breaches'],
    ['!!Password1234!!', 'found in breaches'],
    ['passwordpassword', 'found in breaches'],
    ['dragondragondragon', 'found in breaches'],
    ['grace.hopper2024', 'little more than "grace.hopper"'],
    ['GraceHopper!!1906', 'little more than "gracehopper"'],
    ['signalbox-signalbox', 'little more than "signalbox"'],
  ])('is refused, and told why: %s', (password, because) => expect(fault(password)).toContain(because));

  test('is counted in characters, however they are stored', () => {
    expect(passwordLength('😀'.repeat(15))).toBe(15);
    expect(passwordLength('e\u0301')).toBe(1);
    expect(passwordMost).toBeGreaterThanOrEqual(128);
    expect(passwordLeast).toBe(15);
  });
});
