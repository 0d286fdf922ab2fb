/** A room in which the sample's story is played: the real engine on a real database, with a real repository. A room can be copied, to go on otherwise. */
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { connect } from '#db/connect.ts';
import type { Verdict } from '#domain/criteria/criterion.ts';
import { percentOf } from '#domain/release/track.ts';
import type { Track } from '#domain/release/track.ts';
import { createEngine } from '#engine/engine.ts';
import { sampleIntegration } from '../../src/sample/integration.ts';
import { makeSample } from '../../src/sample/make.ts';
import { stockholm } from '../../src/sample/moment.ts';
import { openPlaces } from '../../src/sample/place.ts';
import type { Place, Places } from '../../src/sample/place.ts';
import { playing } from '../../src/sample/play.ts';
import type { Playing } from '../../src/sample/play.ts';
import { actorNamed } from '../../src/sample/people.ts';
import type { VariantName } from '../../src/sample/variants.ts';
import { administer, withDatabase } from '../setup/cluster.ts';
import { testDatabase } from '../setup/database.ts';
import type { TestDatabase } from '../setup/database.ts';

export type SampleRoom = {
  base: TestDatabase;
  engine: ReturnType<typeof createEngine>;
  place: Place;
  story: Playing;
  /** Plays to a moment of the story: `10-01 14:20`. */
  to(moment: string): Promise<void>;
  track(version: string, platform: string): Promise<Track>;
  /** The stage, with its share: `rolling-out 1%`. */
  stage(version: string, platform: string): Promise<string>;
  verdict(version: string, platform: string, instance: string): Promise<Verdict>;
  /** Kinds of what the journal has of a track. */
  happened(version: string, platform: string): Promise<readonly string[]>;
  /** Ends this room and gives others that go on from where it stands, each by its own variant. */
  copies(variants: readonly VariantName[]): Promise<ReadonlyMap<VariantName, () => Promise<SampleRoom>>>;
  close(): Promise<void>;
};

const APP = 'music';

export async function sampleRoom(variant: VariantName = 'story'): Promise<SampleRoom> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-sample-'));
  return enter(await testDatabase(), folder, async (engine, places) => {
    const made = await makeSample(engine, places, { app: APP, variant }, actorNamed('maja'));
    if (!made.ok) throw new Error(`${made.because}; ${made.wouldBeRight}`);
    return made.place;
  });
}

async function enter(
  base: TestDatabase,
  folder: string,
  begin: (engine: SampleRoom['engine'], places: Places) => Promise<Place>,
): Promise<SampleRoom> {
  const places = openPlaces(join(folder, 'sample'));
  const engine = createEngine({
    connection: base,
    secret: 'a secret of the stories, and of nobody else',
    dataDir: join(folder, 'data'),
    integrations: [sampleIntegration(places)],
    clock: { now: () => new Date().toISOString() },
    owner: `story ${folder}`,
    sweepEveryMs: 3_600_000,
  });
  const place = await begin(engine, places);
  const story = playing({ engine }, place);
  let isLeft = false;
  const id = (version: string, platform: string): string => `${APP}/${version}/${platform}`;
  const trackNamed = async (version: string, platform: string): Promise<Track> =>
    (await base.db.selectFrom('tracks').select('state').where('id', '=', id(version, platform)).executeTakeFirstOrThrow()).state;

  return {
    base,
    engine,
    place,
    story,
    to: (moment) => story.to(stockholm(moment)),
    track: trackNamed,
    async stage(version, platform) {
      const track = await trackNamed(version, platform);
      return track.stage === 'rolling-out' || track.stage === 'halted' ? `${track.stage} ${percentOf(track)}%` : track.stage;
    },
    async verdict(version, platform, instance) {
      const row = await base.db
        .selectFrom('verdicts')
        .select('verdict')
        .where('track', '=', id(version, platform))
        .where('instance', '=', instance)
        .executeTakeFirst();
      if (row === undefined) throw new Error(`${id(version, platform)} has no verdict of ${instance}`);
      return row.verdict;
    },
    async happened(version, platform) {
      const rows = await base.db.selectFrom('journal').select('kind').where('track', '=', id(version, platform)).orderBy('seq').execute();
      return rows.map(({ kind }) => kind);
    },
    async copies(variants) {
      await engine.stop();
      const { adminUrl, template } = inject('testServer');
      const original = new URL(base.url).pathname.slice(1);
      // a database that someone is connected to cannot be copied
      await base.pool.end();
      const made = new Map<VariantName, () => Promise<SampleRoom>>();
      for (const variant of variants) {
        const name = `${template}_${randomBytes(6).toString('hex')}`;
        await administer(adminUrl, async (admin) => {
          await admin.query(`create database ${name} template ${original} strategy file_copy`);
        });
        const there = mkdtempSync(join(tmpdir(), 'signalbox-sample-'));
        cpSync(folder, there, { recursive: true });
        const file = join(there, 'sample', APP, 'progress.json');
        writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), variant }));
        made.set(variant, async () => {
          const url = withDatabase(adminUrl, name);
          const connection = await connect({ url, applicationName: 'signalbox-test' });
          const drop = async (): Promise<void> => {
            await connection.close();
            await administer(adminUrl, async (admin) => {
              await admin.query(`drop database if exists ${name} with (force)`);
            });
          };
          return enter({ ...connection, url, close: drop }, there, async (_, at) => {
            const found = at.of(APP);
            if (found === null) throw new Error('the copy of the sample has no place');
            return found;
          });
        });
      }
      await administer(adminUrl, async (admin) => {
        await admin.query(`drop database if exists ${original} with (force)`);
      });
      rmSync(folder, { recursive: true, force: true });
      isLeft = true;
      return made;
    },
    async close() {
      if (isLeft) return;
      await engine.stop();
      await base.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
