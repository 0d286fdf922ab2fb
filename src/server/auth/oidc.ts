/**
 * Signing in by an identity provider (OpenID Connect): better-auth's own flow, which sends a state and a challenge (PKCE), checks the state on the way back, and
 * verifies the id token's signature, issuer, audience, nonce and times. Here: which providers there are, who may come in, and what they get.
 */
import type { GenericOAuthConfig } from 'better-auth/plugins';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { writeInstance } from '#db/instance-journal.ts';
import type { InstanceEvent } from '#domain/people/events.ts';
import { fetchingBy } from '#lib/fetching.ts';
import type { Log } from '#lib/log.ts';
import { OutOfReach } from '#lib/reach.ts';
import type { Reach } from '#lib/reach.ts';
import { admission, grantsByGroups } from './admission.ts';
import { CALLBACK_PATH } from './accounts.ts';
import type { Accounts, Arrival } from './accounts.ts';
import { invitationFor, spendLink } from './links.ts';
import { inTransaction, keepingAnAdmin, personById, setGrant } from './people.ts';
import type { Provider, Providers } from './providers.ts';

export type Oidc = {
  /** Where the provider sends people back to; null while it is not known how people reach this server. */
  callbackOf(provider: string): string | null;
  /** How people reach this server, where no PUBLIC_URL says so: known once it listens. */
  servedAt(url: string): void;
  /** Begins: the address to go to, and the cookies that hold the state. Trouble: why the provider cannot be used. */
  begin(provider: string, to: string): Promise<{ url: string; cookies: string[] } | Trouble | null>;
  /** Who comes back from a provider: where they go next, and the cookies to set. */
  comeBack(request: {
    url: string;
    cookie: string | undefined;
    address: string;
    program: string | undefined;
  }): Promise<{ location: string; cookies: string[] }>;
  check(provider: Provider): Promise<Trouble | null>;
  /** Why this server may not go to an address that somebody entered; null when it may, or when nobody can tell now. */
  outOfReach(address: string): Promise<Trouble | null>;
};

export type Trouble = { problem: string; right: string };

const DISCOVERY = '/.well-known/openid-configuration';
const TIMEOUT_MS = 10_000;
const MOST_BYTES = 200_000;

const discovery = z.object({
  issuer: z.url(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  userinfo_endpoint: z.url().optional(),
  id_token_signing_alg_values_supported: z.array(z.string()).min(1),
});

export function openOidc(options: {
  accounts: Accounts;
  providers: Providers;
  publicUrl: string | null;
  now: () => string;
  log: Log;
  /** Where this server may go for providers that were entered in the settings; one of the environment is the operator's own word. Left out: everywhere. */
  reach?: Reach;
}): Oidc {
  const { accounts, providers, now, log, reach } = options;
  const ask = (provider: Provider): typeof fetch => (reach === undefined || provider.from === 'environment' ? fetch : reach.fetch);
  let origin = options.publicUrl;
  let kept: { name: string; auth: ReturnType<Accounts['withProviders']> } | null = null;

  /** better-auth with the providers as they are set now; made anew when one of them changes. */
  async function authNow(): Promise<ReturnType<Accounts['withProviders']>> {
    const all = await providers.all();
    const name = JSON.stringify([origin, all]);
    if (kept?.name === name) return kept.auth;
    const auth = accounts.withProviders(origin ?? 'http://127.0.0.1', all.map(configOf));
    kept = { name, auth };
    return auth;
  }

  /** Whether a provider is what its settings say: its own issuer, endpoints that nobody else can listen to, tokens that are signed. */
  async function check(provider: Provider): Promise<Trouble | null> {
    const address = discoveryOf(provider);
    if (!isSafe(provider.issuer))
      return { problem: `${provider.issuer} is not an https address`, right: 'an issuer with https (plain http only on this machine)' };
    let found: unknown;
    try {
      const answer = await ask(provider)(address, {
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'error',
        headers: { accept: 'application/json' },
      });
      if (!answer.ok) return { problem: `${address} answered ${answer.status}`, right: 'the issuer as the provider names it' };
      const text = await answer.text();
      if (text.length > MOST_BYTES) return { problem: `${address} answered ${text.length} bytes`, right: 'a discovery document' };
      found = JSON.parse(text);
    } catch (error) {
      const away = outOfReachIn(error);
      if (away !== null) return away;
      return {
        problem: `${address} could not be read: ${error instanceof Error ? error.message : String(error)}`,
        right: 'an address that this server reaches',
      };
    }
    const read = discovery.safeParse(found);
    if (!read.success) {
      const [issue] = read.error.issues;
      return {
        problem: `the discovery document has a fault at ${issue?.path.join('.') ?? '?'}: ${issue?.message ?? '?'}`,
        right: 'a provider of OpenID Connect',
      };
    }
    if (read.data.issuer !== provider.issuer)
      return {
        problem: `the discovery document is of ${read.data.issuer}, not of ${provider.issuer}`,
        right: `${read.data.issuer}, if that is meant`,
      };
    const { authorization_endpoint, token_endpoint, jwks_uri, userinfo_endpoint } = read.data;
    const unsafe = [authorization_endpoint, token_endpoint, jwks_uri].find((each) => !isSafe(each));
    if (unsafe !== undefined) return { problem: `${unsafe} is not an https address`, right: 'endpoints with https' };
    if (provider.from === 'environment') return null;
    // what the document names is as little trusted as the address of the document: told here in words, and refused again when better-auth goes there
    for (const endpoint of [token_endpoint, jwks_uri, userinfo_endpoint ?? jwks_uri]) {
      const away = await outOfReach(endpoint);
      if (away !== null) return away;
    }
    return null;
  }

  async function outOfReach(address: string): Promise<Trouble | null> {
    try {
      await reach?.addressesOf(new URL(address).hostname);
      return null;
    } catch (error) {
      return outOfReachIn(error);
    }
  }

  const gate = (provider: Provider) => async (arrival: Arrival) => {
    const { email, id } = arrival.user;
    const { rows } = await accounts.pool.query<{ out: boolean }>(
      `select "deactivatedAt" is not null as out from auth."user" where id = $1 or email = lower($2)`,
      [id, email],
    );
    const invited = email !== null && (await invitationFor(accounts.pool, email, now())) !== null;
    return admission(arrival, provider, { invited, deactivated: rows.some(({ out }) => out) });
  };

  /** What somebody who came in gets: what they were invited to, what their domain gives, what their groups say. All of it, with the journal, in one transaction. */
  async function settle(provider: Provider, person: string, arrival: Arrival, address: string): Promise<void> {
    const at = now();
    const found = await personById(accounts.pool, person);
    if (found === null) return;
    const who = { person, name: found.name };
    const actor = { kind: 'person' as const, id: person, name: found.name, address };
    const events: InstanceEvent[] = [];
    await inTransaction(accounts.pool, async (client) => {
      if (arrival.action === 'create-user') {
        const invitation = await invitationFor(client, found.email, at);
        const isSpent = invitation !== null && (await spendLink(client, invitation.id, at));
        const grants = isSpent ? invitation.grants : provider.grants;
        for (const grant of grants) await setGrant(client, person, { ...grant });
        if (isSpent) events.push({ is: 'invitation-accepted', ...who, invitation: invitation.id, email: found.email });
        events.push({ is: 'person-added', ...who, email: found.email, how: isSpent ? 'invitation' : provider.id, grants });
      }
      if (arrival.action === 'link-account') events.push({ is: 'account-linked', ...who, provider: provider.id });
      events.push({ is: 'signed-in', ...who, how: provider.id });
      await writeInstance(client, actor, events, at);
    });
    if (provider.groups !== null) await applyGroups(provider, provider.groups, person, arrival, address);
  }

  async function applyGroups(
    provider: Provider,
    mapping: NonNullable<Provider['groups']>,
    person: string,
    arrival: Arrival,
    address: string,
  ): Promise<void> {
    const before = await personById(accounts.pool, person);
    if (before === null) return;
    const stands = await keepingAnAdmin(accounts.pool, async (client) => {
      const events: InstanceEvent[] = [];
      for (const { app, roles, teams } of grantsByGroups(mapping, arrival.claims)) {
        const held = before.grants.find((each) => each.app === app) ?? { roles: [], teams: [] };
        if (sameSet(held.roles, roles) && sameSet(held.teams, teams)) continue;
        await setGrant(client, person, { app, roles: [...roles], teams: [...teams] });
        const from = { roles: held.roles, teams: held.teams };
        events.push({ is: 'roles-set', person, name: before.name, app, from, to: { roles, teams }, how: provider.id });
      }
      await writeInstance(client, { kind: 'integration', id: provider.id, name: provider.name, address }, events, now());
    });
    if (!stands) log.warn({ provider: provider.id, person }, 'the groups of a person would leave no admin: their roles stay as they were');
  }

  return {
    check,
    outOfReach,
    servedAt(url) {
      origin ??= url;
    },
    callbackOf: (provider) => (origin === null ? null : `${origin}${CALLBACK_PATH}/${provider}`),
    async begin(id, to) {
      const provider = await providers.byId(id);
      if (provider === null) return null;
      if (origin === null) return { problem: 'it is not known at which address people reach this server', right: 'PUBLIC_URL' };
      const trouble = await check(provider);
      if (trouble !== null) return trouble;
      const auth = await authNow();
      const back = `/sign-in?to=${encodeURIComponent(to)}`;
      const headers = new Headers({ host: new URL(origin).host });
      const answer = await fetchingBy(ask(provider), () =>
        auth.api.signInSocial({
          body: { provider: id, callbackURL: to, errorCallbackURL: back, disableRedirect: true },
          headers,
          asResponse: true,
        }),
      );
      if (!answer.ok) {
        kept = null;
        return {
          problem: `${provider.name} cannot be used at the moment`,
          right: 'try again; an admin sees under its settings what is wrong',
        };
      }
      const { url } = (await answer.json()) as { url: string };
      return { url, cookies: answer.headers.getSetCookie() };
    },
    async comeBack({ url, cookie, address, program }) {
      const path = new URL(url, 'http://here').pathname;
      const provider = await providers.byId(path.slice(CALLBACK_PATH.length + 1));
      const failed = (code: string) => ({ location: `/sign-in?error=${code}`, cookies: [] });
      if (provider === null || origin === null) return failed('no-such-provider');
      // a name may mean another place than when it was looked at; what better-auth fetches by itself goes by the guard too
      const trouble = await check(provider);
      if (trouble !== null) {
        log.warn({ provider: provider.id, ...trouble }, 'a provider that somebody came back from cannot be used');
        return failed('failed');
      }
      const auth = await authNow();
      const headers = new Headers({
        ...(cookie === undefined ? {} : { cookie }),
        'x-forwarded-for': address,
        ...(program === undefined ? {} : { 'user-agent': program.slice(0, 500) }),
      });
      const { result, sessionToken, arrival } = await accounts.comingBy(provider.id, gate(provider), () =>
        fetchingBy(ask(provider), () => auth.handler(new Request(new URL(url, origin ?? 'http://here'), { headers }))),
      );
      const location = result.headers.get('location');
      if (sessionToken === null || arrival === null || location === null) {
        const code = location === null ? null : new URL(location, origin).searchParams.get('error');
        log.info({ provider: provider.id, code, address }, 'signing in by a provider was refused');
        return { location: withError(location, code ?? 'failed', origin), cookies: result.headers.getSetCookie() };
      }
      const { rows } = await accounts.pool.query<{ person: string }>('select "userId" as person from auth.session where token = $1', [
        sessionToken,
      ]);
      const person = rows[0]?.person;
      if (person === undefined) return failed('failed');
      // the session that this browser had before has ended: a new way in is a new session
      if (cookie !== undefined) await accounts.endSessionOf(cookie);
      await settle(provider, person, arrival, address);
      return { location: ours(location, origin), cookies: result.headers.getSetCookie() };
    },
  };

  function configOf(provider: Provider): GenericOAuthConfig {
    return {
      providerId: provider.id,
      name: provider.name,
      discoveryUrl: discoveryOf(provider),
      clientId: provider.clientId,
      ...(provider.clientSecret === null ? {} : { clientSecret: provider.clientSecret }),
      scopes: [...new Set(['openid', ...provider.scopes])],
      pkce: true,
      requireIdTokenVerification: true,
      // by here the id token was verified; one that came without was not, and says nothing
      getUserInfo: async (tokens) => {
        if (tokens.idToken === undefined) return null;
        return profileOf(provider, tokens.idToken, tokens.accessToken);
      },
    };
  }

  /** The claims of the verified id token; what it leaves out comes from the userinfo endpoint, if that speaks of the same person. */
  async function profileOf(provider: Provider, idToken: string, accessToken: string | undefined) {
    const claims: Record<string, unknown> = decodeJwt(idToken);
    const wants = ['email', ...(provider.groups === null ? [] : [provider.groups.claim.split('.')[0] ?? ''])];
    const more = wants.every((claim) => claims[claim] !== undefined) ? {} : await userInfo(provider, accessToken, String(claims['sub']));
    const all: Record<string, unknown> = { ...more, ...claims };
    const email = typeof all['email'] === 'string' ? all['email'] : '';
    const name = [all['name'], all['preferred_username'], email.split('@')[0]].find(
      (each): each is string => typeof each === 'string' && each.trim() !== '',
    );
    return {
      ...all,
      id: String(claims['sub']),
      email,
      name: (name ?? 'Somebody').slice(0, 100),
      emailVerified: all['email_verified'] === true || all['email_verified'] === 'true',
    };
  }

  async function userInfo(provider: Provider, accessToken: string | undefined, sub: string): Promise<Record<string, unknown>> {
    const document = discovery.safeParse(
      await (await ask(provider)(discoveryOf(provider), { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' })).json(),
    );
    const endpoint = document.data?.userinfo_endpoint;
    if (endpoint === undefined || accessToken === undefined || !isSafe(endpoint)) return {};
    const answer = await ask(provider)(endpoint, {
      headers: { authorization: `Bearer ${accessToken}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
    });
    const said = answer.ok ? z.record(z.string(), z.unknown()).safeParse(await answer.json()).data : undefined;
    return said !== undefined && said['sub'] === sub ? said : {};
  }
}

/** The refusal of the guard within an error of `fetch`; null for any other error. */
function outOfReachIn(error: unknown): Trouble | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof OutOfReach) return { problem: cause.message.slice(0, -cause.right.length - 2), right: cause.right };
  return null;
}

function discoveryOf({ issuer }: { issuer: string }): string {
  return `${issuer.replace(/\/+$/, '')}${DISCOVERY}`;
}

/** https, or plain http on this machine. */
function isSafe(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each) => other.includes(each));
}

/** A path of this server and nothing else: what a redirect may name. */
function ours(location: string, origin: string): string {
  const url = new URL(location, origin);
  return url.origin === new URL(origin).origin ? `${url.pathname}${url.search}${url.hash}` : '/';
}

function withError(location: string | null, code: string, origin: string): string {
  const to = location === null ? null : new URL(location, origin).searchParams.get('to');
  return `/sign-in?error=${encodeURIComponent(code.slice(0, 60))}${to === null ? '' : `&to=${encodeURIComponent(to)}`}`;
}
