/** The form of an identity provider: what it begins with, what is missing, what is sent, and what will happen. */
import type { Role } from '#domain/roles.ts';
import type { settings } from '../../api/settings-client.ts';
import { grantInWords, teamsIn } from '../../parts/settings/grants.ts';

export type Provider = Awaited<ReturnType<typeof settings.listProviders>>['items'][number];
export type Body = Parameters<typeof settings.setProvider>[0]['body'];

/** Roles in one app; `key` tells rows apart while they are filled in, `group` is the provider's own name of a group, and empty where a domain gives them. */
export type Row = { key: number; group: string; app: string; roles: readonly Role[]; teams: string };

/** The form as it is filled in: texts as they were typed. */
export type Draft = {
  id: string;
  name: string;
  issuer: string;
  clientId: string;
  /** Never what is stored: empty, it stays. */
  secret: string;
  /** The provider knows this client without a secret. */
  isPublic: boolean;
  scopes: string;
  domains: string;
  grants: readonly Row[];
  linksAccounts: boolean;
  claim: string;
  groups: readonly Row[];
};

const SCOPES = 'openid profile email';

export function draftOf(provider: Provider | null): Draft {
  if (provider === null)
    return {
      id: '',
      name: '',
      issuer: '',
      clientId: '',
      secret: '',
      isPublic: false,
      scopes: SCOPES,
      domains: '',
      grants: [],
      linksAccounts: false,
      claim: 'groups',
      groups: [],
    };
  const { id, name, issuer, clientId, hasSecret, scopes, domains, grants, linksAccounts, groups } = provider;
  return {
    id,
    name,
    issuer,
    clientId,
    secret: '',
    isPublic: !hasSecret,
    scopes: scopes.join(' '),
    domains: domains.join(', '),
    grants: grants.map((grant, key) => ({ ...grant, key, group: '', teams: grant.teams.join(', ') })),
    linksAccounts,
    claim: groups?.claim ?? 'groups',
    groups: groups?.grants.map((grant, key) => ({ ...grant, key, teams: grant.teams.join(', ') })) ?? [],
  };
}

/** One more row, which gives nothing yet. */
export function newRow(rows: readonly Row[]): Row {
  return { key: Math.max(-1, ...rows.map(({ key }) => key)) + 1, group: '', app: '*', roles: [], teams: '' };
}

const domainsIn = (text: string): string[] => teamsIn(text.toLowerCase()).map((domain) => domain.replace(/^@/, ''));

/** `example.com`, as the API takes one. */
const isDomain = (text: string): boolean => /^[a-z0-9.-]+\.[a-z]{2,}$/.test(text);

/** Why an issuer cannot be one; null: it may. Whether it is one, the provider says when it is asked. */
function wrongIssuer(text: string): string | null {
  const right = 'The issuer is an address such as https://id.example.com; plain http only on this machine.';
  if (!URL.canParse(text)) return right;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname)) ? null : right;
}

/** What is missing before it can be sent; null: nothing. */
export function missingIn(draft: Draft, before: Provider | null, taken: readonly string[]): string | null {
  const { id, name, issuer, clientId, secret, isPublic } = draft;
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(id))
    return 'The id is a word such as company: a small letter, then up to 39 small letters, digits and dashes.';
  if (before === null && taken.includes(id)) return `There is a provider with the id ${id} already.`;
  if (name.trim() === '') return 'Say what the button calls it.';
  const wrong = wrongIssuer(issuer.trim());
  if (wrong !== null) return wrong;
  if (clientId.trim() === '') return 'The client id is needed: the provider gives it.';
  if (!isPublic && secret === '' && before?.hasSecret !== true)
    return 'The client secret is needed; or say that the provider knows this client without one.';
  // another issuer is another provider: the old one's secret is not handed to it
  if (!isPublic && secret === '' && before !== null && before.issuer !== issuer.trim())
    return 'Another issuer needs its own client secret; the old one is not sent to it.';
  const odd = domainsIn(draft.domains).find((domain) => !isDomain(domain));
  if (odd !== undefined) return `${odd} is not a domain such as example.com.`;
  if (draft.grants.some(({ roles }) => roles.length === 0)) return 'Choose a role for each app that a domain gives, or take the app out.';
  if (new Set(draft.grants.map(({ app }) => app)).size < draft.grants.length) return 'An app stands twice in what a domain gives.';
  if (draft.groups.length > 0 && draft.claim.trim() === '') return 'Say which claim has the groups.';
  if (draft.groups.some(({ group }) => group.trim() === '')) return 'Each group has a name, as the provider has it.';
  const bare = draft.groups.find(({ roles }) => roles.length === 0);
  return bare === undefined ? null : `Choose a role for the group ${bare.group.trim()}, or take it out.`;
}

const grantOf = ({ app, roles, teams }: Row) => ({ app, roles: [...roles], teams: teamsIn(teams) });

/** As the API takes it: a secret that was not typed is left out, and stays. */
export function bodyOf(draft: Draft): Body {
  const { name, issuer, clientId, secret, isPublic, scopes, domains, grants, linksAccounts, claim, groups } = draft;
  return {
    name: name.trim(),
    issuer: issuer.trim(),
    clientId: clientId.trim(),
    ...(isPublic ? { clientSecret: null } : secret === '' ? {} : { clientSecret: secret }),
    scopes: teamsIn(scopes),
    domains: domainsIn(domains),
    grants: grants.map(grantOf),
    linksAccounts,
    groups:
      groups.length === 0 ? null : { claim: claim.trim(), grants: groups.map((row) => ({ ...grantOf(row), group: row.group.trim() })) },
  };
}

/** What saving does to people, in sentences: what begins, what becomes otherwise, what is left as it is. */
export function whatHappens(draft: Draft, before: Provider | null, apps: ReadonlyMap<string, string>): readonly string[] {
  const body = bodyOf(draft);
  const button = `“Sign in with ${body.name}”`;
  const { domains = [], grants = [], groups = null } = body;
  // both as the form sends them: fields in the same order
  const was = bodyOf(draftOf(before));
  const wereDomains = was.domains ?? [];
  const isOther = (one: unknown, other: unknown): boolean => JSON.stringify(one) !== JSON.stringify(other);
  const gone = wereDomains.filter((domain) => !domains.includes(domain));
  const as = grants.length === 0 ? 'without a role' : `as ${grants.map((grant) => grantInWords({ teams: [], ...grant }, apps)).join('; ')}`;
  const named = [...new Set(groups?.grants.map(({ app }) => (app === '*' ? 'all apps' : (apps.get(app) ?? app))))].join(', ');
  const told: readonly (string | false)[] = [
    before === null && `${button} stands on the page where people sign in, at once.`,
    before !== null && before.name !== body.name && `The button says ${button} from now on.`,
    before !== null &&
      was.issuer !== body.issuer &&
      'The new issuer says who is who. Once somebody has come in by this provider that is refused, for their accounts are known by the old issuer: add it as another provider.',
    (before === null || isOther(domains, was.domains) || isOther(grants, was.grants)) &&
      (domains.length === 0
        ? 'Only those who were invited come in.'
        : `Who has a verified e-mail of ${domains.join(', ')} comes in without an invitation, ${as}.`),
    gone.length > 0 && `Who came in by ${gone.join(', ')} keeps the account and its roles.`,
    body.linksAccounts === true &&
      was.linksAccounts !== true &&
      'Who has a verified e-mail there takes over the account of that e-mail here, with all its roles.',
    body.linksAccounts !== true && was.linksAccounts === true && 'Accounts that were taken over stay so; no other is.',
    groups !== null &&
      isOther(groups, was.groups) &&
      `At each sign-in the roles in ${named} become what the groups say: others that people hold there are taken from them.`,
    groups === null && (before?.groups ?? null) !== null && 'Roles that groups gave stay as they are; people change them from now on.',
  ];
  const sentences = told.filter((sentence) => sentence !== false);
  if (before === null) return sentences;
  return sentences.length === 0 ? ['Who comes in and what they may do stays as it is.'] : [...sentences, 'Sessions that are open stay.'];
}

type Someone = { id: string; name: string; deactivated: unknown; signsInBy: readonly string[] };

const NAMED = 5;

/** What taking a provider out does, in sentences. `others`: the ids of the providers that stay; `isAll`: whether these are all the people. */
export function whatRemovalDoes(
  { id, name }: Pick<Provider, 'id' | 'name'>,
  { people, isAll, others, me }: { people: readonly Someone[]; isAll: boolean; others: readonly string[]; me: string | undefined },
): readonly string[] {
  const stay = new Set(['password', ...others]);
  const stranded = people.filter(
    ({ deactivated, signsInBy }) => deactivated === null && signsInBy.includes(id) && !signsInBy.some((way) => stay.has(way)),
  );
  const names = stranded.slice(0, NAMED).map((each) => each.name);
  const more = stranded.length - names.length;
  return [
    `“Sign in with ${name}” is gone from the page where people sign in, at once. Accounts and roles stay, and sessions that are open until they end.`,
    stranded.length === 0
      ? `Nobody${isAll ? '' : ' of the people that were read'} signs in by it alone.`
      : `${isAll ? '' : 'At least '}${stranded.length} ${stranded.length === 1 ? 'person signs' : 'people sign'} in by nothing else and ${stranded.length === 1 ? 'needs' : 'need'} a new password: ${names.join(', ')}${more === 0 ? '' : ` and ${more} more`}.`,
    ...(stranded.some((each) => each.id === me)
      ? ['You are one of them: make yourself a new password first, or you cannot come back.']
      : []),
  ];
}
