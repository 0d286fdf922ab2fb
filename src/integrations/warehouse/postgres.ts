/** Asks a PostgreSQL: one read-only transaction that ends in time, by a connection of its own. */
import { Socket } from 'node:net';
import { Client, DatabaseError } from 'pg';
import type { ClientConfig } from 'pg';
import type { Tools } from '#ports/integration.ts';
import { Trouble } from '#ports/trouble.ts';
import type { Answer, ColumnKind } from './columns.ts';
import { asPart, filled } from './query.ts';
import type { Parameter } from './query.ts';
import type { WarehouseSettings } from './settings.ts';

const CONNECTS_WITHIN_MS = 4000;
const ENDS_WITHIN_MS = 8000;
const BEGIN = 'begin transaction isolation level repeatable read, read only';
const IN_TIME = `select set_config('statement_timeout', '${ENDS_WITHIN_MS}', true), set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO', true)`;
const ROLLBACK = 'rollback';
const TYPE_NAMES = 'select oid::int8 as oid, format_type(oid, null) as name from pg_type where oid = any($1::oid[])';

/** By the numbers that PostgreSQL gives its own types, which never change. */
const KINDS: Readonly<Record<number, ColumnKind>> = {
  18: 'text',
  19: 'text',
  25: 'text',
  1042: 'text',
  1043: 'text',
  2950: 'text',
  20: 'number',
  21: 'number',
  23: 'number',
  700: 'number',
  701: 'number',
  1700: 'number',
  1114: 'time',
  1184: 'time',
};

/** Values come as text; what they are is told by the columns. */
const asText: ClientConfig['types'] = {
  getTypeParser: () => (value: string | Buffer) => String(value),
};

/**
 * The answer to the query, at most `most` rows and one.
 *
 * @throws Trouble
 */
export async function askPostgres(
  settings: WarehouseSettings,
  { reach, signal }: Pick<Tools, 'reach' | 'signal'>,
  given: Readonly<Record<Parameter, string>>,
  most: number,
): Promise<Answer> {
  const url = new URL(settings.address);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  // the address that was looked at is the one that is gone to: a name cannot mean another place a moment later
  const [address = host] = reach === undefined ? [host] : await reach.addressesOf(host).catch(throwAsTrouble(host));
  const socket = new Socket();
  const client = new Client({
    host: address,
    port: Number(url.port === '' ? 5432 : url.port),
    database: settings.database,
    user: settings.user,
    password: settings.password ?? '',
    ssl: settings.tls === 'none' ? false : { servername: host },
    application_name: 'signalbox',
    connectionTimeoutMillis: CONNECTS_WITHIN_MS,
    query_timeout: ENDS_WITHIN_MS + 500,
    stream: () => socket,
    types: asText,
  });
  client.on('error', () => undefined);
  const breakOff = (): void => void socket.destroy();
  signal?.addEventListener('abort', breakOff, { once: true });
  try {
    await client.connect();
    await client.query(BEGIN);
    await client.query(IN_TIME);
    const answer = await askIn(client, settings.query, given, most);
    await client.query(ROLLBACK);
    return answer;
  } catch (error) {
    throw troubleOf(error, settings);
  } finally {
    signal?.removeEventListener('abort', breakOff);
    await Promise.race([client.end().catch(() => undefined), new Promise((done) => setTimeout(done, 500).unref())]);
    socket.destroy();
  }
}

async function askIn(client: Client, query: string, given: Readonly<Record<Parameter, string>>, most: number): Promise<Answer> {
  const values: string[] = [];
  const numbers = new Map<Parameter, number>();
  const text = filled(query, (parameter) => {
    const number = numbers.get(parameter) ?? values.push(given[parameter]);
    numbers.set(parameter, number);
    return `$${number}::timestamptz`;
  });
  // in parentheses nothing but a query can stand, and it gives no more than can be held
  const { fields, rows } = await client.query<unknown[]>({
    text: `select * from ${asPart(text)} as told limit ${most + 1}`,
    values,
    rowMode: 'array',
  });
  const kinds = fields.map(({ dataTypeID }) => KINDS[dataTypeID] ?? 'other');
  const named = await client.query<{ oid: string; name: string }>({
    text: TYPE_NAMES,
    values: [[...new Set(fields.map(({ dataTypeID }) => dataTypeID))]],
  });
  const types = new Map(named.rows.map(({ oid, name }) => [Number(oid), name]));
  return {
    columns: fields.map(({ name, dataTypeID }, at) => ({
      name,
      kind: kinds[at] ?? 'other',
      type: types.get(dataTypeID) ?? 'of another type',
    })),
    rows: rows.map((row) => row.map((value, at) => valueOf(value, kinds[at] ?? 'other'))),
  };
}

function valueOf(value: unknown, kind: ColumnKind): unknown {
  if (typeof value !== 'string') return null;
  if (kind === 'number') return Number(value);
  return kind === 'time' ? instantOf(value) : value;
}

/** `2024-10-01 12:00:00+00`, or without a zone, which then is UTC. */
function instantOf(text: string): string {
  const at = new Date(`${text.replace(' ', 'T').replace(/[+-]\d\d(:?\d\d)?$/, '')}Z`);
  return Number.isNaN(at.getTime()) ? text : at.toISOString();
}

function throwAsTrouble(host: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof Error && error.name === 'OutOfReach') throw error;
    throw new Trouble(`${host} has no address now: ${error instanceof Error ? error.message : String(error)}`, {
      mayHaveHappened: false,
      cause: error,
    });
  };
}

/** Connections that are refused for what they say of themselves, and statements that are wrong: someone has to mend them. */
const NEEDS_SOMEONE = /^(28|3D|42|22|0A|25)/;

function troubleOf(error: unknown, { address }: WarehouseSettings): Trouble {
  if (error instanceof Trouble) return error;
  const { host } = new URL(address);
  if (error instanceof DatabaseError) {
    const { code = '', message, position } = error;
    if (code === '57014')
      return new Trouble(`the query ran longer than ${ENDS_WITHIN_MS / 1000} s at ${host}`, { mayHaveHappened: false, cause: error });
    const where = position === undefined ? '' : `, at character ${placeInQuery(Number(position))} of the query`;
    return new Trouble(`the warehouse at ${host} said: ${message}${where}`, {
      cure: NEEDS_SOMEONE.test(code) ? 'person' : 'again',
      mayHaveHappened: false,
      cause: error,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  if (/certificate|self.signed|does not support SSL|SSL/i.test(message))
    return new Trouble(`the warehouse at ${host} has no certificate that counts: ${message}`, {
      cure: 'person',
      mayHaveHappened: false,
      cause: error,
    });
  return new Trouble(`the warehouse at ${host} cannot be reached: ${message}`, { mayHaveHappened: false, cause: error });
}

/** About where the user's own text has it: ours stands before. */
function placeInQuery(position: number): number {
  return Math.max(1, position - 'select * from (\n'.length);
}
