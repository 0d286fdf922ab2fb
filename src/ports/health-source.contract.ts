/** The suite that every source of release health passes. Run by test/contracts.test.ts, and beside real databases by test/stories. */
import { afterEach, describe, expect, test } from 'vitest';
import { HOUR_MS, readRollup } from '#domain/health/rollup.ts';
import type { Known, Rollup } from '#domain/health/rollup.ts';
import type { HealthAsked, HealthPart, HealthSource } from './health-source.ts';
import { Trouble } from './trouble.ts';

/** What an hour (or the day that begins with it, of a source that knows days alone) saw of build 89214 of 8.9.2. */
export type HourTold = {
  hourMs: number;
  users: number;
  crashed: number;
  /** People whom an ANR hit; nobody when left out. */
  anrs?: number;
  /** What of it was in segments. */
  of?: readonly { segment: string; users: number; crashed: number; anrs?: number }[];
};

export type HealthFault = 'error' | 'no-answer' | 'too-many-calls' | 'key-refused' | 'broken-off' | 'nonsense';

/** A source of which nothing is known yet, and levers for what happens there. Its clock stands at `nowMs`. */
export type HealthHarness = {
  source: HealthSource;
  app: string;
  platform: string;
  nowMs: number;
  /** An hour that is told in full: of periods of this length. */
  periodMs: number;
  /** Whether it tells ANRs, and segments that it can tell, one of each dimension; left out: neither. */
  tells?: { anrs: boolean; segments: readonly string[] };
  /** It has seen this, and all that was before it; told again of the same hour it is what is known now. */
  sees: (told: HourTold) => Promise<void>;
  /** It also has so many rows of another build, `89215`, in the hour before the newest. Left out: it cannot have many. */
  seesMany?: (rows: number) => Promise<void>;
  /** The next call goes wrong; those that this source cannot have are left out of `faults`. */
  fail: (how: HealthFault) => Promise<void>;
  faults: readonly HealthFault[];
  close: () => Promise<void>;
};

const VERSION = '8.9.2';
const BUILD = '89214';

export function healthContract(name: string, make: () => Promise<HealthHarness>): void {
  describe(`${name} as a source of release health`, () => {
    const open: HealthHarness[] = [];
    afterEach(async () => {
      await Promise.all(open.splice(0).map((harness) => harness.close()));
    });
    async function harness(): Promise<
      HealthHarness & { all: (cursor: string | null) => Promise<Whole>; periodsAgo: (n: number) => number }
    > {
      const made = await make();
      open.push(made);
      const asked = (cursor: string | null): HealthAsked => ({
        app: made.app,
        tracks: [{ platform: made.platform, version: VERSION, builds: [BUILD] }],
        cursor,
      });
      return {
        ...made,
        all: (cursor) => wholeOf(made, (at) => made.source.rollupsSince(asked(at)), cursor),
        periodsAgo: (n) => Math.floor((made.nowMs - n * made.periodMs) / HOUR_MS) * HOUR_MS,
      };
    }

    test('an empty source tells nothing, and a cursor to go on from', async () => {
      const { all } = await harness();
      expect((await all(null)).rollups).toEqual([]);
    });

    test('what an hour saw comes as a roll-up that is believed, and how far it is told', async () => {
      const { all, sees, periodsAgo } = await harness();
      const hourMs = periodsAgo(3);
      await sees({ hourMs, users: 4000, crashed: 20 });
      const { rollups, completeUntil } = await all(null);
      const told = rollups.filter(({ segment, bucketMs }) => segment === 'all' && hourMs >= bucketMs - 24 * HOUR_MS);
      expect(told).toMatchObject([{ version: VERSION, build: BUILD, audience: 'production' }]);
      const [only] = told;
      expect(only?.crashes?.affected).toBeLessThanOrEqual(20);
      expect(only?.crashes?.affectedAtMost ?? only?.crashes?.affected).toBeGreaterThanOrEqual(20);
      expect(only?.consumption).toBeGreaterThan(0);
      expect(Date.parse(completeUntil ?? '')).toBeGreaterThanOrEqual(only?.bucketMs ?? Number.POSITIVE_INFINITY);
    });

    test('ANRs come beside crashes, each with its own people', async () => {
      const { all, sees, periodsAgo, tells } = await harness();
      if (tells?.anrs !== true) return;
      await sees({ hourMs: periodsAgo(3), users: 4000, crashed: 20, anrs: 40 });
      const whole = (await all(null)).rollups.filter(({ segment }) => segment === 'all');
      expect(boundsOf(whole, 'anrs')).toSatisfy(({ least, most }: Bounds) => least <= 40 && 40 <= most);
      expect(boundsOf(whole, 'crashes')).toSatisfy(({ least, most }: Bounds) => least <= 20 && 20 <= most);
    });

    test('segments come with people of their own, and are part of the whole', async () => {
      const { all, sees, periodsAgo, tells } = await harness();
      for (const segment of tells?.segments ?? []) {
        await sees({ hourMs: periodsAgo(3), users: 4000, crashed: 50, anrs: 40, of: [{ segment, users: 1000, crashed: 30, anrs: 10 }] });
        const { rollups } = await all(null);
        // a total that is told twice counts as it was told last
        const part = [...new Map(rollups.filter((each) => each.segment === segment).map((each) => [each.bucketMs, each])).values()];
        expect(part.length).toBeGreaterThan(0);
        expect(boundsOf(part, 'crashes')).toSatisfy(({ least, most }: Bounds) => least <= 30 && 30 <= most);
        expect(boundsOf(part, 'anrs')).toSatisfy(({ least, most }: Bounds) => least <= 10 && 10 <= most);
        const whole = rollups.filter((each) => each.segment === 'all');
        expect(part.map(({ bucketMs }) => whole.some((each) => each.bucketMs >= bucketMs))).not.toContain(false);
      }
    });

    test('an hour that was revised comes again as it is now, after its own cursor', async () => {
      const { all, sees, periodsAgo } = await harness();
      await sees({ hourMs: periodsAgo(4), users: 4000, crashed: 20 });
      await sees({ hourMs: periodsAgo(3), users: 4000, crashed: 20 });
      const before = await all(null);
      await sees({ hourMs: periodsAgo(3), users: 4000, crashed: 60 });
      const after = await all(before.cursor);
      const newest = after.rollups.toSorted((a, b) => b.bucketMs - a.bucketMs)[0];
      expect(newest?.crashes?.affectedAtMost ?? newest?.crashes?.affected).toBeGreaterThanOrEqual(60);
      expect(Date.parse(after.completeUntil ?? '')).toBeGreaterThanOrEqual(Date.parse(before.completeUntil ?? ''));
    });

    test('a cursor that it cannot read means from the beginning', async () => {
      const { all, sees, periodsAgo } = await harness();
      await sees({ hourMs: periodsAgo(3), users: 4000, crashed: 20 });
      expect((await all('not a cursor')).rollups.length).toBe((await all(null)).rollups.length);
    });

    test('many rows come whole', async () => {
      const { all, sees, seesMany, periodsAgo } = await harness();
      if (seesMany === undefined) return;
      await sees({ hourMs: periodsAgo(3), users: 4000, crashed: 20 });
      const { length } = (await all(null)).rows;
      await seesMany(2500);
      expect((await all(null)).rows).toHaveLength(length + 2500);
    });

    test('what goes wrong is trouble with its cure, and nothing of it is told', async () => {
      const { all, sees, fail, faults, periodsAgo } = await harness();
      await sees({ hourMs: periodsAgo(3), users: 4000, crashed: 20 });
      const { length } = (await all(null)).rows;
      for (const how of faults) {
        await fail(how);
        const thrown: unknown = await all(null).then(
          () => `${how} went well`,
          (error: unknown) => error,
        );
        expect(thrown).toBeInstanceOf(Trouble);
        expect(thrown).toMatchObject({
          cure: how === 'key-refused' ? 'person' : 'again',
          mayHaveHappened: false,
          ...(how === 'too-many-calls' ? { afterMs: 7000 } : {}),
        });
        expect((await all(null)).rows).toHaveLength(length);
      }
    });
  });
}

type Bounds = { least: number; most: number };

/** How many people roll-ups say that something hit: at least, and at most. */
function boundsOf(rollups: readonly Rollup[], metric: 'crashes' | 'anrs'): Bounds {
  return rollups.reduce(
    (sum, each) => {
      const counts = each[metric];
      return { least: sum.least + (counts?.affected ?? 0), most: sum.most + (counts?.affectedAtMost ?? counts?.affected ?? 0) };
    },
    { least: 0, most: 0 },
  );
}

type Whole = { rows: unknown[]; rollups: Rollup[]; completeUntil: string | null; cursor: string };

/** All parts, as the engine reads them. */
async function wholeOf(
  { nowMs, platform }: HealthHarness,
  next: (cursor: string | null) => Promise<HealthPart>,
  from: string | null,
): Promise<Whole> {
  const known: Known = { nowMs, versions: new Map([[platform, new Set([VERSION])]]) };
  const rows: unknown[] = [];
  let cursor = from;
  for (;;) {
    const part = await next(cursor);
    rows.push(...part.rows);
    if (part.more) expect(part.cursor).not.toBe(cursor);
    cursor = part.cursor;
    if (part.more) continue;
    const read = rows.map((row) => readRollup(row, known));
    expect(read.filter(({ ok }) => !ok)).toEqual([]);
    return { rows, rollups: read.flatMap((each) => (each.ok ? [each.rollup] : [])), completeUntil: part.completeUntil, cursor };
  }
}
