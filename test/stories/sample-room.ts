/** A room in which the sample's story is played: the real engine on a real database, with a real repository. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '#engine/engine.ts';
import { sampleIntegration } from '../../src/sample/integration.ts';
import { makeSample } from '../../src/sample/make.ts';
import { openPlaces } from '../../src/sample/place.ts';
import type { Place } from '../../src/sample/place.ts';
import { playing } from '../../src/sample/play.ts';
import type { Playing } from '../../src/sample/play.ts';
import type { VariantName } from '../../src/sample/variants.ts';
import { actorNamed } from '../../src/sample/people.ts';
import { testDatabase } from '../setup/database.ts';
import type { TestDatabase } from '../setup/database.ts';

export type SampleRoom = {
  base: TestDatabase;
  engine: ReturnType<typeof createEngine>;
  place: Place;
  story: Playing;
  close(): Promise<void>;
};

export async function sampleRoom(variant: VariantName = 'story'): Promise<SampleRoom> {
  const base = await testDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-sample-'));
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
  const made = await makeSample(engine, places, { app: 'music', variant }, actorNamed('maja'));
  if (!made.ok) throw new Error(`${made.because}; ${made.wouldBeRight}`);
  const { place } = made;
  return {
    base,
    engine,
    place,
    story: playing({ engine }, place),
    async close() {
      await engine.stop();
      await base.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
