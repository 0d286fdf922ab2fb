import { describe, expect, test } from 'vitest';
import { bodyOf, draftOf, missingIn, newRow, whatHappens, whatRemovalDoes } from './provider-model.ts';
import type { Draft, Provider } from './provider-model.ts';

const apps = new Map([['tunes', 'Tunes']]);
const old: Provider = {
  id: 'company',
  name: 'Company',
  issuer: 'https://id.example.com',
  clientId: 'signalbox',
  hasSecret: true,
  scopes: ['openid', 'profile', 'email'],
  domains: ['example.com'],
  grants: [{ app: 'tunes', roles: ['member'], teams: ['player', 'search'] }],
  linksAccounts: false,
  groups: { claim: 'realm.groups', grants: [{ group: 'managers', app: 'tunes', roles: ['release-manager'], teams: [] }] },
  from: 'settings',
  callback: 'https://signalbox.example.com/api/auth/callback/company',
};
const fresh: Draft = { ...draftOf(null), id: 'other', name: ' Other ', issuer: 'https://other.example.com', clientId: 'it', secret: 's' };

describe('the form of an identity provider', () => {
  test('sends what was there as it was, and not the secret, which it never had', () => {
    const { id: _id, hasSecret: _hasSecret, from: _from, callback: _callback, ...rest } = old;
    expect(bodyOf(draftOf(old))).toEqual(rest);
    expect(whatHappens(draftOf(old), old, apps)).toEqual(['Who comes in and what they may do stays as it is.']);
  });

  test('sends a new one with what was typed; a client without a secret says so', () => {
    expect(bodyOf({ ...fresh, domains: '@Example.com, example.org' })).toEqual({
      name: 'Other',
      issuer: 'https://other.example.com',
      clientId: 'it',
      clientSecret: 's',
      scopes: ['openid', 'profile', 'email'],
      domains: ['example.com', 'example.org'],
      grants: [],
      linksAccounts: false,
      groups: null,
    });
    expect(bodyOf({ ...fresh, isPublic: true }).clientSecret).toBeNull();
  });

  test.each<[Partial<Draft>, string | null]>([
    [{}, null],
    [{ id: 'No' }, 'The id is a word such as company'],
    [{ id: 'company' }, 'There is a provider with the id company already.'],
    [{ name: ' ' }, 'Say what the button calls it.'],
    [{ issuer: 'id.example.com' }, 'The issuer is an address such as https://id.example.com'],
    [{ issuer: 'http://id.example.com' }, 'The issuer is an address such as https://id.example.com'],
    [{ issuer: 'http://127.0.0.1:9000' }, null],
    [{ clientId: '' }, 'The client id is needed'],
    [{ secret: '' }, 'The client secret is needed'],
    [{ secret: '', isPublic: true }, null],
    [{ domains: 'example' }, 'example is not a domain such as example.com.'],
    [{ grants: [newRow([])] }, 'Choose a role for each app'],
    [{ groups: [newRow([])] }, 'Each group has a name'],
    [{ groups: [{ ...newRow([]), group: 'all' }] }, 'Choose a role for the group all'],
    [{ groups: [{ ...newRow([]), group: 'all', roles: ['viewer'] }], claim: '' }, 'Say which claim has the groups.'],
  ])('says what is missing: %j', (part, says) => {
    expect(missingIn({ ...fresh, ...part }, null, ['company'])?.slice(0, says?.length) ?? null).toBe(says);
  });

  test('lets the secret stay, but not for another issuer', () => {
    expect(missingIn(draftOf(old), old, ['company'])).toBeNull();
    expect(missingIn({ ...draftOf(old), issuer: 'https://new.example.com' }, old, ['company'])).toContain('needs its own client secret');
  });

  test('tells what a new one does: the button, and who comes in', () => {
    expect(whatHappens(fresh, null, apps)).toEqual([
      '“Sign in with Other” stands on the page where people sign in, at once.',
      'Only those who were invited come in.',
    ]);
  });

  test('tells what a change does to people, and what stays', () => {
    const draft = { ...draftOf(old), issuer: 'https://new.example.com', domains: 'example.org', linksAccounts: true, groups: [] };
    expect(whatHappens(draft, old, apps)).toEqual([
      expect.stringMatching(/^The new issuer says who is who/),
      'Who has a verified e-mail of example.org comes in without an invitation, as member of a team in Tunes, for player, search.',
      'Who came in by example.com keeps the account and its roles.',
      'Who has a verified e-mail there takes over the account of that e-mail here, with all its roles.',
      'Roles that groups gave stay as they are; people change them from now on.',
      'Sessions that are open stay.',
    ]);
  });
});

describe('taking a provider out', () => {
  const someone = (id: string, ...signsInBy: string[]) => ({ id, name: id.toUpperCase(), deactivated: null, signsInBy });
  const people = [
    someone('a', 'company'),
    someone('b', 'company', 'password'),
    someone('c', 'company', 'other'),
    someone('d', 'company', 'gone'),
  ];

  test('tells who could not come back', () => {
    const told = whatRemovalDoes(old, { people, isAll: true, others: ['other'], me: 'd' });
    expect(told.slice(1)).toEqual([
      '2 people sign in by nothing else and need a new password: A, D.',
      'You are one of them: make yourself a new password first, or you cannot come back.',
    ]);
  });

  test('does not say nobody where not all people were read', () => {
    expect(whatRemovalDoes(old, { people: people.slice(1, 2), isAll: false, others: [], me: 'b' })[1]).toBe(
      'Nobody of the people that were read signs in by it alone.',
    );
  });
});
