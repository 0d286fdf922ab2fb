/** What is wrong with what somebody who comes in has typed. What is wrong beyond that, the server says. */
import { passwordLeast, passwordLength } from '#domain/people/password.ts';

export type Entry = { name: string; email: string; password: string };

export function faultsOf(entry: Entry, asks: { name?: string; email?: string }): Partial<Record<keyof Entry, string>> {
  const length = passwordLength(entry.password);
  return {
    ...(asks.name !== undefined && entry.name.trim() === '' ? { name: 'Say your name: it stands beside what you decide.' } : {}),
    ...(asks.email !== undefined && !/^\S+@\S+\.\S+$/.test(entry.email) ? { email: 'An e-mail address looks like you@example.com.' } : {}),
    ...(length < passwordLeast ? { password: `The password has ${length} characters; it needs at least ${passwordLeast}.` } : {}),
  };
}
