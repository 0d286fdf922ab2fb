/** Which bugs a track has to do with. */
import type { Bug } from '../facts.ts';
import type { Track } from '../release/track.ts';
import type { Evidence } from './criterion.ts';

/** Whether a bug was seen in this track's version on its platform; a bug that names no platform was seen on all. */
export function concerns(bug: Pick<Bug, 'versions' | 'platforms'>, track: Track): boolean {
  return bug.versions.includes(track.version) && (bug.platforms.length === 0 || bug.platforms.includes(track.platform));
}

/** A bug as evidence: its key, its title, and where it stands in the tracker. */
export function bugEvidence(bug: Bug): Evidence {
  return { kind: 'bug', label: `${bug.key} ${bug.title}, ${bug.state}`, url: bug.url ?? null, at: bug.at };
}
