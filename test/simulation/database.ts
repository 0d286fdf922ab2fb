/** The database behind the gate: the real SQL on a real PostgreSQL, a statement at a time, with connections that break and leases on the world's clock. */
import { EventEmitter } from 'node:events';
import { Kysely, PostgresDialect } from 'kysely';
import type { PostgresPool } from 'kysely';
import type { Pool, PoolClient, QueryResult } from 'pg';
import type { Connection } from '#db/connect.ts';
import type { Database } from '#db/schema.ts';
import { CHANNEL } from '#engine/commit.ts';
import type { Gate } from './gate.ts';

/** A statement that went through, as whoever watches is told. `wrote`: what it changed is to be seen from now on. */
export type Statement = { of: string; text: string; values: readonly unknown[]; result: QueryResult; wrote: boolean };

/** What the database does to the statements of an instance. */
export type DatabaseFaults = {
  /** What befalls this statement; null: nothing. */
  befalls(of: string, text: string): DatabaseFault | null;
};
/** `broken`: the connection breaks before it is heard. `answer-lost`: it breaks after it was carried out. `in-the-way`: another transaction was in the way. */
export type DatabaseFault = 'broken' | 'answer-lost' | 'in-the-way';

/** What was in the database, as JSON: the rows by their tables, the sequences' last values by their names. */
export type Kept = { tables: string; sequences: string };

const MOST_CONNECTS = 10;

/** References and triggers are not asked: what is put back was written under them. */
const PUT_BACK = `
  create function simulation_put_back(tables jsonb, sequences jsonb) returns void language plpgsql as $$
  declare name text; value jsonb; month date;
  begin
    perform set_config('session_replication_role', 'replica', true);
    for month in select distinct date_trunc('month', (fact ->> 'recorded_at')::timestamptz at time zone 'UTC')::date from jsonb_array_elements(tables -> 'facts') as fact loop
      perform fact_partition(month);
    end loop;
    for month in
      select date_trunc('month', (hour ->> 'bucket')::timestamptz at time zone 'UTC')::date from jsonb_array_elements(tables -> 'health_rollups') as hour
      union select date_trunc('month', (day ->> 'day')::date)::date from jsonb_array_elements(tables -> 'health_days') as day
    loop
      perform health_partition(month);
    end loop;
    for name, value in select * from jsonb_each(tables) loop
      execute format('insert into %I overriding system value select * from jsonb_populate_recordset(null::%I, $1)', name, name) using value;
    end loop;
    for name, value in select * from jsonb_each(sequences) loop
      perform setval(name::regclass, value::bigint);
    end loop;
  end $$`;

/** The functions of the schema that ask the database's clock: their copies are told the time. */
const CLOCKED_NAMES = ['take_lease', 'beat', 'silent_servers', 'abandoned_leases', 'end_sessions_of_silent'];
const CLOCKED = new RegExp(String.raw`\b(${CLOCKED_NAMES.join('|')})\(`, 'g');

/**
 * Tables that cycles do not write to. Emptying a table means new files for it and each of its indexes, which took half of the server's time: these are left as they are,
 * and what they refer to is not asked for, for else they would have to be emptied with it. One that a cycle writes to after all is emptied from then on.
 */
const UNWRITTEN =
  `api_keys approvals bug_assignments checks cherry_picks commits crash_counts crash_groups crash_judgements crash_people crash_segments crash_tickets
  crash_versions custom_answers distributions health_affected health_days health_dsns health_heard health_packed health_quarantine health_sketches health_streams
  policy_proposals rotas setup_links ticks waivers webhook_deliveries`.split(/\s+/);

/**
 * The real connection that everything goes through, kept over all cycles of a run. One is enough for all instances: a statement is let through at a time, and none but
 * its own while a transaction is open.
 */
export class RealConnection {
  readonly #base: Pick<Connection, 'pool'>;
  #client: Promise<PoolClient> | null = null;
  #written: readonly string[] = [];
  #unwritten: readonly string[] = [];

  constructor(base: Pick<Connection, 'pool'>) {
    this.#base = base;
  }

  /** Makes the database one for simulations: leases end by the world's clock, nothing waits for the disk, transactions in each other's way are found at once. */
  async prepare(): Promise<void> {
    for (const name of CLOCKED_NAMES) await this.#onOurClock(name);
    await this.#base.pool.query(PUT_BACK);
    // the months of health that a cycle may tell of: made by a cycle they would be there for the next one on this database, and not on another
    await this.#base.pool.query(
      `select health_partition(month::date) from unnest(array['2024-09-01', '2024-10-01', '2024-11-01']) as month`,
    );
    const { rows } = await this.#base.pool.query<{ name: string }>(`
      select tablename as name from pg_tables
      where schemaname = 'public' and tablename <> 'schema_migrations' and tablename not like 'facts\\_%' and tablename !~ '^health_(rollups|days)_' order by 1`);
    const names = rows.map(({ name }) => name);
    this.#written = names.filter((name) => !UNWRITTEN.includes(name));
    this.#unwritten = names.filter((name) => UNWRITTEN.includes(name));
    await this.#base.pool.query(
      `do $$ declare one record; begin
        for one in select conrelid::regclass as of, conname from pg_constraint where contype = 'f' and conparentid = 0 and conrelid = any('{${this.#unwritten.join(',')}}'::regclass[]) loop
          execute format('alter table %s drop constraint %I', one.of, one.conname);
        end loop;
      end $$`,
    );
    // Rows lie where they were written: nothing moves them behind the simulation's back.
    await this.#base.pool.query(`
      do $$ declare name text; begin
        for name in select format('%I', c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r' loop
          execute 'alter table ' || name || ' set (autovacuum_enabled = false)';
        end loop;
      end $$`);
  }

  /** A copy of one of the schema's functions that is told the time in place of asking the server for it, and calls the copies of the others. */
  async #onOurClock(name: string): Promise<void> {
    const { rows } = await this.#base.pool.query<{ text: string }>(
      'select pg_get_functiondef(oid) as text from pg_proc where proname = $1',
      [name],
    );
    const text = (rows[0]?.text ?? '')
      .replace(`public.${name}(`, `public.${name}_at(simulated timestamptz, `)
      .replaceAll('clock_timestamp()', 'simulated')
      .replaceAll(CLOCKED, (whole, called: string) => (called === name ? whole : `${called}_at(simulated, `));
    await this.#base.pool.query(text);
  }

  /** An empty database, as at the first cycle. */
  async empty(): Promise<void> {
    await this.#removeAll();
    // the instance has one row from the beginning
    await this.#base.pool.query('insert into instance default values');
  }

  async #removeAll(): Promise<void> {
    const { rows } = await this.#base.pool.query<{ name: string }>({
      name: 'simulation_written',
      text: `select name from unnest($1::text[]) as name
        where exists (select from pg_partition_tree(name::regclass) where pg_relation_size(relid) > 0) or pg_relation_size(name::regclass) > 0`,
      values: [this.#unwritten],
    });
    const written = rows.map(({ name }) => name);
    this.#written = [...this.#written, ...written];
    this.#unwritten = this.#unwritten.filter((name) => !written.includes(name));
    if (this.#written.length === 0) throw new Error('the database was not prepared');
    await this.#base.pool.query(`truncate ${this.#written.join(', ')} restart identity; alter sequence fact_arrivals restart`);
  }

  /** All that is in the database now, but what belongs to processes. */
  async keep(): Promise<Kept> {
    const { rows } = await this.#base.pool.query<{ tables: string[] }>(`
      select array_agg(tablename::text order by tablename) as tables from pg_tables
      where schemaname = 'public' and tablename not in ('schema_migrations', 'servers', 'leases') and tablename not like 'facts\\_%' and tablename !~ '^health_(rollups|days)_'`);
    const dump = (rows[0]?.tables ?? [])
      .map((name) => `select '${name}' as name, coalesce(jsonb_agg(t), '[]') as rows from ${name} as t`)
      .join(' union all ');
    const { rows: tables } = await this.#base.pool.query<{ kept: string }>(
      `select jsonb_object_agg(name, rows)::text as kept from (${dump}) as each where jsonb_array_length(rows) > 0`,
    );
    const { rows: sequences } = await this.#base.pool.query<{ kept: string }>(
      `select jsonb_object_agg(sequencename, last_value)::text as kept from pg_sequences where schemaname = 'public' and last_value is not null`,
    );
    return { tables: tables[0]?.kept ?? '{}', sequences: sequences[0]?.kept ?? '{}' };
  }

  /** The database as it was when that was kept. */
  async putBack({ tables, sequences }: Kept): Promise<void> {
    await this.#removeAll();
    await this.#base.pool.query('select simulation_put_back($1, $2)', [tables, sequences]);
  }

  /** For whoever watches: past the gate. */
  get watching(): Pool {
    return this.#base.pool;
  }

  client(): Promise<PoolClient> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  /** A machine with much to do may take long to answer: that is no fault of the simulation's. */
  async #connect(): Promise<PoolClient> {
    for (let tries = 1; ; tries++) {
      try {
        const fresh = await this.#base.pool.connect();
        // One plan for each statement, whatever came before it on this connection: rows that no order is asked of come alike each time.
        await fresh.query(`set synchronous_commit = off; set plan_cache_mode = force_generic_plan; set jit = off`);
        return fresh;
      } catch (error) {
        if (tries >= MOST_CONNECTS) throw error;
      }
    }
  }

  async close(): Promise<void> {
    (await this.#client)?.release(true);
    this.#client = null;
  }
}

/** How a transaction begins, with an isolation of its own or not. */
const BEGINS = /^(?:begin|start transaction)\b/;

const BROKEN = { code: '08006', message: 'Connection terminated unexpectedly' };
const IN_THE_WAY = { code: '40P01', message: 'deadlock detected' };

function databaseError({ code, message }: { code: string; message: string }): Error {
  return Object.assign(new Error(message), { code });
}

/** A connection as an instance has it. `isOpen`: a transaction is. */
class Line {
  isOpen = false;
  isBroken = false;
  /** What its open transaction did is to be looked at once it is committed. */
  hasWritten = false;
  readonly told: string[] = [];
}

/** The database as one instance reaches it. */
export class InstanceDatabase {
  readonly db: Kysely<Database>;
  /** What the engine listens with. */
  readonly pool: Pool;
  readonly #gate: Gate;
  readonly #of: string;
  readonly #real: RealConnection;
  readonly #faults: DatabaseFaults;
  readonly #lines = new Set<Line>();
  readonly #heard: (statement: Statement) => void;
  readonly #tell: (payload: string) => void;
  readonly #listeners = new Set<EventEmitter>();
  readonly #names: Map<string, string>;

  constructor(
    gate: Gate,
    of: string,
    real: RealConnection,
    options: {
      faults: DatabaseFaults;
      /** Each statement that went through. */
      heard: (statement: Statement) => void;
      /** What a committed transaction tells the other processes. */
      tell: (payload: string) => void;
      names: Map<string, string>;
    },
  ) {
    this.#gate = gate;
    this.#of = of;
    this.#real = real;
    this.#faults = options.faults;
    this.#heard = options.heard;
    this.#tell = options.tell;
    this.#names = options.names;
    const pool: PostgresPool = {
      connect: async () => this.#open(),
      end: async () => undefined,
      options: {},
    };
    this.db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
    this.pool = { connect: async () => this.#listener() } as unknown as Pool;
  }

  /** The instance was told by another process. */
  hear(payload: string): void {
    for (const listener of this.#listeners) listener.emit('notification', { channel: CHANNEL, payload });
  }

  /** The instance is gone: the server takes back what it had not committed. */
  async drop(): Promise<void> {
    for (const line of this.#lines) await this.#close(line);
    this.#lines.clear();
  }

  #listener(): PoolClient {
    const listener = new EventEmitter();
    this.#listeners.add(listener);
    return Object.assign(listener, {
      query: async () => ({ rows: [] }),
      release: () => void this.#listeners.delete(listener),
    }) as unknown as PoolClient;
  }

  #open(): Awaited<ReturnType<PostgresPool['connect']>> {
    const line = new Line();
    this.#lines.add(line);
    const query = async (text: string, values?: readonly unknown[]): Promise<QueryResult> => this.#ask(line, text, values ?? []);
    return {
      query: query as unknown as Awaited<ReturnType<PostgresPool['connect']>>['query'],
      release: () => {
        if (!line.isOpen) this.#lines.delete(line);
      },
    };
  }

  #ask(line: Line, text: string, values: readonly unknown[]): Promise<QueryResult> {
    return this.#gate.ask({ kind: 'db', of: this.#of, label: labelOf(text, values), line }, async () => {
      try {
        const result = await this.#run(line, text, values);
        return { value: result, told: `${result.command} ${result.rowCount ?? 0}` };
      } finally {
        // what a process had sent before it was gone is carried out, and nobody is there to give the connection back
        if (this.#gate.isDead(this.#of)) await this.#close(line);
      }
    });
  }

  async #run(line: Line, text: string, values: readonly unknown[]): Promise<QueryResult> {
    if (line.isBroken) throw databaseError(BROKEN);
    const fault = this.#faults.befalls(this.#of, text);
    if (fault === 'broken') return this.#break(line);
    if (fault === 'in-the-way') throw databaseError(IN_THE_WAY);
    if (BEGINS.test(text)) {
      this.#gate.holder = line;
      line.isOpen = true;
    }
    const result = await this.#send(this.#onOurClock(text, values));
    const ends = text === 'commit' || text === 'rollback';
    if (ends) {
      line.isOpen = false;
      this.#gate.holder = null;
    }
    if (text.includes('pg_notify(') && typeof values[1] === 'string') line.told.push(values[1]);
    if (text === 'rollback') line.told.length = 0;
    if (!line.isOpen) for (const payload of line.told.splice(0)) this.#tell(payload);
    line.hasWritten ||= changesWhatIsSeen(text);
    const wrote = line.hasWritten && !line.isOpen && text !== 'rollback';
    if (!line.isOpen) line.hasWritten = false;
    this.#heard({ of: this.#of, text, values, result, wrote });
    if (fault === 'answer-lost') return this.#break(line);
    return result;
  }

  /** The functions of ours that ask the database's clock are asked by the world's instead. */
  #onOurClock(text: string, values: readonly unknown[]): { text: string; values: unknown[] } {
    if (!asksClock(text)) return { text, values: [...values] };
    const asked = text.replaceAll(CLOCKED, (_, called: string) => `${called}_at($${values.length + 1}::timestamptz, `);
    return { text: asked, values: [...values, new Date(this.#gate.now).toISOString()] };
  }

  /** Every statement is prepared: planning them takes the server longer than running them. */
  async #send({ text, values }: { text: string; values: unknown[] }): Promise<QueryResult> {
    const client = await this.#real.client();
    const name = this.#names.get(text) ?? `simulated_${this.#names.size}`;
    this.#names.set(text, name);
    return client.query({ name, text, values });
  }

  /** The connection breaks: what it had not committed is taken back by the server. */
  async #break(line: Line): Promise<never> {
    await this.#close(line);
    line.isBroken = true;
    throw databaseError(BROKEN);
  }

  async #close(line: Line): Promise<void> {
    line.told.length = 0;
    if (line.isOpen) await (await this.#real.client()).query('rollback');
    line.isOpen = false;
    if (this.#gate.holder === line) this.#gate.holder = null;
  }
}

/** What is to be known of a statement is looked for once in each wording. */
function knownOf(pattern: RegExp): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    const there = known.get(text) ?? text.search(pattern) >= 0;
    known.set(text, there);
    return there;
  };
}

const asksClock = knownOf(CLOCKED);

/** Whether a statement writes to a table that the observer looks at. */
const changesWhatIsSeen = knownOf(/\b(?:insert\s+into|update|delete\s+from)\s+"?(?:apps|journal|tracks|outbox|facts)\b/);

/** A statement in the trace: how it begins, and what it is about where that is short. */
function labelOf(text: string, values: readonly unknown[]): string {
  const head = headOf(text);
  const about = values
    .filter((value): value is string => typeof value === 'string' && value.length < 80 && !value.includes('con_') && !/^\d{4}-/.test(value))
    .filter((value) => !/^[0-9a-f]{64}$/.test(value));
  return about.length === 0 ? head : `${head} (${about.slice(0, 3).join(', ')})`;
}

const heads = new Map<string, string>();
function headOf(text: string): string {
  const known = heads.get(text);
  if (known !== undefined) return known;
  const words = text.replaceAll(/\s+/g, ' ').trim();
  const head = words.length > 60 ? `${words.slice(0, 60)}…` : words;
  heads.set(text, head);
  return head;
}
