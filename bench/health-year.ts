/**
 * What a year of release health takes: a weekly app on three platforms, told every hour for four weeks of each version, whole and of 60 markets. The rows are written as
 * the roll-ups lie; what is read of them for one look at a track is read by the product.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { connect } from '#db/connect.ts';
import { startEmbedded } from '#db/embedded/index.ts';
import { ensureHealthPartitions } from '#db/health/rollups.ts';
import { healthTold } from '#db/health/told.ts';
import { migrate } from '#db/migrate.ts';
import { HOUR_MS } from '#domain/health/rollup.ts';
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
  const connection = await connect({ url: embedded.url });
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
    await pool.query('vacuum analyze health_rollups');
    const { rows } = await pool.query<{ count: string; bytes: string }>(
      `select (select count(*) from health_rollups) as count, sum(pg_total_relation_size(inhrelid)) as bytes from pg_inherits where inhparent = 'health_rollups'::regclass`,
    );
    const [{ count, bytes } = { count: '0', bytes: '0' }] = rows;
    const took = await looks(db);
    return [
      {
        what: `roll-ups of ${WEEKS} weekly versions, ${PLATFORMS.length} platforms, ${MARKETS} markets and the whole, ${HOURS} hours of each`,
        value: Number(count),
        unit: 'rows',
      },
      { what: 'on disk, with their keys', value: Number(bytes) / 2 ** 20, unit: 'MB' },
      { what: 'of one row', value: Number(bytes) / Number(count), unit: 'bytes' },
      {
        what: 'what one rate asks of a track a week old, its three releases before and the one beside it, p50',
        value: percentile(took, 0.5),
        unit: 'ms',
      },
    ];
  } finally {
    await connection.close();
    await embedded.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The hours of a version and of the three before it at the same age, and of the one before it in the same hours. */
async function looks(db: Parameters<typeof healthTold>[0]): Promise<number[]> {
  const took: number[] = [];
  for (let asked = 0; asked < ASKED; asked++) {
    const week = 4 + (asked % (WEEKS - 4));
    const of = (version: number, fromMs: number) => ({
      platform: 'android',
      version: `1.${version}.0`,
      build: null,
      audience: 'production' as const,
      source: null,
      fromMs,
      untilMs: fromMs + WEEK_MS,
      segmentsOf: null,
    });
    const beganMs = (version: number): number => BEGINS_MS + version * WEEK_MS;
    const earlier = [1, 2, 3].map((back) => of(week - back, beganMs(week - back)));
    const began = performance.now();
    await healthTold(db, 'music', [of(week, beganMs(week)), ...earlier, of(week - 1, beganMs(week))]);
    took.push(performance.now() - began);
  }
  return took;
}
