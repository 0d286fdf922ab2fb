/** What an operator needs to know of the instance: processes, leases, due work, lanes, clocks, sources, questions, the database itself. Times are the database's. */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Instant } from '#domain/time.ts';
import type { Database, ServerState } from '../schema.ts';
import { SILENT_AFTER_SECONDS } from '../servers.ts';

export type Examination = {
  database: {
    version: string;
    now: Instant;
    sizeBytes: number;
    connections: number;
    mostConnections: number;
    /** Transactions of any program that are open for more than 10 s. */
    longTransactions: readonly { program: string; seconds: number; state: string }[];
  };
  servers: readonly {
    owner: string;
    host: string;
    pid: number;
    version: string;
    address: string | null;
    startedAt: Instant;
    /** Since its last sign of life. */
    silentMs: number;
    isSilent: boolean;
    /** How much its clock was ahead of the database's then; negative: behind. */
    aheadMs: number;
    hears: boolean;
    working: ServerState['working'];
  }[];
  leases: readonly { name: string; owner: string; leftMs: number; ownerIsSilent: boolean }[];
  due: readonly { kind: string; waiting: number; overdue: number; oldest: Instant | null; overdueMs: number }[];
  lanes: readonly {
    lane: string;
    open: number;
    hasUrgent: boolean;
    oldest: Instant;
    waitingMs: number;
    trying: string | null;
    inDoubt: number;
    attempts: number;
    nextTryAt: Instant | null;
    outcome: string | null;
  }[];
  sources: readonly { app: string; source: string; error: string | null; lastReadAt: Instant | null; isOld: boolean }[];
  questions: readonly { app: string; track: string; kind: string; text: string; askedAt: Instant }[];
};

/** Of what there may be many, so many are told. */
const MOST = 50;

export async function examine(db: Kysely<Database>): Promise<Examination> {
  const [database, servers, leases, due, lanes, sources, questions] = await Promise.all([
    databaseNow(db),
    serversNow(db),
    leasesNow(db),
    dueNow(db),
    lanesNow(db),
    sourcesNow(db),
    questionsNow(db),
  ]);
  return { database, servers, leases, due, lanes, sources, questions };
}

async function databaseNow(db: Kysely<Database>): Promise<Examination['database']> {
  const { rows } = await sql<Omit<Examination['database'], 'longTransactions'>>`
    select current_setting('server_version') as version, clock_timestamp() as now, pg_database_size(current_database()) as "sizeBytes",
      (select count(*) from pg_stat_activity where backend_type = 'client backend') as connections,
      current_setting('max_connections')::int as "mostConnections"`.execute(db);
  const long = await sql<Examination['database']['longTransactions'][number]>`
    select application_name as program, extract(epoch from clock_timestamp() - xact_start)::int as seconds, state from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and xact_start < clock_timestamp() - interval '10 seconds'
    order by xact_start limit ${MOST}`.execute(db);
  const [found] = rows;
  if (found === undefined) throw new Error('the database answered nothing');
  return { ...found, longTransactions: long.rows };
}

async function serversNow(db: Kysely<Database>): Promise<Examination['servers']> {
  const { rows } = await sql<Omit<Examination['servers'][number], 'hears' | 'working'> & { state: ServerState }>`
    select owner, host, pid, version, address, started_at as "startedAt", state,
      (extract(epoch from clock_timestamp() - beat_at) * 1000)::int as "silentMs",
      beat_at < clock_timestamp() - make_interval(secs => ${SILENT_AFTER_SECONDS}) as "isSilent",
      (extract(epoch from said_at - beat_at) * 1000)::int as "aheadMs"
    from servers order by started_at limit ${MOST}`.execute(db);
  return rows.map(({ state, ...server }) => ({ ...server, hears: state.hears, working: state.working }));
}

async function leasesNow(db: Kysely<Database>): Promise<Examination['leases']> {
  const { rows } = await sql<Examination['leases'][number]>`
    select name, owner, (extract(epoch from until - clock_timestamp()) * 1000)::int as "leftMs",
      owner in (select silent_servers(${SILENT_AFTER_SECONDS})) as "ownerIsSilent"
    from leases order by until limit ${MOST}`.execute(db);
  return rows;
}

async function dueNow(db: Kysely<Database>): Promise<Examination['due']> {
  const { rows } = await sql<Examination['due'][number]>`
    select kind, count(*) as waiting, count(*) filter (where at < clock_timestamp()) as overdue, min(at) as oldest,
      greatest(0, extract(epoch from clock_timestamp() - min(at)) * 1000)::bigint as "overdueMs"
    from due group by kind order by kind`.execute(db);
  return rows;
}

async function lanesNow(db: Kysely<Database>): Promise<Examination['lanes']> {
  const { rows } = await sql<Examination['lanes'][number]>`
    select lane, count(*) as open, bool_or(urgent) as "hasUrgent", min(recorded_at) as oldest,
      greatest(0, extract(epoch from clock_timestamp() - min(recorded_at)) * 1000)::bigint as "waitingMs",
      min(key) filter (where state = 'trying') as trying, count(*) filter (where in_doubt) as "inDoubt", max(attempts) as attempts,
      min(next_try_at) as "nextTryAt", min(outcome) as outcome
    from outbox where state in ('ordered', 'trying', 'waiting') group by lane order by 3 desc, 4 limit ${MOST}`.execute(db);
  return rows;
}

/** Sources of apps with a time of their own are left out: how old they are is told by that time. */
async function sourcesNow(db: Kysely<Database>): Promise<Examination['sources']> {
  const { rows } = await sql<Examination['sources'][number]>`
    select s.app, s.source, s.error, s.last_read_at as "lastReadAt",
      coalesce(s.last_read_at < clock_timestamp() - make_interval(secs => 60 * s.fresh_for_minutes), false) as "isOld"
    from sources s join apps a on a.id = s.app
    where s.connected and a.clock is null
      and (s.error is not null or s.last_read_at < clock_timestamp() - make_interval(secs => 60 * s.fresh_for_minutes))
    order by s.app, s.source limit ${MOST}`.execute(db);
  return rows;
}

async function questionsNow(db: Kysely<Database>): Promise<Examination['questions']> {
  const { rows } = await sql<Examination['questions'][number]>`
    select q.app, q.track, q.kind, q.text, q.asked_at as "askedAt" from questions q join apps a on a.id = q.app
    where q.closed_at is null and not a.sample order by q.asked_at limit ${MOST}`.execute(db);
  return rows;
}
