/** How far an accepted cherry-pick has come: read off the branch and its builds, never kept. */
import { candidatesOf, lacksOf } from '../criteria/candidates.ts';
import { sameCommit } from '../criteria/words.ts';
import type { CherryPick, TrackFacts } from '../facts.ts';
import type { TrackPolicy } from '../policy/track-policy.ts';
import type { Track } from '../release/track.ts';

/**
 * The pick with the state that the facts show: `accepted → merged → in-build → back-on-trunk`.
 * A commit of the branch is the pick when it is that commit, or came from it (by trailer, patch-id or reference); one that came from trunk is on trunk.
 */
export function progressOf(pick: CherryPick, track: Track, facts: TrackFacts, policy: Pick<TrackPolicy, 'ignore'>): CherryPick {
  if (pick.state !== 'accepted') return pick;
  const merged = facts.commits.find((commit) => sameCommit(commit.sha, pick.commit) || isSame(commit.origin?.sha, pick.commit));
  if (!merged) return pick;
  const built = candidatesOf(track, facts).all.some((build) => {
    if (build.state !== 'succeeded') return false;
    const lacks = lacksOf(build.commit, facts, policy);
    return lacks !== null && ![...lacks.code, ...lacks.harmless].some((lacking) => sameCommit(lacking.sha, merged.sha));
  });
  if (!built) return { ...pick, state: 'merged' };
  return { ...pick, state: merged.origin === null ? 'in-build' : 'back-on-trunk' };
}

function isSame(sha: string | null | undefined, other: string): boolean {
  return typeof sha === 'string' && sameCommit(sha, other);
}
