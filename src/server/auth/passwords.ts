/** What passwords must be, against the list of those that were found in breaches, which comes with the program and is read the first time it is needed. */
import { passwordFault } from '#domain/people/password.ts';
import type { IsKnown, PasswordOwner } from '#domain/people/password.ts';
import { ProblemAnswer } from '../errors.ts';
import { problemOf } from '#api/problem.ts';

let reading: Promise<IsKnown> | null = null;

/** The list: 49,000 passwords that were found most, from `@zxcvbn-ts/language-common` (MIT). */
export function knownPasswords(): Promise<IsKnown> {
  reading ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => {
    const words = new Set(dictionary['passwords-common'].map(String));
    return (word) => words.has(word);
  });
  return reading;
}

/** Refuses a password that is none to be taken; `path` is its place in the request. */
export async function requireGoodPassword(password: string, owner: PasswordOwner, path: string): Promise<void> {
  const fault = passwordFault(password, owner, await knownPasswords());
  if (fault === null) return;
  throw new ProblemAnswer(
    problemOf('invalid-input', fault.because, fault.wouldBeRight, {
      errors: [{ path, detail: fault.because, right: fault.wouldBeRight }],
    }),
  );
}
