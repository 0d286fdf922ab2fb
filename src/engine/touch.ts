/** Which tracks a fact concerns, and whether its version and platform are known at all. */
import type { Fact } from '#domain/facts.ts';
import type { LiveTrack } from '#db/tracks.ts';

/** The tracks that a fact may change something for. */
export function touchedBy(fact: Fact, tracks: readonly LiveTrack[]): LiveTrack[] {
  const live = tracks.filter(({ ended }) => !ended);
  switch (fact.kind) {
    case 'build':
      // A nightly of trunk counts for every version that is still on trunk.
      return live.filter(
        ({ platform, version }) =>
          platform === fact.payload.platform && (fact.payload.kind === 'nightly' || version === fact.payload.version),
      );
    case 'test-run':
    case 'distribution':
    case 'check':
    case 'report':
      return live.filter(({ platform, version }) => platform === fact.payload.platform && version === fact.payload.version);
    case 'storefront':
      return live.filter(({ platform }) => platform === fact.payload.platform);
    case 'bug':
      return live.filter(
        ({ platform, version }) =>
          fact.payload.versions.includes(version) && (fact.payload.platforms.length === 0 || fact.payload.platforms.includes(platform)),
      );
    case 'branch':
      return live.filter(({ platform }) => fact.payload.platforms.length === 0 || fact.payload.platforms.includes(platform));
    case 'containment':
      return live;
    default:
      return fact satisfies never;
  }
}

export type Objection = { because: string; wouldBeRight: string };

/** Why a fact cannot be about this app, in words; null when it can. A fact never creates a release. */
export function objectionTo(fact: Fact, tracks: readonly LiveTrack[], platforms: readonly string[]): Objection | null {
  switch (fact.kind) {
    case 'build':
    case 'test-run':
    case 'distribution':
    case 'check':
    case 'storefront':
    case 'report':
      return unknownPlatform(fact.payload.platform, platforms) ?? unknownVersion([fact.payload.version], tracks, fact.payload.platform);
    case 'bug': {
      const [stranger] = fact.payload.platforms.filter((platform) => !platforms.includes(platform));
      return (stranger === undefined ? null : unknownPlatform(stranger, platforms)) ?? unknownVersion(fact.payload.versions, tracks, null);
    }
    case 'branch': {
      const [stranger] = fact.payload.platforms.filter((platform) => !platforms.includes(platform));
      return stranger === undefined ? null : unknownPlatform(stranger, platforms);
    }
    case 'containment':
      return null;
    default:
      return fact satisfies never;
  }
}

function unknownPlatform(platform: string, platforms: readonly string[]): Objection | null {
  if (platforms.includes(platform)) return null;
  return { because: `there is no platform "${platform}"`, wouldBeRight: `the app's platforms are ${platforms.join(', ')}` };
}

/** As many as a person reads. */
const MOST_NAMED = 8;

function unknownVersion(versions: readonly string[], tracks: readonly LiveTrack[], platform: string | null): Objection | null {
  const here = tracks.filter((track) => platform === null || track.platform === platform);
  if (versions.some((version) => here.some((track) => track.version === version))) return null;
  const live = [...new Set(here.filter(({ ended }) => !ended).map(({ version }) => version))];
  const named = live.length > MOST_NAMED ? `${live.slice(-MOST_NAMED).join(', ')} and ${live.length - MOST_NAMED} more` : live.join(', ');
  const where = platform === null ? '' : ` on ${platform}`;
  return {
    because: `there is no release ${versions.join(' or ')}${where}`,
    wouldBeRight:
      live.length > 0
        ? `plan the release first; the live ones${where} are ${named}`
        : `plan the release first; no release is alive${where}`,
  };
}
