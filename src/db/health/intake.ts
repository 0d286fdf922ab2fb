/** What an SDK's envelopes leave behind: what was heard already, who was hit already, how many people there are, and groups of crashes. */
import { sql } from 'kysely';
import { OTHER_GROUP, segmentWithin } from '#domain/health/crash-groups.ts';
import { addToSketch, REGISTERS, sizeOfSketch } from '#domain/health/sketch.ts';
import type { Instant } from '#domain/time.ts';
import type { CrashSample } from '../schema.ts';
import type { Db, Statement, Tx } from '../transaction.ts';
import { literalOf } from './series.ts';

/** Digests are remembered for a day, and so many of the newest. */
export const HEARD_KEPT_MS = 86_400_000;
const MOST_HEARD = 500_000;
export const DIGEST_BYTES = 8;

/** What this process knows of an app's digests: those up to row `upTo`. */
export type HeardBefore = { upTo: number; digests: Set<string> };

export function nothingHeard(): HeardBefore {
  return { upTo: 0, digests: new Set() };
}

/** Lets one process at a time add to an app's health, and tells it what the others heard since. */
export async function catchUpOnHeard(tx: Tx, app: string, before: HeardBefore, now: Instant): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('signalbox health heard'), hashtext(${app}))`.execute(tx);
  const { rows } = await sql<{ id: number; digests: Buffer }>`
    select id, digests from health_heard where app = ${app} and id > ${before.upTo} and recorded_at > ${sinceOf(now)}::timestamptz order by id`.execute(
    tx,
  );
  for (const { id, digests } of rows) {
    noteHeard(before, digests);
    before.upTo = id;
  }
}

/** What was recorded before is remembered no longer. */
export function sinceOf(now: Instant): Instant {
  return new Date(Date.parse(now) - HEARD_KEPT_MS).toISOString();
}

export function noteHeard({ digests }: HeardBefore, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; at += DIGEST_BYTES) digests.add(bytes.toString('latin1', at, at + DIGEST_BYTES));
  // a set keeps its order: the oldest go first
  for (const oldest of digests) {
    if (digests.size <= MOST_HEARD) break;
    digests.delete(oldest);
  }
}

/** Remembers what was heard. It counts in this process once it is committed, when it is read like that of others. */
export async function rememberHeard(tx: Tx, app: string, digests: readonly string[], recordedAt: Instant): Promise<void> {
  await remembering(app, digests, recordedAt)?.execute(tx);
}

/** The statement that does it; null: nothing was heard. */
export function remembering(app: string, digests: readonly string[], recordedAt: Instant): Statement | null {
  if (digests.length === 0) return null;
  return sql`insert into health_heard (app, digests, recorded_at) values (${app}, ${Buffer.from(digests.join(''), 'latin1')}, ${recordedAt}::timestamptz)`;
}

export async function forgetHeardBefore(db: Db, before: Instant): Promise<void> {
  await sql`delete from health_heard where recorded_at < ${before}::timestamptz`.execute(db);
}

/** Somebody whom something hit. `what`: crashes, anrs, or a crash group. */
export type Hit = { series: number; what: string; who: Buffer };

/** Hashes of one series and thing: by then its verdict is long since red. Those beyond are counted as events alone. */
export const MOST_AFFECTED = 100_000;

/**
 * Which of these are the first of their person: the places in the list.
 *
 * @param wasHit of each, whether its person was hit by the same before, or more are not counted
 */
export function firstHits(hits: readonly Hit[], wasHit: readonly boolean[]): Set<number> {
  const names = new Set<string>();
  return new Set(
    hits.flatMap((hit, at) => {
      const name = nameOfHit(hit);
      if (wasHit[at] === true || names.has(name)) return [];
      names.add(name);
      return [at];
    }),
  );
}

/** The statement that keeps whom something hit for the first time; null: nobody. */
export function keepingHits(hits: readonly Hit[]): Statement | null {
  if (hits.length === 0) return null;
  return sql`
    insert into health_affected (series, what, who)
    select n.series, n.what, n.who
    from unnest(${literalOf(hits.map(({ series }) => series))}::int[], ${hits.map(({ what }) => what)}::text[], ${hits.map(({ who }) => who)}::bytea[]) as n (series, what, who)
    on conflict do nothing`;
}

function nameOfHit({ series, what, who }: Hit): string {
  return `${series} ${what} ${who.toString('latin1')}`;
}

/** People seen by a series in an hour. */
export type Seen = { series: number; bucketMs: number; who: readonly Buffer[] };

/** Adds people to the sketches of a series, of the hour and of all; answers by how many each has grown, in the order of what was seen, and with the statement that keeps them. */
export function countPeople(
  seen: readonly Seen[],
  stored: ReadonlyMap<string, Uint8Array>,
): { grown: { users: number; newUsers: number }[]; keeping: Statement | null } {
  const whole = 0;
  const sketches = new Map<string, Uint8Array>();
  const changed = new Map<string, { series: number; bucketMs: number; sketch: Uint8Array }>();
  const grow = (series: number, bucketMs: number, who: readonly Buffer[]): number => {
    const name = `${series} ${bucketMs}`;
    const sketch = sketches.get(name) ?? Uint8Array.from(stored.get(name) ?? new Uint8Array(REGISTERS));
    sketches.set(name, sketch);
    const before = sizeOfSketch(sketch);
    if (!addToSketch(sketch, who)) return 0;
    changed.set(name, { series, bucketMs, sketch });
    return Math.max(0, sizeOfSketch(sketch) - before);
  };
  const grown = seen.map(({ series, bucketMs, who }) => ({ users: grow(series, bucketMs, who), newUsers: grow(series, whole, who) }));
  const written = [...changed.values()];
  const keeping = sql`
    insert into health_sketches (series, bucket, registers)
    select n.series, to_timestamp(n.at), n.registers
    from unnest(
      ${literalOf(written.map(({ series }) => series))}::int[], ${literalOf(written.map(({ bucketMs }) => bucketMs / 1000))}::float8[],
      ${written.map(({ sketch }) => Buffer.from(sketch))}::bytea[]
    ) as n (series, at, registers)
    on conflict (series, bucket) do update set registers = excluded.registers`;
  return { grown, keeping: written.length === 0 ? null : keeping };
}

/** A crash of a group, to be counted. */
export type Crash = {
  fingerprint: string;
  flow: string | null;
  audience: string;
  who: Buffer;
  /** `country=BR`, without the whole. */
  segments: readonly string[];
  sample: CrashSample;
};
/** `first`: its person had none of this group on this build and audience; `wasHitOnVersion`: had one on this version before, or more people are not counted there. */
export type GroupedCrash = Crash & { group: number; first: boolean; wasHitOnVersion: boolean };

/** Groups that an app and platform may have; crashes of those beyond are counted as `other`. */
const MOST_GROUPS = 5000;
const MOST_SAMPLES = 5;

/**
 * The numbers of the groups of crashes, in their order; new ones are made as far as there is room.
 *
 * @param known by platform and fingerprint: those that there are of these, and those of all others
 */
export async function groupsOf(
  tx: Tx,
  app: string,
  crashes: readonly (Crash & { platform: string })[],
  known: Map<string, number>,
): Promise<number[]> {
  for (const [platform, ofPlatform] of Map.groupBy(crashes, (crash) => crash.platform)) {
    const nameOf = (fingerprint: string): string => `${platform}\n${fingerprint}`;
    const newest = new Map(ofPlatform.map((crash) => [crash.fingerprint, crash]));
    const missing = [...newest.keys()].filter((name) => !known.has(nameOf(name)));
    if (missing.length === 0) continue;
    const { rows } = await sql<{
      n: number;
    }>`select count(*)::int as n from crash_groups where app = ${app} and platform = ${platform}`.execute(tx);
    const room = Math.max(0, MOST_GROUPS - (rows[0]?.n ?? 0));
    for (const name of missing.slice(0, room)) known.set(nameOf(name), await makeGroup(tx, app, platform, name, newest.get(name)));
    if (missing.length > room && !known.has(nameOf(OTHER_GROUP)))
      known.set(nameOf(OTHER_GROUP), await makeGroup(tx, app, platform, OTHER_GROUP, undefined, ofPlatform[0]));
  }
  return crashes.map(
    ({ platform, fingerprint }) => known.get(`${platform}\n${fingerprint}`) ?? known.get(`${platform}\n${OTHER_GROUP}`) ?? 0,
  );
}

async function makeGroup(
  tx: Tx,
  app: string,
  platform: string,
  fingerprint: string,
  crash: Crash | undefined,
  at: Crash | undefined = crash,
): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into crash_groups (app, platform, fingerprint, title, flow, first_at, last_at, first_version, samples)
    values (${app}, ${platform}, ${fingerprint}, ${crash?.sample.title ?? 'Crashes of other groups'}, ${crash?.flow ?? null}, ${at?.sample.at ?? null}::timestamptz, ${at?.sample.at ?? null}::timestamptz,
      ${at?.sample.version ?? ''}, '[]') returning id`.execute(tx);
  return rows[0]?.id ?? 0;
}

/**
 * The statements that count crashes of groups by version, build, audience and day, by person and by segment, and keep the newest few of each as samples.
 *
 * @param segments those that there are, by group and version
 */
export function countingCrashes(crashes: readonly GroupedCrash[], segments: Map<string, Set<string>>): Statement[] {
  if (crashes.length === 0) return [];
  const firstOnVersion = firstOnVersionOf(crashes);
  const bySegment = countingBySegment(crashes, firstOnVersion, segments);
  return [
    countingByDay(crashes),
    countingByPerson(crashes),
    countingByVersion(crashes, firstOnVersion),
    ...(bySegment === null ? [] : [bySegment]),
    keepingSamples(crashes),
  ];
}

type Sum = GroupedCrash & { crashes: number; users: number; firstAt: Instant; lastAt: Instant };

/** Crashes and people of those that have the same name, in the order of their groups: locks are taken in one order everywhere. */
function sumsBy<T extends GroupedCrash>(
  each: readonly T[],
  { isFirst, nameOf }: { isFirst: (one: T, at: number) => boolean; nameOf: (one: T) => string },
): (T & Sum)[] {
  const sums = new Map<string, T & Sum>();
  for (const [at, one] of each.entries()) {
    const name = nameOf(one);
    let sum = sums.get(name);
    if (sum === undefined) sums.set(name, (sum = { ...one, crashes: 0, users: 0, firstAt: one.sample.at, lastAt: one.sample.at }));
    sum.crashes += 1;
    if (isFirst(one, at)) sum.users += 1;
    if (one.sample.at < sum.firstAt) sum.firstAt = one.sample.at;
    if (one.sample.at > sum.lastAt) sum.lastAt = one.sample.at;
  }
  return [...sums].toSorted(([a, one], [b, other]) => one.group - other.group || (a < b ? -1 : 1)).map(([, sum]) => sum);
}

function countingByDay(crashes: readonly GroupedCrash[]): Statement {
  const rows = sumsBy(crashes, {
    isFirst: ({ first }) => first,
    nameOf: ({ group, audience, sample }) => [group, sample.version, sample.build ?? '', audience, sample.at.slice(0, 10)].join('\n'),
  });
  return sql`
    insert into crash_counts as there (crash_group, version, build, audience, segment, day, crashes, users)
    select n.crash_group, n.version, n.build, n.audience, 'all', n.day, n.crashes, n.users
    from unnest(
      ${literalOf(rows.map(({ group }) => group))}::bigint[], ${rows.map(({ sample }) => sample.version)}::text[], ${rows.map(({ sample }) => sample.build ?? '')}::text[],
      ${rows.map(({ audience }) => audience)}::text[], ${rows.map(({ sample }) => sample.at.slice(0, 10))}::date[],
      ${literalOf(rows.map((row) => row.crashes))}::bigint[], ${literalOf(rows.map(({ users }) => users))}::bigint[]
    ) as n (crash_group, version, build, audience, day, crashes, users)
    on conflict (crash_group, version, build, audience, segment, day) do update set crashes = there.crashes + excluded.crashes, users = there.users + excluded.users`;
}

/** Which crashes are the first of their person on their version: places in the list. */
function firstOnVersionOf(crashes: readonly GroupedCrash[]): ReadonlySet<number> {
  const names = new Set<string>();
  return new Set(
    crashes.flatMap((crash, at) => {
      const name = nameOfPerson(crash);
      if (crash.wasHitOnVersion || names.has(name)) return [];
      names.add(name);
      return [at];
    }),
  );
}

/** Keeps how often a group hit each person of a version, up to a bound. */
function countingByPerson(crashes: readonly GroupedCrash[]): Statement {
  const rows = sumsBy(crashes, { isFirst: () => false, nameOf: nameOfPerson });
  return sql`
    insert into crash_people as there (crash_group, version, audience, who, crashes)
    select n.crash_group, n.version, n.audience, n.who, n.crashes
    from unnest(
      ${literalOf(rows.map(({ group }) => group))}::bigint[], ${rows.map(({ sample }) => sample.version)}::text[], ${rows.map(({ audience }) => audience)}::text[],
      ${rows.map(({ who }) => who)}::bytea[], ${literalOf(rows.map((row) => row.crashes))}::int[]
    ) as n (crash_group, version, audience, who, crashes)
    left join crash_versions v on v.crash_group = n.crash_group and v.version = n.version and v.audience = n.audience
    where coalesce(v.users, 0) < ${MOST_AFFECTED}
    on conflict (crash_group, version, audience, who) do update set crashes = there.crashes + excluded.crashes`;
}

function nameOfPerson({
  group,
  audience,
  who,
  sample: { version },
}: Pick<GroupedCrash, 'group' | 'audience' | 'who'> & { sample: { version: string } }): string {
  return [group, version, audience, who.toString('latin1')].join('\n');
}

function countingByVersion(crashes: readonly GroupedCrash[], firstOnVersion: ReadonlySet<number>): Statement {
  const rows = sumsBy(crashes, {
    isFirst: (_, at) => firstOnVersion.has(at),
    nameOf: ({ group, audience, sample }) => [group, sample.version, audience].join('\n'),
  });
  return sql`
    insert into crash_versions as there (crash_group, version, audience, crashes, users, first_at, last_at)
    select n.crash_group, n.version, n.audience, n.crashes, n.users, n.first_at, n.last_at
    from unnest(
      ${literalOf(rows.map(({ group }) => group))}::bigint[], ${rows.map(({ sample }) => sample.version)}::text[], ${rows.map(({ audience }) => audience)}::text[],
      ${literalOf(rows.map((row) => row.crashes))}::bigint[], ${literalOf(rows.map(({ users }) => users))}::bigint[],
      ${rows.map(({ firstAt }) => firstAt)}::timestamptz[], ${rows.map(({ lastAt }) => lastAt)}::timestamptz[]
    ) as n (crash_group, version, audience, crashes, users, first_at, last_at)
    on conflict (crash_group, version, audience) do update set crashes = there.crashes + excluded.crashes, users = there.users + excluded.users,
      first_at = least(there.first_at, excluded.first_at), last_at = greatest(there.last_at, excluded.last_at)`;
}

/** A crash counts in each of its segments; where a dimension has enough values, in the rest of it. One process at a time adds to an app. */
function countingBySegment(
  crashes: readonly GroupedCrash[],
  firstOnVersion: ReadonlySet<number>,
  known: Map<string, Set<string>>,
): Statement | null {
  const placed = crashes.flatMap((crash, at) => {
    const there = known.get(`${crash.group}\n${crash.sample.version}`) ?? new Set<string>();
    known.set(`${crash.group}\n${crash.sample.version}`, there);
    return crash.segments.map((segment) => {
      const within = segmentWithin(there, segment);
      there.add(within);
      return { ...crash, segment: within, isFirst: firstOnVersion.has(at) };
    });
  });
  if (placed.length === 0) return null;
  const rows = sumsBy(placed, {
    isFirst: ({ isFirst }) => isFirst,
    nameOf: ({ group, sample, segment }) => [group, sample.version, segment].join('\n'),
  });
  return sql`
    insert into crash_segments as there (crash_group, version, segment, crashes, users)
    select n.crash_group, n.version, n.segment, n.crashes, n.users
    from unnest(
      ${literalOf(rows.map(({ group }) => group))}::bigint[], ${rows.map(({ sample }) => sample.version)}::text[], ${rows.map(({ segment }) => segment)}::text[],
      ${literalOf(rows.map((row) => row.crashes))}::bigint[], ${literalOf(rows.map(({ users }) => users))}::bigint[]
    ) as n (crash_group, version, segment, crashes, users)
    on conflict (crash_group, version, segment) do update set crashes = there.crashes + excluded.crashes, users = there.users + excluded.users`;
}

function keepingSamples(crashes: readonly GroupedCrash[]): Statement {
  const samples = new Map<number, CrashSample[]>();
  for (const { group, sample } of crashes) samples.set(group, [sample, ...(samples.get(group) ?? [])].slice(0, MOST_SAMPLES));
  const newest = [...samples].map(([id, of]) => ({ id, first: of.at(-1)?.at, last: of[0]?.at, samples: of }));
  return sql`
    with n as materialized (
      select n.id, n.first, n.last, n.samples from jsonb_to_recordset(${JSON.stringify(newest)}::jsonb) as n (id bigint, first timestamptz, last timestamptz, samples jsonb)
    ), held as materialized (
      select g.id from crash_groups g where g.id in (select n.id from n) order by g.id for no key update
    )
    update crash_groups g set touches = g.touches + 1, last_at = greatest(g.last_at, n.last), first_at = least(g.first_at, n.first),
      samples = (select coalesce(jsonb_agg(each order by place), '[]') from jsonb_array_elements(n.samples || g.samples) with ordinality as s (each, place) where place <= ${MOST_SAMPLES})
    from n join held using (id) where g.id = n.id`;
}
