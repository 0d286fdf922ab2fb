import { describe, expect, test } from 'vitest';
import { admission, grantsByGroups, groupsIn } from './admission.ts';

const user = { id: null, email: 'ada@example.com', emailVerified: true };
const rules = { domains: ['example.com'], linksAccounts: false };
const nothing = { invited: false, deactivated: false };

describe('who comes by an identity provider', () => {
  test('comes in by a domain that is named, or by an invitation, and not else', () => {
    expect(admission({ action: 'create-user', user }, rules, nothing)).toBeNull();
    expect(admission({ action: 'create-user', user }, { ...rules, domains: [] }, nothing)).toBe('not-invited');
    expect(admission({ action: 'create-user', user }, { ...rules, domains: [] }, { ...nothing, invited: true })).toBeNull();
    expect(admission({ action: 'create-user', user: { ...user, email: 'ada@example.com.evil.org' } }, rules, nothing)).toBe('not-invited');
    expect(admission({ action: 'create-user', user: { ...user, email: 'example.com@evil.org' } }, rules, nothing)).toBe('not-invited');
  });

  test('does not come in with an e-mail that nobody proved, whatever is named', () => {
    const unproved = { ...user, emailVerified: false };
    expect(admission({ action: 'create-user', user: unproved }, rules, { ...nothing, invited: true })).toBe('email-not-verified');
    expect(admission({ action: 'link-account', user: unproved }, { ...rules, linksAccounts: true }, nothing)).toBe('email-not-verified');
    expect(admission({ action: 'create-user', user: { ...user, email: null } }, rules, nothing)).toBe('no-email');
  });

  test('takes over no account that is there, unless an admin said so of this provider', () => {
    expect(admission({ action: 'link-account', user }, rules, nothing)).toBe('account-exists');
    expect(admission({ action: 'link-account', user }, rules, { ...nothing, invited: true })).toBe('account-exists');
    expect(admission({ action: 'link-account', user }, { ...rules, linksAccounts: true }, nothing)).toBeNull();
  });

  test('stays out when an admin put them out', () => {
    for (const action of ['create-user', 'link-account', 'sign-in'] as const)
      expect(admission({ action, user }, { ...rules, linksAccounts: true }, { invited: true, deactivated: true })).toBe('deactivated');
    expect(admission({ action: 'sign-in', user }, rules, nothing)).toBeNull();
  });
});

describe('roles by groups', () => {
  const mapping = {
    claim: 'groups',
    grants: [
      { group: 'releases', app: 'music', roles: ['release-manager' as const], teams: [] },
      { group: 'players', app: 'music', roles: ['member' as const], teams: ['player'] },
      { group: 'admins', app: '*', roles: ['admin' as const], teams: [] },
    ],
  };

  test('become what the groups say in every app that is named, and nothing in those where no group is held', () => {
    expect(grantsByGroups(mapping, { groups: ['releases', 'players', 'others'] })).toEqual([
      { app: 'music', roles: ['release-manager', 'member'], teams: ['player'] },
      { app: '*', roles: [], teams: [] },
    ]);
  });

  test('are none when the claim is not there, or is no list of texts', () => {
    for (const claims of [{}, { groups: 7 }, { groups: [7, null] }, { groups: { a: 'admins' } }])
      expect(grantsByGroups(mapping, claims).flatMap(({ roles }) => roles)).toEqual([]);
    expect(groupsIn({ realm: { groups: ['a'] } }, 'realm.groups')).toEqual(['a']);
    expect(groupsIn({ groups: 'a' }, 'groups')).toEqual(['a']);
    expect(groupsIn({}, '__proto__.constructor')).toEqual([]);
  });
});
