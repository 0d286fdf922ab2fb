/**
 * Release health as a further load of a server that is killed: envelopes of an SDK, and roll-ups in bulk. What was acknowledged is in the database after the kill; and once all that
 * got no answer is sent again, with much that did get one, every sum is what was sent: nothing is lost, and nothing counted twice.
 */
import { gzipSync } from 'node:zlib';
import { Client as Database } from 'pg';
import type { Client } from '#api/client.ts';
import { WHOLE } from '#domain/health/rollup.ts';

export type HealthAt = { app: string; platform: string; version: string; build: string };

type Sent = { bytes: Uint8Array<ArrayBuffer>; sessions: number; seconds: number; person: string | null };
type Batch = { revision: number; hour: number };
type Kept<T> = { acked: T[]; unanswered: T[] };

export type HealthLoad = {
  /** One after the other, until it throws: each remembers what was acknowledged. */
  works: readonly (() => Promise<void>)[];
  /** Both kinds were acknowledged. */
  begun: Promise<unknown>;
  envelopes: Kept<Sent>;
  batches: Kept<Batch>;
};

const SOURCE = 'torture';
const AUDIENCE = 'production';
/** So many segments of one hour are told in one batch; so many hours are told again and again, under higher revisions. */
const SEGMENTS = 200;
const HOURS = 12;
const HOUR_MS = 3_600_000;
/** Envelopes that are under way together, and are committed together. */
const AT_ONCE = 10;
/** An answer that is one: what was refused was not taken. */
const REFUSED = new Set([400, 401, 413, 429]);

/** What a revision tells of a segment: another total each time. */
const usageOf = (revision: number, segment: number): number => revision + segment / 1024;
const crashesOf = (revision: number, segment: number): number => revision * 3 + segment;

/** @param dsn where the SDK sends to; `key` may report */
export function healthLoad(base: string, dsn: string, key: string, at: HealthAt): HealthLoad {
  const envelopes: Kept<Sent> = { acked: [], unanswered: [] };
  const batches: Kept<Batch> = { acked: [], unanswered: [] };
  const heard = Promise.withResolvers<void>();
  const reported = Promise.withResolvers<void>();
  let made = 0;
  const one = async <T>(kept: Kept<T>, each: T, send: (each: T) => Promise<number>, done: () => void): Promise<void> => {
    let status: number;
    try {
      status = await send(each);
    } catch (error) {
      kept.unanswered.push(each);
      throw error;
    }
    if (status === 200) {
      kept.acked.push(each);
      done();
    } else if (REFUSED.has(status)) throw new Error(`health was refused with ${status}`);
    // the server is in trouble: it may have been stored, and nobody knows
    else kept.unanswered.push(each);
  };
  const someEnvelopes = async (): Promise<void> => {
    const sending = Array.from({ length: AT_ONCE }, () => {
      made += 1;
      return one(envelopes, envelopeOf(made, at), (sent) => sendEnvelope(dsn, sent), heard.resolve);
    });
    for (const sent of await Promise.allSettled(sending)) if (sent.status === 'rejected') throw sent.reason;
  };
  const batch = async (): Promise<void> => {
    made += 1;
    await one(batches, { revision: made, hour: made % HOURS }, (each) => sendBatch(base, key, at, each), reported.resolve);
  };
  return { works: [someEnvelopes, someEnvelopes, batch, batch], begun: Promise.all([heard.promise, reported.promise]), envelopes, batches };
}

/** Two in three tell of somebody's session and crash, every third of sessions added up, which are known by their envelope alone. Every fourth person crashes again. */
function envelopeOf(n: number, { version, build }: HealthAt): Sent {
  const at = new Date().toISOString();
  const attrs = { release: `io.example.torture@${version}+${build}`, environment: AUDIENCE };
  const packed = (...items: readonly (readonly [type: string, payload: object])[]): Uint8Array<ArrayBuffer> =>
    new Uint8Array(
      gzipSync(
        [JSON.stringify({ sent_at: at }), ...items.flatMap(([type, value]) => [JSON.stringify({ type }), JSON.stringify(value)])].join(
          '\n',
        ),
      ),
    );
  if (n % 3 === 0)
    return { bytes: packed(['sessions', { aggregates: [{ started: at, exited: n }], attrs }]), sessions: n, seconds: 0, person: null };
  const person = `person ${n % 4 === 0 ? n - (n % 16) : n}`;
  // no two last equally long: one that is lost and one that is doubled do not make up for each other
  const seconds = n;
  const session = { sid: `session ${n}`, did: person, init: true, started: at, timestamp: at, status: 'exited', duration: seconds, attrs };
  const event = {
    event_id: `event ${n}`,
    timestamp: at,
    level: 'fatal',
    ...attrs,
    user: { id: person },
    contexts: { os: { name: 'Android', version: String(10 + (n % 5)) } },
    exception: {
      values: [{ type: `Trouble${n % 7}`, value: 'in the lab', mechanism: { type: 'UncaughtExceptionHandler', handled: false } }],
    },
  };
  return { bytes: packed(['session', session], ['event', event]), sessions: 1, seconds, person };
}

async function sendEnvelope(dsn: string, { bytes }: Sent): Promise<number> {
  const { origin, username, pathname } = new URL(dsn);
  const answer = await fetch(`${origin}/api${pathname}/envelope/`, {
    method: 'POST',
    headers: { 'x-sentry-auth': `Sentry sentry_version=7, sentry_key=${username}`, 'content-encoding': 'gzip' },
    body: bytes,
  });
  await answer.arrayBuffer();
  return answer.status;
}

async function sendBatch(base: string, key: string, { app, ...at }: HealthAt, { revision, hour }: Batch): Promise<number> {
  const bucket = new Date((HOURS_BEGIN + hour) * HOUR_MS).toISOString();
  const rows = Array.from({ length: SEGMENTS }, (_, segment) => {
    const count = crashesOf(revision, segment);
    return {
      ...at,
      audience: AUDIENCE,
      bucket,
      segment: `device=Model ${segment}`,
      revision,
      consumption: usageOf(revision, segment),
      crashes: { count, affected: segment },
    };
  });
  const answer = await fetch(`${base}/api/apps/${app}/health/rollups?source=${SOURCE}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(rows),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** The hours that are told are over, and the same for as long as this process runs. */
const HOURS_BEGIN = Math.floor(Date.now() / HOUR_MS) - 48;

/** What is there of the app, by the database itself. */
async function storedOf(url: string, app: string) {
  const database = new Database({ connectionString: url });
  await database.connect();
  try {
    const { rows: sums } = await database.query<{ sessions: number; seconds: number; crashes: number; people: number }>(
      `select coalesce(sum(r.sessions), 0)::int as sessions, coalesce(round(sum(r.consumption) * 3600), 0)::int as seconds,
         coalesce(sum(r.crashes), 0)::int as crashes, coalesce(sum(r.crash_users), 0)::int as people
       from health_hours() r join health_series s on s.id = r.series where s.app = $1 and s.source = 'sentry' and s.segment = '${WHOLE}'`,
      [app],
    );
    const { rows: grouped } = await database.query<{ crashes: number; people: number }>(
      `select coalesce(sum(c.crashes), 0)::int as crashes, (select count(distinct who)::int from crash_people p join crash_groups g on g.id = p.crash_group where g.app = $1) as people
       from crash_counts c join crash_groups g on g.id = c.crash_group where g.app = $1 and c.segment = 'all'`,
      [app],
    );
    const { rows: bulk } = await database.query<{ hour: number; rows: number; low: number; high: number; usage: number; crashes: number }>(
      `select (extract(epoch from r.bucket) / 3600)::int - $2 as hour, count(*)::int as rows, min(r.revision)::int as low, max(r.revision)::int as high,
         sum(r.consumption) as usage, sum(r.crashes)::int as crashes
       from health_hours() r join health_series s on s.id = r.series where s.app = $1 and s.source = $3 group by r.bucket order by r.bucket`,
      [app, HOURS_BEGIN, SOURCE],
    );
    const { rows: doubted } = await database.query<{ reason: string }>('select distinct reason from health_quarantine where app = $1', [
      app,
    ]);
    return { sums: sums[0], grouped: grouped[0], bulk, doubted };
  } finally {
    await database.end();
  }
}

type Sums = { sessions: number; seconds: number; crashes: number; people: number };

function sumsOf(envelopes: readonly Sent[]): Sums {
  const sum = (pick: (sent: Sent) => number): number => envelopes.reduce((total, sent) => total + pick(sent), 0);
  const hit = envelopes.flatMap(({ person }) => person ?? []);
  return { sessions: sum((sent) => sent.sessions), seconds: sum((sent) => sent.seconds), crashes: hit.length, people: new Set(hit).size };
}

const newestOf = (batches: readonly Batch[]): Map<number, number> => {
  const newest = new Map<number, number>();
  for (const { hour, revision } of batches) newest.set(hour, Math.max(newest.get(hour) ?? 0, revision));
  return newest;
};

/** What must not be after a kill: before anything is sent again. */
export async function lostHealthOf(url: string, app: string, { envelopes, batches }: HealthLoad): Promise<string[]> {
  const { sums, bulk, doubted } = await storedOf(url, app);
  const problems = doubted.map(({ reason }) => `health was doubted: ${reason}`);
  const [least, most] = [sumsOf(envelopes.acked), sumsOf([...envelopes.acked, ...envelopes.unanswered])];
  for (const name of ['sessions', 'seconds', 'crashes', 'people'] as const) {
    const there = sums?.[name] ?? 0;
    if (there < least[name]) problems.push(`${least[name] - there} ${name} of acknowledged envelopes are lost`);
    if (there > most[name]) problems.push(`${there - most[name]} ${name} more are there than envelopes told`);
  }
  for (const { hour, rows, low, high } of bulk)
    if (rows !== SEGMENTS || low !== high)
      problems.push(`half of a batch is there: ${rows} rows of hour ${hour}, of revisions ${low} to ${high}`);
  const there = new Map(bulk.map(({ hour, high }) => [hour, high]));
  for (const [hour, revision] of newestOf(batches.acked))
    if ((there.get(hour) ?? 0) < revision)
      problems.push(`the roll-ups of hour ${hour} under revision ${revision} were acknowledged and are lost`);
  return problems;
}

/** So many of those that were acknowledged are sent again too, as an SDK does that did not hear the answer. */
const AGAIN = 20;

/** Sends all without an answer again, and some that had one; answers where sums are another than what was told. */
export async function doubledHealthOf(
  base: string,
  dsn: string,
  key: string,
  url: string,
  at: HealthAt,
  load: HealthLoad,
): Promise<string[]> {
  const { envelopes, batches } = load;
  const problems: string[] = [];
  const again = async (status: Promise<number>): Promise<void> => {
    const got = await status;
    if (got !== 200) problems.push(`health that is sent again is answered with ${got}`);
  };
  for (const sent of [...envelopes.unanswered, ...envelopes.acked.slice(-AGAIN)]) await again(sendEnvelope(dsn, sent));
  for (const batch of [...batches.unanswered, ...batches.acked.slice(-AGAIN)].toReversed()) await again(sendBatch(base, key, at, batch));
  const { sums, grouped, bulk, doubted } = await storedOf(url, at.app);
  problems.push(...doubted.map(({ reason }) => `health that is sent again is doubted: ${reason}`));
  const told = sumsOf([...envelopes.acked, ...envelopes.unanswered]);
  const asText = (value: unknown): string => JSON.stringify(value);
  if (asText(sums) !== asText(told)) problems.push(`envelopes told ${asText(told)} and the roll-ups say ${asText(sums)}`);
  const groups = { crashes: told.crashes, people: told.people };
  if (asText(grouped) !== asText(groups)) problems.push(`envelopes told ${asText(groups)} and the crash groups say ${asText(grouped)}`);
  const newest = newestOf([...batches.acked, ...batches.unanswered]);
  const totalOf = (pick: (segment: number) => number): number =>
    Array.from({ length: SEGMENTS }, (_, at) => pick(at)).reduce((a, b) => a + b, 0);
  const wanted = [...newest]
    .toSorted(([a], [b]) => a - b)
    .map(([hour, revision]) => ({
      hour,
      rows: SEGMENTS,
      low: revision,
      high: revision,
      usage: totalOf((segment) => usageOf(revision, segment)),
      crashes: totalOf((segment) => crashesOf(revision, segment)),
    }));
  if (asText(bulk) !== asText(wanted)) problems.push(`roll-ups told ${asText(wanted)} and the database says ${asText(bulk)}`);
  return problems;
}

/** A DSN of the app, as a person makes it; its address is that of whichever server runs. */
export async function dsnOf(client: Client, { app, platform }: HealthAt): Promise<(base: string) => string> {
  const { dsn } = await client.createDsn({ params: { app }, body: { platform, name: 'torture' } });
  const { username, pathname } = new URL(dsn);
  return (base) => Object.assign(new URL(base), { username, pathname }).href;
}
