/**
 * Who may come in by an identity provider, and what they get. Pure: what was read goes in, the answer comes out.
 *
 * - Whoever signed in by it before comes in, unless they are out.
 * - Someone new comes in by an invitation to their verified e-mail, or by a domain that the provider's settings name.
 * - An account that is there already is taken over by its verified e-mail only where an admin said so in the provider's settings.
 */
import type { Granted } from '#domain/people/events.ts';
import type { Role } from '#domain/roles.ts';
import type { Arrival } from './accounts.ts';
import type { ProviderSettings } from './providers.ts';

/** Why somebody who is who they say may not come in. The page that they come back to has a sentence for each. */
export const admissionRefusals = ['no-email', 'email-not-verified', 'not-invited', 'account-exists', 'deactivated'] as const;
export type AdmissionRefusal = (typeof admissionRefusals)[number];

/** What is known here of the e-mail with which somebody arrives. */
export type KnownHere = { invited: boolean; deactivated: boolean };

type Rules = Pick<ProviderSettings, 'domains' | 'linksAccounts'>;

export function admission({ action, user }: Pick<Arrival, 'action' | 'user'>, rules: Rules, known: KnownHere): AdmissionRefusal | null {
  if (known.deactivated) return 'deactivated';
  if (action === 'sign-in') return null;
  if (user.email === null || user.email === '') return 'no-email';
  // an address that nobody proved is anybody's
  if (!user.emailVerified) return 'email-not-verified';
  if (action === 'link-account') return rules.linksAccounts ? null : 'account-exists';
  return known.invited || rules.domains.includes(domainOf(user.email)) ? null : 'not-invited';
}

function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1).toLowerCase();
}

/** The groups of somebody by a claim: a list of texts, or one text; anything else is none. A dot in the name goes into a claim: `realm.groups`. */
export function groupsIn(claims: Readonly<Record<string, unknown>>, claim: string): readonly string[] {
  const found = Object.hasOwn(claims, claim)
    ? claims[claim]
    : claim
        .split('.')
        .reduce<unknown>(
          (at, part) =>
            typeof at === 'object' && at !== null && Object.hasOwn(at, part) ? (at as Record<string, unknown>)[part] : undefined,
          claims,
        );
  if (typeof found === 'string') return [found];
  return Array.isArray(found) ? found.filter((each): each is string => typeof each === 'string') : [];
}

/** What the groups of somebody make of their roles, in each app that the mapping names: none where no group of theirs is named for it. */
export function grantsByGroups(mapping: NonNullable<ProviderSettings['groups']>, claims: Readonly<Record<string, unknown>>): Granted[] {
  const groups = new Set(groupsIn(claims, mapping.claim));
  const apps = [...new Set(mapping.grants.map(({ app }) => app))];
  return apps.map((app) => {
    const held = mapping.grants.filter((each) => each.app === app && groups.has(each.group));
    return { app, roles: [...new Set<Role>(held.flatMap(({ roles }) => roles))], teams: [...new Set(held.flatMap(({ teams }) => teams))] };
  });
}
