/** Making and playing the sample to its moment, as `signalbox demo --at '2024-10-01T14:20'` does: the real engine, the embedded database with `fsync`, a real repository. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { connect } from '#db/connect.ts';
import { startEmbedded } from '#db/embedded/index.ts';
import { migrate } from '#db/migrate.ts';
import { createEngine } from '#engine/engine.ts';
import { sampleIntegration } from '../src/sample/integration.ts';
import { makeSample } from '../src/sample/make.ts';
import { actorNamed } from '../src/sample/people.ts';
import { openPlaces } from '../src/sample/place.ts';
import { playing } from '../src/sample/play.ts';
import { MOMENT } from '../src/sample/variants.ts';
import type { Bench, Figure } from './figure.ts';

const APP = 'music';

export const bench: Bench = { title: 'the sample made and played to its moment', run };

async function run(say: (text: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-sample-'));
  const embedded = await startEmbedded({ dataDir: folder });
  const connection = await connect({ url: embedded.url });
  await migrate({ pool: connection.pool });
  let statements = 0;
  connection.pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...given: readonly unknown[]) => unknown;
    Object.assign(client, {
      query: (...given: readonly unknown[]) => {
        statements += 1;
        return query(...given);
      },
    });
  });
  const places = openPlaces(join(folder, 'sample'));
  const engine = createEngine({
    connection,
    integrations: [sampleIntegration(places)],
    clock: { now: () => new Date().toISOString() },
    owner: 'bench',
    secret: 'a secret for the bench, of enough length',
    dataDir: join(folder, 'data'),
  });
  try {
    const from = performance.now();
    const before = process.cpuUsage();
    const made = await makeSample(engine, places, { app: APP, variant: 'story' }, actorNamed('maja'));
    if (!made.ok) throw new Error(`${made.because}; ${made.wouldBeRight}`);
    say('the sample is made');
    let beats = 0;
    await playing({ engine }, made.place).to(MOMENT, () => {
      beats += 1;
    });
    const seconds = (performance.now() - from) / 1000;
    const cpu = process.cpuUsage(before);
    return [
      {
        what: `the sample made and played to Tuesday 14:20, ${beats} beats`,
        value: seconds,
        unit: 's',
        atMost: 8,
        note: `${((cpu.user + cpu.system) / 1e6).toFixed(1)} s of Node's processor time`,
      },
      { what: 'its SQL statements', value: statements, unit: 'statements' },
    ];
  } finally {
    await engine.stop();
    await connection.close();
    await embedded.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
