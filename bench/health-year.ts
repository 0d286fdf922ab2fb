/**
 * What a year of release health takes: a weekly app on three platforms, told every hour for four weeks of each version, whole and of 60 markets. The rows are written as
 * the roll-ups lie; what is read of them for one look at a track is read by the product. Then the days are packed, as the product does it when they are over, and read again.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { connect } from '#db/connect.ts';
import type { Connection } from '#db/connect.ts';
import { startEmbedded } from '#db/embedded/index.ts';
import { packDays } from '#db/health/days.ts';
import { ensureHealthPartitions } from '#db/health/rollups.ts';
import { askingTold, healthTold } from '#db/health/told.ts';
import { migrate } from '#db/migrate.ts';
import { dayOf, HOUR_MS } from '#domain/health/rollup.ts';
import type { HealthQuestion } from '#domain/health/told.ts';
import { rowsRead } from '../test/setup/rows-read.ts';
import { percentile } from './figure.ts';
import type { Bench, Figure } from './figure.ts';

const WEEKS = 52;
const WEEK_MS = 168 * HOUR_MS;
const HOURS = 4 * 168;
const MARKETS = 60;
const PLATFORMS = ['android', 'ios', 'desktop'] as const;
const BEGINS_MS = Date.parse('2025-01-06T00:00:00.000Z');
const ASKED = 50;

export const bench: Bench = { title: 'a year of release health', run };

async function run(say: (text: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-year-'));
  await chmod(folder, 0o755);
  const embedded = await startEmbedded({ dataDir: folder });
  const connection = await connect({ url: embedded.url, statementTimeoutMs: 600_000 });
  const { pool, db } = connection;
  try {
    await migrate({ pool });
    await ensureHealthPartitions(
      db,
      Array.from({ length: WEEKS + 4 }, (_, week) => BEGINS_MS + week * WEEK_MS),
    );
    await pool.query(
      "insert into apps (id, name, timezone, platforms, created_at, recorded_at) values ('music', 'Music', 'UTC', '{android,ios,desktop}', now(), now())",
    );
    await pool.query(
      `insert into health_series (app, source, platform, version, build, audience, segment, recorded_at)
       select 'music', 'warehouse', p, '1.' || w || '.0', '', 'production', case m when 0 then 'all' else 'country=C' || m end, now()
       from generate_series(0, $1 - 1) w, unnest($2::text[]) p, generate_series(0, $3) m`,
      [WEEKS, PLATFORMS, MARKETS],
    );
    for (let week = 0; week < WEEKS; week++) {
      await pool.query(
        `insert into health_rollups (series, bucket, revision, users, new_users, sessions, consumption, crashes, crash_users, anrs, anr_users, recorded_at)
         select s.id, $1::timestamptz + h * interval '1 hour', 1, 5000 + h, 400, 9000 + h, 4200.5 + h, h % 7, h % 5, h % 3, h % 3, now()
         from health_series s, generate_series(0, $2 - 1) h where s.version = $3`,
        [new Date(BEGINS_MS + week * WEEK_MS).toISOString(), HOURS, `1.${week}.0`],
      );
      if (week % 13 === 12) say(`${week + 1} of ${WEEKS} weeks`);
    }
    const loose = await taken(pool);
    const looseLooks = await looks(connection);
    say('packing');
    const began = performance.now();
    const before = dayOf(BEGINS_MS + (WEEKS + 4) * WEEK_MS);
    let days = 0;
    for (let packed = 1; packed > 0; days += packed)
      ({ packed } = await packDays(db, [{ app: 'music', before }], 10_000, (_, error) => {
        throw error;
      }));
    const seconds = (performance.now() - began) / 1000;
    const packed = await taken(pool);
    const packedLooks = await looks(connection);
    const of = `${WEEKS} weekly versions, ${PLATFORMS.length} platforms, ${MARKETS} markets and the whole, ${HOURS} hours of each`;
    const asked = 'one rate asks of a track a week old, its three releases before and the one beside it';
    return [
      { what: `roll-ups of ${of}`, value: loose.rows, unit: 'rows' },
      { what: 'on disk, with their keys', value: loose.bytes / 2 ** 20, unit: 'MB' },
      { what: 'rows of health that are read for it before they are packed', value: looseLooks.rows, unit: 'rows' },
      { what: `what ${asked}, before they are packed, p50`, value: percentile(looseLooks.took, 0.5), unit: 'ms' },
      {
        what: 'the same roll-ups packed by days',
        value: packed.rows,
        unit: 'rows',
        note: `${Math.round(days / seconds)} days packed a second`,
      },
      { what: 'on disk, with their keys, once the place of the others is given back', value: packed.bytes / 2 ** 20, unit: 'MB' },
      { what: 'of one roll-up', value: packed.bytes / loose.rows, unit: 'bytes', note: `${Math.round(loose.bytes / loose.rows)} before` },
      { what: 'rows of health that are read for it', value: packedLooks.rows, unit: 'rows' },
      { what: `what ${asked}, p50`, value: percentile(packedLooks.took, 0.5), unit: 'ms' },
    ];
  } finally {
    await connection.close();
    await embedded.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Roll-ups as they lie, by the hour and by days, and what they take once nothing is left of what went. */
async function taken(pool: Connection['pool']): Promise<{ rows: number; bytes: number }> {
  await pool.query('vacuum (full, analyze) health_rollups, health_days');
  const { rows } = await pool.query<{ count: string; bytes: string }>(
    `select (select count(*) from health_rollups) + (select count(*) from health_days) as count, sum(pg_total_relation_size(inhrelid)) as bytes
     from pg_inherits where inhparent in ('health_rollups'::regclass, 'health_days'::regclass)`,
  );
  const [{ count, bytes } = { count: '0', bytes: '0' }] = rows;
  return { rows: Number(count), bytes: Number(bytes) };
}

/** The hours of a version and of the three before it at the same age, and of the one before it in the same hours: how long each look took, and the rows that one reads. */
async function looks({ db, pool }: Connection): Promise<{ took: number[]; rows: number }> {
  const took: number[] = [];
  let questions: HealthQuestion[] = [];
  for (let asked = 0; asked < ASKED; asked++) {
    const week = 4 + (asked % (WEEKS - 4));
    const of = (version: number, fromMs: number): HealthQuestion => ({
      platform: 'android',
      version: `1.${version}.0`,
      build: null,
      audience: 'production',
      source: null,
      fromMs,
      untilMs: fromMs + WEEK_MS,
      segmentsOf: null,
    });
    const beganMs = (version: number): number => BEGINS_MS + version * WEEK_MS;
    const earlier = [1, 2, 3].map((back) => of(week - back, beganMs(week - back)));
    questions = [of(week, beganMs(week)), ...earlier, of(week - 1, beganMs(week))];
    const began = performance.now();
    await healthTold(db, 'music', questions);
    took.push(performance.now() - began);
  }
  return { took, rows: await rowsRead(pool, askingTold('music', questions).compile(db), 'health_') };
}
