/** Makes the sample app: its place, the app with its policy and clock, the connection to its world, and the release with which the story begins. */
import type { Engine } from '#engine/types.ts';
import type { Actor } from '#domain/roles.ts';
import { crashingFiles } from './crashes.ts';
import { SAMPLE_INTEGRATION } from './integration.ts';
import { ZONE } from './moment.ts';
import type { Place, Places } from './place.ts';
import { pastOf } from './past.ts';
import { player } from './play.ts';
import { samplePolicy } from './policy.ts';
import { platforms } from './deeds.ts';
import { BEGINS } from './variants.ts';
import type { VariantName } from './variants.ts';

export const FIRST_VERSION = '8.9.1';

export type Refused = { ok: false; because: string; wouldBeRight: string };

type Made = Pick<Engine, 'createApp' | 'connect' | 'planRelease' | 'hold' | 'bringPast'>;

/** Makes the app and its world. Refused where an app of this name exists. */
export async function makeSample(
  engine: Made,
  places: Places,
  wanted: { app: string; variant: VariantName },
  by: Actor,
): Promise<{ ok: true; place: Place } | Refused> {
  const { app } = wanted;
  const release = engine.hold(app);
  try {
    return await make(engine, places, wanted, by);
  } finally {
    release();
  }
}

async function make(
  engine: Made,
  places: Places,
  { app, variant }: { app: string; variant: VariantName },
  by: Actor,
): Promise<{ ok: true; place: Place } | Refused> {
  const created = await engine.createApp(
    {
      id: app,
      name: 'Music app',
      timezone: ZONE,
      platforms: [...platforms],
      policy: samplePolicy(app),
      sample: true,
      clock: { at: BEGINS, speed: 0 },
    },
    by,
  );
  if (!created.ok) return created;
  const place = places.begin(app, variant, BEGINS);
  await place.repository.commit(
    'main',
    [{ name: 'begin', subject: 'Begin the sample', author: 'Maja Lind', files: crashingFiles() }],
    BEGINS,
  );
  const connected = await engine.connect({ app, integration: SAMPLE_INTEGRATION, settings: { app }, serves: [] }, player);
  if (!connected.ok) return connected;
  const past = await engine.bringPast(app, pastOf(app), player);
  if (!past.ok) return past;
  const planned = await engine.planRelease(
    { app, version: FIRST_VERSION, kind: 'regular', platforms: [...platforms], manager: 'Maja Lind', startsAt: 'developing' },
    player,
  );
  if (!planned.ok) return planned;
  place.keep(place.progress());
  return { ok: true, place };
}
