/**
 * How many points of release health are taken in a second, over HTTP with a reporting key, durably; beside it, in the same run, what PostgreSQL takes of the same rows by COPY into a
 * staging table and a keyed merge. And how long the numbers of one verdict take. A point is a roll-up: one hour of one segment of a build.
 */
import { performance } from 'node:perf_hooks';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { from as copyFrom } from 'pg-copy-streams';
import { connect } from '#db/connect.ts';
import type { Connection } from '#db/connect.ts';
import { reachEmbedded } from '#db/embedded/index.ts';
import { rateEvidence } from '#db/views/health-rollups.ts';
import { percentile } from './figure.ts';
import type { Bench, Figure } from './figure.ts';
import { APP, withApp } from './server.ts';

const HOUR_MS = 3_600_000;
/** Six times 50,000: three platforms, 500 segments of two dimensions, a hundred hours. */
const SEGMENTS = 500;
const HOURS_IN_BATCH = 100;
const BATCHES = 6;
const newest = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;

type Point = { segment: string; bucket: string; consumption: number; crashes: number; affected: number };

function pointsOf(batch: number): Point[] {
  return Array.from({ length: SEGMENTS * HOURS_IN_BATCH }, (_, at) => {
    const segment = at % SEGMENTS;
    const ago = batch * HOURS_IN_BATCH + Math.floor(at / SEGMENTS);
    return {
      segment: segment === 0 ? 'all' : segment < 250 ? `country=C${segment}` : `device=Model ${segment}`,
      bucket: new Date(newest - ago * HOUR_MS).toISOString(),
      consumption: 100 + (at % 977) / 7,
      crashes: at % 13,
      affected: at % 7 <= at % 13 ? at % 7 : 0,
    };
  });
}

export const bench: Bench = {
  title: 'release health taken in',
  run: (say) =>
    withApp(async ({ client, url, folder }) => {
      const { key } = await client.createReportingKey({ params: { app: APP }, body: { name: 'bench' } });
      const database = await reachEmbedded({ dataDir: folder });
      const connection = await connect({ url: database.url });
      try {
        const ours: number[] = [];
        const theirs: number[] = [];
        await makeStaging(connection);
        for (let batch = 0; batch < BATCHES; batch++) {
          say(`batch ${batch + 1} of ${BATCHES}: ${SEGMENTS * HOURS_IN_BATCH} points by each way`);
          const points = pointsOf(batch);
          ours.push(points.length / (await overHttp(url, key, points)));
          theirs.push(points.length / (await byCopy(connection, points)));
        }
        await sameOnBothSides(connection);
        const verdict = await verdicts(connection);
        // the first batch meets new series and cold caches, as the first of a release does
        return [
          {
            what: 'points taken over HTTP as lines, 50,000 in a request',
            value: percentile(ours, 0.5),
            unit: '/s',
            note: `first batch ${ours[0]?.toFixed(0) ?? ''}/s`,
          },
          { what: 'the same rows by COPY into a staging table and a keyed merge', value: percentile(theirs, 0.5), unit: '/s' },
          {
            what: 'points over HTTP for one by COPY and merge',
            value: percentile(ours, 0.5) / percentile(theirs, 0.5),
            unit: '×',
            note: 'goal ≥ 0.5',
          },
          { what: 'the numbers of one verdict, 600 hours of a build, p50', value: percentile(verdict, 0.5), unit: 'ms' },
        ] satisfies Figure[];
      } finally {
        await connection.close();
        await database.stop();
      }
    }),
};

async function overHttp(url: string, key: string, points: readonly Point[]): Promise<number> {
  const body = points
    .map(({ segment, bucket, consumption, crashes, affected }) =>
      JSON.stringify({
        platform: 'ios',
        version: '8.9.2',
        build: '89214',
        audience: 'production',
        segment,
        bucket,
        revision: 1,
        sessions: 10,
        consumption,
        crashes: { count: crashes, affected },
      }),
    )
    .join('\n');
  const began = performance.now();
  const answer = await fetch(`${url}/api/apps/${APP}/health/rollups?source=bench`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' },
    body,
  });
  const { accepted } = (await answer.json()) as { accepted?: number };
  if (accepted !== points.length) throw new Error(`${accepted ?? answer.status} of ${points.length} points were accepted`);
  return (performance.now() - began) / 1000;
}

async function makeStaging({ pool }: Connection): Promise<void> {
  await pool.query(`
    create table bench_rollups (like health_rollups including all) partition by range (bucket);
    create table bench_rollups_all partition of bench_rollups default;
    create table bench_series (like health_series including all);
    create unlogged table bench_staging (app text, source text, platform text, version text, build text, audience text, segment text, bucket timestamptz, revision bigint,
      sessions bigint, consumption float8, crashes bigint, crash_users bigint)`);
}

async function byCopy({ pool }: Connection, points: readonly Point[]): Promise<number> {
  const text = points
    .map(({ segment, bucket, consumption, crashes, affected }) =>
      [APP, 'bench', 'ios', '8.9.2', '89214', 'production', segment, bucket, 1, 10, consumption, crashes, affected].join('\t'),
    )
    .join('\n');
  const client = await pool.connect();
  const began = performance.now();
  try {
    await client.query('begin');
    await client.query('truncate bench_staging');
    await pipeline(Readable.from([Buffer.from(`${text}\n`)]), client.query(copyFrom('copy bench_staging from stdin')));
    await client.query(`insert into bench_series (app, source, platform, version, build, audience, segment, recorded_at)
      select distinct app, source, platform, version, build, audience, segment, now() from bench_staging on conflict do nothing`);
    await client.query(`insert into bench_rollups as there (series, bucket, revision, sessions, consumption, crashes, crash_users, recorded_at)
      select s.id, g.bucket, g.revision, g.sessions, g.consumption, g.crashes, g.crash_users, now()
      from bench_staging g join bench_series s using (app, source, platform, version, build, audience, segment)
      on conflict (series, bucket) do update set revision = excluded.revision, sessions = excluded.sessions, consumption = excluded.consumption,
        crashes = excluded.crashes, crash_users = excluded.crash_users, recorded_at = excluded.recorded_at where excluded.revision > there.revision`);
    await client.query('commit');
  } finally {
    client.release();
  }
  return (performance.now() - began) / 1000;
}

async function sameOnBothSides({ pool }: Connection): Promise<void> {
  const sums = async (table: string): Promise<string> =>
    JSON.stringify(
      (
        await pool.query(
          `select count(*)::int, sum(crashes)::int, sum(crash_users)::int, round(sum(consumption)::numeric, 3) as hours from ${table}`,
        )
      ).rows,
    );
  const [ours, theirs] = [await sums('health_rollups'), await sums('bench_rollups')];
  if (ours !== theirs) throw new Error(`both ways should have stored the same: ${ours} and ${theirs}`);
}

async function verdicts({ db }: Connection): Promise<number[]> {
  const taken: number[] = [];
  for (let turn = 0; turn < 200; turn++) {
    const before = performance.now();
    const found = await rateEvidence(db, {
      app: APP,
      platform: 'ios',
      version: '8.9.2',
      build: '89214',
      audience: 'production',
      metric: 'crashes',
      source: null,
      from: null,
      until: new Date(newest + HOUR_MS).toISOString(),
    });
    if (found.hours.length !== BATCHES * HOURS_IN_BATCH) throw new Error(`${found.hours.length} hours were found`);
    taken.push(performance.now() - before);
  }
  return taken;
}
