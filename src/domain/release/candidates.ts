/** Which release candidate may be chosen to ship. */
import { candidatesOf, lacksOf } from '../criteria/candidates.ts';
import type { Build } from '../facts.ts';
import { behindOf } from '../roles.ts';
import type { Candidate, Track } from './track.ts';
import type { World } from './world.ts';

/** The newest release candidate that was built whole; null while there is none. */
export function newestBuilt(track: Track, world: Pick<World, 'facts'>): Build | null {
  return candidatesOf(track, world.facts).ready;
}

/** Why this build cannot be the final candidate, in words; null when it can. */
export function unfit(build: Build, world: Pick<World, 'facts' | 'policy' | 'track'>): string | null {
  if (world.track.rejectedBuilds.includes(build.number)) return `build ${build.number} was rejected by a storefront`;
  if (build.kind !== 'release-candidate') return `build ${build.number} is a nightly of trunk, not a release candidate`;
  if (build.state !== 'succeeded') return `build ${build.number} is ${build.state}`;
  const lacking = lacksOf(build.commit, world.facts, world.policy)?.code ?? [];
  if (lacking.length === 0) return null;
  const what = lacking.length === 1 ? 'a commit' : `${lacking.length} commits`;
  return `build ${build.number} lacks ${what} of the branch: ${lacking.map((commit) => commit.sha.slice(0, 10)).join(', ')}`;
}

/** The build as a final candidate. */
export function asCandidate(build: Build, chosenAt: string, by: { id: string; name: string; actsFor?: string | undefined }): Candidate {
  return {
    build: build.number,
    commit: build.commit,
    candidate: build.candidate,
    chosenAt,
    chosenBy: by.name,
    chosenById: behindOf(by),
  };
}
