/** Accounts and sessions by better-auth: passwords, cookies. Nobody signs up by themselves. */
import { betterAuth } from 'better-auth';
import { Pool } from 'pg';
import { randomWord } from './secrets.ts';

export type AccountsOptions = {
  databaseUrl: string;
  /** Signs the cookies; kept, or everybody would be signed out at a restart. */
  secret: string;
  /** `https://signalbox.example.com`: with https the cookies are sent over https only. Null: plain http on this machine. */
  publicUrl: string | null;
};

export type Accounts = ReturnType<typeof openAccounts>;
export type Person = { id: string; name: string; email: string };

/** The session's cookie and those beside it start with this. */
const COOKIE_PREFIX = 'signalbox';

/**
 * Opens the accounts. They have a small pool of connections of their own: better-auth wants dates as dates, and its tables are found by the search path.
 * `sql/0002-people.sql` has the tables.
 */
export function openAccounts(options: AccountsOptions) {
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
  const auth = betterAuth({
    database: pool,
    secret: options.secret,
    baseURL: options.publicUrl ?? 'http://127.0.0.1',
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 10, maxPasswordLength: 200 },
    session: { expiresIn: 14 * 24 * 3600, updateAge: 24 * 3600 },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: options.publicUrl?.startsWith('https:') ?? false,
      defaultCookieAttributes: { sameSite: 'lax', httpOnly: true, path: '/' },
    },
    logger: { disabled: true },
    telemetry: { enabled: false },
  });

  return {
    pool,
    close: () => pool.end(),

    /** Who the cookie belongs to; null when nobody. */
    async sessionOf(cookie: string): Promise<Person | null> {
      const session = await auth.api.getSession({ headers: new Headers({ cookie }) });
      return session === null ? null : { id: session.user.id, name: session.user.name, email: session.user.email };
    },

    /** Signs in; null when e-mail and password do not belong together. `cookies` are to be set. */
    async signIn(
      email: string,
      password: string,
      from: { ip: string; userAgent: string | undefined },
    ): Promise<{ person: Person; cookies: string[] } | null> {
      const headers = new Headers({
        'x-forwarded-for': from.ip,
        ...(from.userAgent === undefined ? {} : { 'user-agent': from.userAgent }),
      });
      const answer = await auth.api.signInEmail({ body: { email, password }, headers, asResponse: true });
      if (answer.status === 401 || answer.status === 400 || answer.status === 403) return null;
      if (!answer.ok) throw new Error(`signing in failed with status ${answer.status}`);
      const { user } = (await answer.json()) as { user: Person };
      return { person: { id: user.id, name: user.name, email: user.email }, cookies: answer.headers.getSetCookie() };
    },

    /** Ends the session; answers the cookies that forget it. */
    async signOut(cookie: string): Promise<string[]> {
      const answer = await auth.api.signOut({ headers: new Headers({ cookie }), asResponse: true });
      return answer.headers.getSetCookie();
    },

    /** Changes the password of the cookie's owner and ends their other sessions; null when the current one is wrong. */
    async changePassword(cookie: string, current: string, next: string): Promise<string[] | null> {
      const answer = await auth.api.changePassword({
        body: { currentPassword: current, newPassword: next, revokeOtherSessions: true },
        headers: new Headers({ cookie }),
        asResponse: true,
      });
      if (answer.status === 400 || answer.status === 401) return null;
      if (!answer.ok) throw new Error(`changing the password failed with status ${answer.status}`);
      return answer.headers.getSetCookie();
    },

    hashPassword: async (password: string): Promise<string> => (await auth.$context).password.hash(password),
    newId: (): string => randomWord(24),
  };
}
