/** The tracks of an app that are due are looked at together, by one process at a time; one that cannot be looked at holds up no other. */
import { sql } from 'kysely';
import type { KyselyPlugin } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { connect } from '#db/connect.ts';
import type { Connection } from '#db/connect.ts';
import { markDue } from '#db/due.ts';
import type { Actor } from '#domain/roles.ts';
import { plusMs } from '#domain/time.ts';
import { createLog } from '#lib/log.ts';
import { testDatabase } from '../../test/setup/database.ts';
import type { TestDatabase } from '../../test/setup/database.ts';
import { createEngine } from './engine.ts';
import type { Result } from './types.ts';

const lind: Actor = { kind: 'person', id: 'p', name: 'M. Lind', roles: ['admin', 'release-manager'], teams: [] };

const BRANCH_DAY = '2024-09-27T07:00:00.000Z';
const HOUR_MS = 3_600_000;
const LOOK_AGAIN_MS = 30_000;

/** Each track asks for its cut when branch day comes: all of them become due at one moment. */
const policy = `app: music
timezone: Europe/Stockholm
process: light
platforms:
  android: { storefronts: [google-play], rollout: [100] }
  ios: { storefronts: [app-store-connect], rollout: [100] }
  desktop: { storefronts: [microsoft-store], rollout: [100] }
before submit: [{ manual: ready }]
before start: []
robot: { cut: auto, submit: auto, start: auto, raise: auto, halt: auto }
`;

const id = (platform: string): string => `music/1.0.0/${platform}`;
const [android, ios, desktop] = [id('android'), id('ios'), id('desktop')];

let base: TestDatabase;
let now = plusMs(BRANCH_DAY, -HOUR_MS);
let said: { msg: string; track?: string }[] = [];
const connections: Connection[] = [];
const engines: ReturnType<typeof createEngine>[] = [];

/** An engine with connections of its own, as another process would have it. */
async function engineOf(owner: string, as = (connection: Connection) => connection): Promise<ReturnType<typeof createEngine>> {
  const connection = await connect({ url: base.url, applicationName: owner });
  connections.push(connection);
  const engine = createEngine({
    connection: as(connection),
    integrations: [],
    clock: { now: () => now },
    owner,
    secret: 'a secret for the tests, of enough length',
    dataDir: '/nowhere',
    sweepEveryMs: HOUR_MS,
    log: createLog({ level: 'error', write: (line) => void said.push(JSON.parse(line) as (typeof said)[number]) }),
  });
  engines.push(engine);
  return engine;
}

function must<T>(answer: Result<T>): void {
  if (!answer.ok) throw new Error(answer.because);
}

/** Notes who writes what a look at a track came to, and who holds the track's lease then, by the database's clock. */
async function watchLooks(): Promise<void> {
  await sql`create table looks (seq bigserial, at timestamptz not null default clock_timestamp(), track text, by text, holder text)`.execute(
    base.db,
  );
  await sql`
    create function note_look() returns trigger language plpgsql as $$ begin
      insert into looks (track, by, holder) values (new.id, current_setting('application_name'),
        (select owner from leases where name = 'track:' || new.id));
      return new;
    end $$`.execute(base.db);
  await sql`
    create trigger note_look after update on tracks for each row
    when (new.planned_at is distinct from old.planned_at or new.plan is distinct from old.plan) execute function note_look()`.execute(
    base.db,
  );
}

type Look = { track: string; by: string; holder: string | null; at: string };
const looks = async (): Promise<readonly Look[]> =>
  (await sql<Look>`select track, by, holder, at from looks order by seq`.execute(base.db)).rows;

/** How many cuts the journal of each track says were ordered. */
async function cuts(): Promise<Readonly<Record<string, number>>> {
  const rows = await base.db.selectFrom('journal').select('track').where('kind', '=', 'action-ordered').execute();
  const all = [android, ios, desktop].map((track) => [track, rows.filter((row) => row.track === track).length] as const);
  return Object.fromEntries(all);
}

const each = (count: number) => ({ [android]: count, [ios]: count, [desktop]: count });

async function becomeDue(tracks: readonly string[]): Promise<void> {
  await markDue(
    base.db,
    tracks.map((key) => ({ kind: 'track' as const, key, app: 'music', at: now })),
  );
}

beforeEach(async () => {
  base = await testDatabase();
  now = plusMs(BRANCH_DAY, -HOUR_MS);
  said = [];
  const engine = await engineOf('first');
  const platforms = ['android', 'ios', 'desktop'];
  must(await engine.createApp({ id: 'music', name: 'Music', timezone: 'Europe/Stockholm', platforms, policy }, lind));
  must(
    await engine.planRelease(
      { app: 'music', version: '1.0.0', kind: 'regular', platforms, startsAt: 'developing', planned: { branch: BRANCH_DAY } },
      lind,
    ),
  );
  await engine.settle();
  return async () => {
    for (const one of engines.splice(0)) await one.stop();
    for (const one of connections.splice(0)) await one.close();
    await base.close();
  };
});

describe('when one track of those that are due together', () => {
  const toldOf = () => said.filter(({ msg }) => msg.includes('could not be looked at')).map(({ track }) => track);

  /** Branch day comes; what becomes of the others, and of the bad one before and after it is mended. */
  async function branchDayWith(bad: string, mend: () => Promise<void>): Promise<void> {
    const [engine] = engines;
    now = BRANCH_DAY;
    await engine?.settle();
    expect(await cuts()).toEqual({ ...each(1), [bad]: 0 });
    expect(toldOf()).toEqual([bad]);

    now = plusMs(now, LOOK_AGAIN_MS);
    await engine?.settle();
    expect(await cuts()).toEqual({ ...each(1), [bad]: 0 });
    expect(toldOf()).toEqual([bad, bad]);

    await mend();
    now = plusMs(now, LOOK_AGAIN_MS);
    await engine?.settle();
    expect(await cuts()).toEqual(each(1));
    expect(toldOf()).toEqual([bad, bad]);
    expect(await base.db.selectFrom('leases').select('name').execute()).toEqual([]);
    expect(await engine?.verifyAudit()).toMatchObject({ ok: true });
  }

  test('cannot be planned, the others go on; it is told of, tried again, and goes on once it is mended', async () => {
    const waived = {
      id: 'unreadable',
      track: ios,
      instance: 'soaked',
      state: 'active' as const,
      waiver: 'null',
      at: now,
      recorded_at: now,
    };
    await base.db.insertInto('waivers').values(waived).execute();
    await branchDayWith(ios, async () => {
      await base.db.deleteFrom('waivers').where('id', '=', waived.id).execute();
    });
  });

  test('cannot be committed, the others go on; nothing of it is written until it can be', async () => {
    await sql`
      create function refuse_it() returns trigger language plpgsql as $$ begin
        raise exception 'this row cannot be written';
      end $$`.execute(base.db);
    await sql`create trigger refuse_it before update on tracks for each row when (old.id = ${sql.lit(desktop)}) execute function refuse_it()`.execute(
      base.db,
    );
    await branchDayWith(desktop, async () => {
      await sql`drop trigger refuse_it on tracks`.execute(base.db);
    });
  });
});

describe('when two processes look at the tracks of one app', () => {
  /** Whether somebody waits for a row that another transaction holds. */
  const waiting = async (by: string): Promise<boolean> => {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from pg_stat_activity
      where datname = current_database() and application_name = ${by} and wait_event_type = 'Lock'`.execute(base.db);
    return (rows[0]?.n ?? 0) > 0;
  };

  /** Holds a track's row, so that whoever is about to commit it stands still with its leases. */
  async function holdRow(track: string): Promise<() => Promise<void>> {
    const holder = await base.pool.connect();
    await holder.query('begin');
    await holder.query('select 1 from tracks where id = $1 for update', [track]);
    return async () => {
      await holder.query('commit');
      holder.release();
    };
  }

  test('what one is at, the other leaves alone; what else is due it looks at meanwhile', async () => {
    await watchLooks();
    const [first] = engines;
    const second = await engineOf('second');
    now = BRANCH_DAY;
    await base.db.deleteFrom('due').where('kind', '=', 'track').execute();
    await becomeDue([android, ios]);
    const letGo = await holdRow(android);
    const atTwo = first?.settle();
    await expect.poll(() => waiting('first'), { timeout: 15_000 }).toBe(true);

    await becomeDue([android, ios, desktop]);
    const atThree = second.settle();
    await expect.poll(async () => (await cuts())[desktop], { timeout: 15_000 }).toBe(1);
    const meanwhile = await looks();
    await letGo();
    await Promise.all([atTwo, atThree]);

    expect(new Set(meanwhile.map(({ track, by }) => `${track} by ${by}`))).toEqual(new Set([`${desktop} by second`]));
    const all = await looks();
    expect(all.filter(({ by, holder }) => by !== holder)).toEqual([]);
    expect(all.filter(({ track }) => track === android)[0]?.by).toBe('first');
    expect(await cuts()).toEqual(each(1));
    expect(await second.verifyAudit()).toMatchObject({ ok: true });
    expect(await base.db.selectFrom('leases').select('name').execute()).toEqual([]);
    expect(said).toEqual([]);
  });

  test('the leases of one that died run out, and the other takes its tracks over then and not before', async () => {
    await watchLooks();
    const second = await engineOf('second');
    now = BRANCH_DAY;
    const { rows } = await sql<{ until: string }>`
      insert into leases (name, owner, until)
      select 'track:' || t, 'one that died', clock_timestamp() + interval '1 second' from unnest(${[android, ios]}::text[]) as t
      returning until`.execute(base.db);
    await second.settle();
    const all = await looks();
    expect(all.filter(({ by, holder }) => by !== 'second' || holder !== 'second')).toEqual([]);
    const until = rows[0]?.until ?? '';
    const early = all.filter(({ track, at }) => track !== desktop && at < until);
    expect(early).toEqual([]);
    expect(all.map(({ track }) => track)).toEqual(expect.arrayContaining([android, ios]));
    expect(await cuts()).toEqual(each(1));
  });

  test('and one comes back after its leases ran out and were taken over, nothing is doubled', async () => {
    const [first] = engines;
    const second = await engineOf('second');
    now = BRANCH_DAY;
    const letGo = await holdRow(android);
    const slow = first?.settle();
    await expect.poll(() => waiting('first'), { timeout: 15_000 }).toBe(true);
    await sql`update leases set until = clock_timestamp() - interval '1 second'`.execute(base.db);
    await becomeDue([android, ios, desktop]);
    const other = second.settle();
    await expect.poll(() => waiting('second'), { timeout: 15_000 }).toBe(true);
    // meanwhile either may read a source
    const owners = await base.db.selectFrom('leases').select('owner').where('name', 'like', 'track:%').distinct().execute();
    expect(owners).toEqual([{ owner: 'second' }]);
    await letGo();
    await Promise.all([slow, other]);
    expect(await cuts()).toEqual(each(1));
    const orders = await base.db.selectFrom('outbox').select('key').where('app', '=', 'music').execute();
    expect(orders).toHaveLength(3);
    expect(await second.verifyAudit()).toMatchObject({ ok: true });
    expect(said).toEqual([]);
  });
});

/** Answers about what was taken come late: it is taken in the database, and the process that took it does not know yet. */
function withLateClaims(connection: Connection): Connection {
  const late: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      if (result.rows.some((row) => 'isMine' in row)) await new Promise((done) => setTimeout(done, 100));
      return result;
    },
  };
  return { ...connection, db: connection.db.withPlugin(late) };
}

test('what a running robot takes by itself is waited for by who waits until all is settled', async () => {
  const engine = await engineOf('running', withLateClaims);
  void engine.start();
  await engine.settle();
  for (let round = 1; round <= 5; round += 1) {
    now = plusMs(now, 1000);
    await becomeDue([android]);
    // which wakes the robot
    engine.hold('another')();
    // by then the robot has taken it
    await expect.poll(() => base.db.selectFrom('leases').select('name').execute(), { interval: 1 }).not.toEqual([]);
    await engine.settle('music');
    const { planned_at } = await base.db.selectFrom('tracks').select('planned_at').where('id', '=', android).executeTakeFirstOrThrow();
    expect(planned_at).toBe(now);
  }
});
