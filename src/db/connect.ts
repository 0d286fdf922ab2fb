import { Kysely, PostgresDialect } from 'kysely';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { Client, Pool, types } from 'pg';
import type { ClientConfig, PoolClient } from 'pg';
import { quietLog } from '#lib/log.ts';
import type { Log } from '#lib/log.ts';
import type { Database } from './schema.ts';

/** A connected database. `pool` is for what the query builder cannot say: LISTEN, migrations, another library's tables. */
export type Connection = { db: Kysely<Database>; pool: Pool; close: () => Promise<void> };

/** @see connect */
export type ConnectOptions = {
  /** postgresql://user:password@host:port/database, or with ?host=/folder for a socket. */
  url: string;
  log?: Log;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
  poolSize?: number;
  /** A longer statement is a mistake of ours; the migrations lift it for themselves. */
  statementTimeoutMs?: number;
  lockTimeoutMs?: number;
  idleInTransactionTimeoutMs?: number;
  /** How long to wait for a connection, a free one of the pool or a new one. */
  connectWithinMs?: number;
  /** How long to wait for a server that does not answer yet, as when both are started together. */
  patienceMs?: number;
};

/** PostgreSQL 15 is the oldest that this program is tested on (Debian 12's). */
export const OLDEST_SERVER = 15;

/** The database cannot be used, for a reason that the person who configured it can mend. The message never holds the password. */
export class DatabaseTrouble extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatabaseTrouble';
  }
}

/**
 * Opens a pool of connections and checks that the server is one that this program can use.
 *
 * What comes out of it: `timestamptz` as an instant (`2024-10-01T12:20:00.000Z`), `date` as `2024-10-01`, `int8` as a number
 * (refused beyond 2^53), `numeric` as a string, `json` and `jsonb` as values.
 *
 * @throws DatabaseTrouble when the server cannot be reached, refuses us, is older than 15 or does not store UTF-8
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const log = options.log ?? quietLog;
  const pool = new Pool({ ...settingsOf(options), max: options.poolSize ?? 10 });
  // An idle connection that breaks (the server restarts) is replaced by the pool; without a listener it would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection broke'));
  // One that breaks between two statements of a transaction tells it when nobody listens; the next statement fails, which is enough.
  pool.on('connect', (client) => client.on('error', (error) => log.debug({ err: error }, 'a database connection broke')));
  const whenClosed = watchConnections(pool);
  try {
    await checkServer(pool, options);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const answerWithinMs = (options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS) + NETWORK_MS;
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: preparing(pool, answerWithinMs) }) });
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await db.destroy();
    // The query builder ends the pool only if it was ever asked something.
    if (!pool.ending) await pool.end();
    await whenClosed();
  };
  return { db, pool, close: () => (closing ??= close()) };
}

/** One connection by itself, for work that holds it from its beginning to its end. The server is checked as by `connect`. */
export async function connectOnce(options: Omit<ConnectOptions, 'poolSize' | 'log'>): Promise<Client> {
  const pool = new Pool({ ...settingsOf(options), max: 1 });
  try {
    await checkServer(pool, options);
  } finally {
    await pool.end();
  }
  const client = new Client(settingsOf(options));
  // A connection that breaks fails the statement that runs on it; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

function settingsOf(options: ConnectOptions): ClientConfig {
  return {
    connectionString: options.url,
    application_name: options.applicationName ?? 'signalbox',
    statement_timeout: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
    lock_timeout: options.lockTimeoutMs ?? 10_000,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 30_000,
    connectionTimeoutMillis: options.connectWithinMs ?? 10_000,
    keepAlive: true,
    // Instants are printed in the session's zone, and the parser below expects UTC. Our statements are many and short: a server that compiles the longest of them to
    // machine code (`jit`, on by default) takes 120 ms for what it answers in 5.
    options: '-c timezone=UTC -c datestyle=ISO -c jit=off',
    types: { getTypeParser },
  };
}

const STATEMENT_TIMEOUT_MS = 30_000;
/** What the server itself does not end in time is lost on the way, or the server stands still: the connection is given up. */
const NETWORK_MS = 5000;

/** Parsing and planning a statement takes the server about as long as running it: what is asked again and again is prepared when it is asked this often. */
const ASKED_OFTEN = 3;
/** Each connection keeps the plans of so many at most; what is asked in too many wordings is sent as it is. */
const MOST_PREPARED = 200;
/** Wordings that are counted, and the longest of them: a batch with a place for each value is asked once. */
const MOST_COUNTED = 2000;
const LONGEST_COUNTED = 16_384;
/** What reads, adds and changes rows. What answers with all columns that there are is left out: its shape would change with the schema, under a server that is being upgraded. */
const PREPARABLE = /^\s*(?:select|with|insert|update|delete)\b/i;
const OF_ALL_COLUMNS = /\b(?:select|returning)\s+(?:"?\w+"?\.)?\*/i;

/** Names statements that are asked often. */
function namesOfFrequent(): (text: string) => string | null {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined) return known;
    if (text.length > LONGEST_COUNTED || names.size >= MOST_PREPARED) return null;
    const times = (counts.get(text) ?? 0) + 1;
    if (times < ASKED_OFTEN) {
      if (counts.size >= MOST_COUNTED) counts.clear();
      counts.set(text, times);
      return null;
    }
    counts.delete(text);
    if (!PREPARABLE.test(text) || OF_ALL_COLUMNS.test(text)) return null;
    const name = `signalbox_${names.size}`;
    names.set(text, name);
    return name;
  };
}

/** The pool for the query builder: a statement that is asked again and again is parsed and planned once for each connection and not each time that it is asked. */
function preparing(pool: Pool, answerWithinMs: number): PostgresPool {
  const nameOf = namesOfFrequent();
  const wrapped = new WeakMap<PoolClient, PostgresPoolClient>();
  function wrap(client: PoolClient): PostgresPoolClient {
    const query = client.query.bind(client) as (given: object) => Promise<unknown>;
    let isStuck = false;
    async function ask(text: string, values?: readonly unknown[]): Promise<unknown> {
      const name = nameOf(text);
      try {
        return await query({ text, values, query_timeout: answerWithinMs, ...(name === null ? {} : { name }) });
      } catch (error) {
        if (isLate(error)) isStuck = true;
        throw error;
      }
    }
    // One on which an answer is still awaited is of no use to anyone.
    return {
      query: ask as unknown as PostgresPoolClient['query'],
      release: (error?: Error | boolean) => client.release(error ?? (isStuck ? true : undefined)),
    };
  }
  return {
    async connect() {
      const client = await pool.connect();
      const there = wrapped.get(client) ?? wrap(client);
      wrapped.set(client, there);
      return there;
    },
    end: () => pool.end(),
    options: pool.options,
  };
}

/** The driver gave up waiting for an answer; it has no code for that. */
function isLate(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

const CLOSING_MS = 2000;

/**
 * Gives what waits until every connection of the pool is really closed: the pool's own end only asks them to, and a server that stops in that moment
 * would break them.
 */
function watchConnections(pool: Pool): () => Promise<void> {
  const open = new Set<Promise<void>>();
  pool.on('connect', (client) => {
    const ended = new Promise<void>((done) => {
      client.once('end', () => done());
    });
    open.add(ended);
    void ended.then(() => open.delete(ended));
  });
  return async () => {
    const late = new Promise<void>((done) => {
      setTimeout(done, CLOSING_MS).unref();
    });
    await Promise.race([Promise.all(open), late]);
  };
}

async function checkServer(pool: Pool, options: ConnectOptions): Promise<void> {
  const { version, number, encoding } = await firstAnswer(pool, options);
  if (number < OLDEST_SERVER * 10_000) {
    throw new DatabaseTrouble(`${placeOf(options.url)} is PostgreSQL ${version}; Signalbox needs ${OLDEST_SERVER} or later.`);
  }
  if (encoding !== 'UTF8') {
    throw new DatabaseTrouble(
      `${placeOf(options.url)} stores text as ${encoding}; Signalbox needs UTF8. Create the database anew: create database … encoding 'UTF8' template template0.`,
    );
  }
}

type Server = { version: string; number: number; encoding: string };

async function firstAnswer(pool: Pool, options: ConnectOptions): Promise<Server> {
  const pauseMs = 250;
  for (let patienceMs = options.patienceMs ?? 0; ; patienceMs -= pauseMs) {
    try {
      const { rows } = await pool.query<Server>(
        `select current_setting('server_version') as version, current_setting('server_version_num')::int as number, current_setting('server_encoding') as encoding`,
      );
      const [server] = rows;
      if (server === undefined) throw new Error('the server answered nothing');
      return server;
    } catch (error) {
      if (patienceMs <= 0 || !mayPass(error)) throw inWords(error, options.url);
      await new Promise((done) => {
        setTimeout(done, pauseMs);
      });
    }
  }
}

/** Not there yet (refused, no socket file, no such host yet), or "the database system is starting up" (57P03). */
function mayPass(error: unknown): boolean {
  return ['ECONNREFUSED', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN', '57P03'].includes(codeOf(error));
}

function inWords(cause: unknown, url: string): DatabaseTrouble {
  const place = placeOf(url);
  const said = cause instanceof Error ? cause.message : String(cause);
  const because: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there. Is the server running, and are host and port of DATABASE_URL right?',
    ENOENT: 'there is no such socket. Is the server running?',
    EACCES: 'this account may not open its socket. Use the account that Signalbox runs under, or root.',
    ENOTFOUND: 'no such host. Is the host in DATABASE_URL right?',
    '28P01': 'it refuses the password. Are user and password of DATABASE_URL right?',
    '28000': `it refuses this user (${said}).`,
    '3D000': "it has no such database. Create it: create database … encoding 'UTF8'.",
    '42704': `it does not know a setting that Signalbox needs (${said}).`,
    '53300': 'it has no connection left. Raise max_connections, or lower the number of Signalbox processes.',
  };
  return new DatabaseTrouble(`Signalbox cannot use the database at ${place}: ${because[codeOf(cause)] ?? said}`, { cause });
}

function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: unknown; errors?: unknown[] };
  if (typeof code === 'string') return code;
  // Node tries every address of a host and gathers what each said.
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : '';
}

/** Host, port and database of a URL: what may be shown. */
function placeOf(url: string): string {
  try {
    const { hostname, port, pathname, searchParams } = new URL(url);
    return `${searchParams.get('host') ?? `${hostname}:${port || '5432'}`}${pathname}`;
  } catch {
    return 'DATABASE_URL (which is no URL)';
  }
}

const { builtins } = types;
const ARRAY_OF_INT8 = 1016;
const ARRAY_OF_TIMESTAMPTZ = 1185;
const ARRAY_OF_DATE = 1182;
/** The driver's types list no arrays, though it parses them. */
const ARRAY_OF_TEXT = 1009 as Parameters<typeof types.getTypeParser>[0];

/** The parsers of this program for this pool only: another library's pool in the same process keeps its own. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (format !== 'binary') {
    const parser = OUR_PARSERS.get(oid);
    if (parser !== undefined) return parser;
  }
  return types.getTypeParser(oid, format) as (value: string) => unknown;
}

const OUR_PARSERS = new Map<number, (value: string) => unknown>([
  [builtins.INT8, parseInt8],
  [builtins.TIMESTAMPTZ, parseInstant],
  [builtins.DATE, asIs],
  [builtins.TIMESTAMP, asIs],
  [ARRAY_OF_INT8, arrayOf(parseInt8)],
  [ARRAY_OF_TIMESTAMPTZ, arrayOf(parseInstant)],
  [ARRAY_OF_DATE, arrayOf(asIs)],
]);

function asIs(text: string): string {
  return text;
}

/** A bigint column as a number. Refuses what a number cannot hold exactly, in place of handing out a neighbour. */
export function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new RangeError(`the bigint ${text} is beyond what a number holds exactly (±2^53): cast the column to text`);
  return value;
}

const INSTANT = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?\+00$/;

/** `2024-10-01 12:20:00.1234+00` as `2024-10-01T12:20:00.123Z`. Microseconds are cut. Refuses infinity and years that have not four digits. */
export function parseInstant(text: string): string {
  const [, day, time, fraction = ''] = INSTANT.exec(text) ?? [];
  if (day === undefined || time === undefined)
    throw new RangeError(`the timestamptz ${text} is no instant between the years 1 and 9999 in UTC`);
  return `${day}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}Z`;
}

function arrayOf(parse: (text: string) => unknown): (text: string) => unknown {
  const parseTexts = types.getTypeParser(ARRAY_OF_TEXT) as (text: string) => (string | null)[];
  return (text) => parseTexts(text).map((item) => (item === null ? null : parse(item)));
}
