/** Accounts and sessions by better-auth: passwords, cookies, identity providers. Nobody signs up by themselves: `admission.ts` says who may come in. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { betterAuth } from 'better-auth';
import { genericOAuth } from 'better-auth/plugins';
import type { GenericOAuthConfig } from 'better-auth/plugins';
import { Pool } from 'pg';
import { passwordLeast, passwordMost } from '#domain/people/password.ts';
import { keyringOfSecret } from '#lib/keyring.ts';
import type { Keyring } from '#lib/keyring.ts';
import { keepProviders } from './providers.ts';
import type { Provider } from './providers.ts';
import { randomWord } from './secrets.ts';

export type SessionLengths = {
  /** A session that nobody used for so long has ended. */
  idleHours: number;
  /** A session ends so long after its beginning, used or not. */
  longestHours: number;
};

export type AccountsOptions = {
  databaseUrl: string;
  /** Signs the cookies; kept, or everybody would be signed out at a restart. */
  secret: string;
  /** `https://signalbox.example.com`: with https the cookies are sent over https only. Null: plain http on this machine. */
  publicUrl: string | null;
  /** With which the client secrets of providers are sealed; by default those made from the secret. */
  keys?: Keyring;
  sessions?: SessionLengths;
  /** Identity providers of the environment; none when not said. */
  providers?: readonly Provider[];
};

export type Accounts = ReturnType<typeof openAccounts>;
export type Person = { id: string; name: string; email: string };
export type OpenSession = { person: Person; session: { id: string; createdAt: Date }; cookies: string[] };

/** What a provider said of who comes through it, for the gate that answers whether they may come in. */
export type Arrival = {
  action: 'create-user' | 'link-account' | 'sign-in';
  provider: string;
  claims: Readonly<Record<string, unknown>>;
  user: { id: string | null; email: string | null; emailVerified: boolean };
};
/** Answers a code of why not, or null. */
export type Gate = (arrival: Arrival) => Promise<string | null>;

/** The session's cookie and those beside it start with this. */
const COOKIE_PREFIX = 'signalbox';
export const DEFAULT_SESSIONS: SessionLengths = { idleHours: 72, longestHours: 14 * 24 };
/** Where a provider sends people back to: below `/api/auth`, as better-auth has it. */
export const CALLBACK_PATH = '/api/auth/callback';

/** How cookies are set. Over https a browser takes them from this host alone, for every path, and only over https: RFC 6265bis, `__Host-`. */
export function cookieSettings(publicUrl: string | null) {
  const isSecure = publicUrl?.startsWith('https:') ?? false;
  return {
    cookiePrefix: isSecure ? `__Host-${COOKIE_PREFIX}` : COOKIE_PREFIX,
    // the library's own way would put its weaker prefix, "__Secure-", before ours
    useSecureCookies: false,
    defaultCookieAttributes: { sameSite: 'lax' as const, httpOnly: true, path: '/', secure: isSecure },
  };
}

/**
 * Opens the accounts. They have a small pool of connections of their own: better-auth wants dates as dates, and its tables are found by the search path.
 * `sql/0002-people.sql` and `sql/0006-access.sql` have the tables.
 */
export function openAccounts(options: AccountsOptions) {
  const lengths = options.sessions ?? DEFAULT_SESSIONS;
  const pool = new Pool({
    connectionString: options.databaseUrl,
    max: 5,
    application_name: 'signalbox-accounts',
    statement_timeout: 15_000,
    connectionTimeoutMillis: 10_000,
    options: '-c search_path=auth,public -c timezone=UTC',
  });
  // an idle connection that breaks is replaced by the pool; without a listener it would end the process
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));

  /** How the session that is being made began, and who judges an arrival: told to the hooks below, which know only rows. */
  const coming = new AsyncLocalStorage<{
    how: string;
    gate: Gate | null;
    made: { sessionToken: string | null; arrival: Arrival | null };
  }>();

  const authWith = (baseUrl: string, providers: readonly GenericOAuthConfig[]) =>
    betterAuth({
      database: pool,
      secret: options.secret,
      baseURL: baseUrl,
      emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: passwordLeast, maxPasswordLength: passwordMost * 4 },
      session: {
        expiresIn: lengths.idleHours * 3600,
        // how often its use is written down
        updateAge: Math.min(3600, Math.ceil((lengths.idleHours * 3600) / 20)),
        additionalFields: { how: { type: 'string', required: false, input: false } },
      },
      user: {
        validateUserInfo: async ({ user, source }) => {
          const current = coming.getStore();
          const provider = source.oauth?.providerId;
          if (provider === undefined || current === undefined || current.gate === null) return { error: 'not-invited' };
          const arrival: Arrival = {
            action: source.action,
            provider,
            claims: source.oauth?.profile ?? {},
            user: { id: user.id ?? null, email: user.email ?? null, emailVerified: user.emailVerified === true },
          };
          const error = await current.gate(arrival);
          if (error !== null) return { error };
          current.made.arrival = arrival;
          return undefined;
        },
      },
      databaseHooks: {
        session: {
          create: {
            // nobody who is out gets a session, whichever way they come
            before: async (session) => {
              if (await isOut(session.userId)) return false;
              const current = coming.getStore();
              if (current !== undefined) current.made.sessionToken = session.token;
              return { data: { ...session, how: current?.how ?? 'password' } };
            },
          },
        },
        account: {
          // Signalbox asks a provider who somebody is and nothing else: it keeps no key to their things
          create: { before: async (account) => ({ data: { ...account, ...NO_TOKENS } }) },
          update: { before: async (account) => ({ data: { ...account, ...NO_TOKENS } }) },
        },
      },
      account: { accountLinking: { enabled: true, trustedProviders: [] }, updateAccountOnSignIn: false },
      plugins: providers.length === 0 ? [] : [genericOAuth({ config: [...providers] })],
      advanced: cookieSettings(options.publicUrl),
      onAPIError: { errorURL: '/sign-in' },
      logger: { disabled: true },
      telemetry: { enabled: false },
    });
  const auth = authWith(options.publicUrl ?? 'http://127.0.0.1', []);

  async function isOut(person: string): Promise<boolean> {
    const { rowCount } = await pool.query('select 1 from auth."user" where id = $1 and "deactivatedAt" is not null', [person]);
    return (rowCount ?? 0) > 0;
  }

  return {
    pool,
    lengths,
    providers: keepProviders(pool, options.keys ?? keyringOfSecret(options.secret), options.providers ?? []),
    close: () => pool.end(),

    /** An instance of better-auth with these providers; `oidc.ts` keeps it while they stay the same. */
    withProviders: authWith,

    /** Does something with better-auth that may make a session, and tells what came of it. */
    async comingBy<T>(
      how: string,
      gate: Gate | null,
      work: () => Promise<T>,
    ): Promise<{ result: T; sessionToken: string | null; arrival: Arrival | null }> {
      const made: { sessionToken: string | null; arrival: Arrival | null } = { sessionToken: null, arrival: null };
      const result = await coming.run({ how, gate, made }, work);
      return { result, ...made };
    },

    /** Who the cookie belongs to; null when nobody, or when the session is older than any may be. `cookies` are to be set: its end has moved. */
    async sessionOf(cookie: string): Promise<OpenSession | null> {
      const { response, headers } = await auth.api.getSession({ headers: new Headers({ cookie }), returnHeaders: true });
      if (response === null) return null;
      const { session, user } = response;
      if (Date.now() - session.createdAt.getTime() > lengths.longestHours * 3_600_000) {
        await pool.query('delete from auth.session where id = $1', [session.id]);
        return null;
      }
      return {
        person: { id: user.id, name: user.name, email: user.email },
        session: { id: session.id, createdAt: session.createdAt },
        cookies: headers.getSetCookie(),
      };
    },

    /**
     * Signs in; null when e-mail and password do not belong together, or when the person is out. `cookies` are to be set. The session is a new one, and one
     * that this browser had before has ended.
     */
    async signIn(
      email: string,
      password: string,
      from: { ip: string; userAgent: string | undefined; cookie: string | undefined },
    ): Promise<{ person: Person; cookies: string[] } | null> {
      const headers = new Headers({
        'x-forwarded-for': from.ip,
        ...(from.userAgent === undefined ? {} : { 'user-agent': from.userAgent.slice(0, 500) }),
      });
      const { result: answer } = await this.comingBy('password', null, () =>
        auth.api.signInEmail({ body: { email, password }, headers, asResponse: true }),
      );
      if (answer.status === 401 || answer.status === 400 || answer.status === 403) return null;
      if (!answer.ok) throw new Error(`signing in failed with status ${answer.status}`);
      const { user } = (await answer.json()) as { user: Person };
      if (from.cookie !== undefined) await this.endSessionOf(from.cookie);
      return { person: { id: user.id, name: user.name, email: user.email }, cookies: answer.headers.getSetCookie() };
    },

    /** Ends the session of a cookie, if it has one. */
    async endSessionOf(cookie: string): Promise<void> {
      const found = cookie.includes(`${COOKIE_PREFIX}.`) ? await this.sessionOf(cookie) : null;
      if (found !== null) await pool.query('delete from auth.session where id = $1', [found.session.id]);
    },

    /** Ends the session; answers the cookies that forget it. */
    async signOut(cookie: string): Promise<string[]> {
      const answer = await auth.api.signOut({ headers: new Headers({ cookie }), asResponse: true });
      return answer.headers.getSetCookie();
    },

    /** Changes the password of the cookie's owner and ends their other sessions; null when the current one is wrong. */
    async changePassword(cookie: string, current: string, next: string): Promise<string[] | null> {
      const { result: answer } = await this.comingBy('password', null, () =>
        auth.api.changePassword({
          body: { currentPassword: current, newPassword: next, revokeOtherSessions: true },
          headers: new Headers({ cookie }),
          asResponse: true,
        }),
      );
      if (answer.status === 400 || answer.status === 401) return null;
      if (!answer.ok) throw new Error(`changing the password failed with status ${answer.status}`);
      return answer.headers.getSetCookie();
    },

    hashPassword: async (password: string): Promise<string> => (await auth.$context).password.hash(password),
    newId: (): string => randomWord(24),
  };
}

const NO_TOKENS = {
  accessToken: null,
  refreshToken: null,
  idToken: null,
  accessTokenExpiresAt: null,
  refreshTokenExpiresAt: null,
} as const;
