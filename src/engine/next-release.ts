/** The next version of trunk: after a history was imported, and whenever a release is cut. A person may plan it before; then that is the next one. */
import { insertRelease } from '#db/apps.ts';
import { forgetCursors } from '#db/sources.ts';
import { tracksOf } from '#db/tracks.ts';
import type { LiveTrack } from '#db/tracks.ts';
import type { Tx } from '#db/transaction.ts';
import { birth } from '#domain/release/birth.ts';
import type { Release } from '#domain/release/release.ts';
import type { Stage } from '#domain/release/track.ts';
import type { Actor } from '#domain/roles.ts';
import type { Instant } from '#domain/time.ts';
import { isRefused, next } from '#domain/versions/index.ts';
import { bear, wakeAll } from './bear.ts';
import { timesByCycle } from './calendar.ts';
import type { Context } from './context.ts';
import { orderOf } from './load.ts';
import type { Rules } from './policy-book.ts';
import { wakeUnits } from './unit.ts';

export type Born = { version: string; tracks: readonly string[]; platforms: readonly string[] };

/** Which app, at what time of it, under which rules, and in whose name. `version`: of the commit. */
export type Scene = { app: string; platforms: readonly string[]; rules: Rules; at: Instant; appVersion: number; by: Actor };

/**
 * Begins the version after `newest` on every platform, with the times of its train. A platform whose earlier release is still on trunk has it planned: it starts
 * developing when that one is cut. The caller holds the app's lock, so that no two begin it.
 *
 * @returns what was born; null when the scheme tells no next version, which is told in the log
 */
export async function beginAfter(context: Context, tx: Tx, scene: Scene, newest: string, part?: string): Promise<Born | null> {
  const { app, rules, at } = scene;
  const tracks = await tracksOf(tx, app);
  const version = next(rules.document.versions, newest, part, { taken: [...new Set(tracks.map((track) => track.version))] });
  if (isRefused(version)) {
    context.log.info({ app, newest, because: version.was }, 'the version after the newest could not be told; plan it by hand');
    return null;
  }
  const release: Release = {
    app,
    version,
    kind: 'regular',
    base: null,
    bornAt: at,
    manager: null,
    planned: await timesByCycle(tx, { app, kind: 'regular' }, rules, at),
    imported: false,
  };
  if (!(await insertRelease(tx, release, context.clock.now()))) return null;
  const born: string[] = [];
  for (const platform of scene.platforms) {
    const stage = isTrunkTaken(tracks, platform) ? 'planned' : 'developing';
    const track = birth({ app, version, platform, kind: 'regular', at, stage });
    if (await bear(context, tx, track, scene.appVersion, { is: 'born', kind: 'regular', stage }, scene.by)) born.push(track.id);
  }
  return { version, tracks: born, platforms: scene.platforms };
}

/**
 * Begins the next version after a regular release that was cut, unless a regular release comes after it already, or the policy leaves it to a person. To be asked
 * as often as one likes: what is there is not begun again.
 */
export async function beginNext(context: Context, tx: Tx, scene: Scene, cut: string): Promise<Born | null> {
  const { app, rules } = scene;
  const scheme = rules.document.versions;
  const regular = (await tracksOf(tx, app)).filter(({ state }) => state.kind === 'regular');
  if (regular.some(({ version }) => orderOf(scheme, version, cut) > 0)) return null;
  const versions = [...new Set(regular.map(({ version }) => version))].toSorted((a, b) => orderOf(scheme, a, b));
  const born = await beginAfter(context, tx, scene, cut, partRaised(scheme, versions));
  if (born === null) return null;
  await forgetCursors(tx, app);
  await wakeAll(context, tx, app);
  await wakeUnits(context, app, tx);
  return born;
}

const onTrunk: readonly Stage[] = ['planned', 'developing'];

function isTrunkTaken(tracks: readonly LiveTrack[], platform: string): boolean {
  return tracks.some(({ state }) => state.platform === platform && state.kind !== 'hotfix' && onTrunk.includes(state.stage));
}

const PARTS = ['major', 'minor', 'patch'] as const;

/**
 * Which part this app's regular releases raise, read off the last two: 1.0.0, 1.1.0 → minor. Undefined where the policy says it, where the scheme has no
 * such parts, and where there are no two to compare: then the scheme's own rule holds.
 *
 * @param regular the versions of regular releases, in their order
 */
export function partRaised(scheme: Rules['document']['versions'], regular: readonly string[]): string | undefined {
  if (scheme.scheme !== 'semver' || scheme.next !== undefined) return undefined;
  const [before, last] = regular.slice(-2).map((version) => version.split(/[.+-]/));
  if (before === undefined || last === undefined) return undefined;
  return PARTS.find((_, index) => before[index] !== last[index]);
}
