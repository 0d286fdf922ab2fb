/** Changes as lanes: where each cherry-pick stands on its way into a build and back to main. */
import type { PickInFull, ReleaseChanges } from '#api/release-lists.ts';

export const lanes = [
  { id: 'asked', title: 'Asked for', empty: 'Nobody waits for an answer.' },
  { id: 'accepted', title: 'Accepted', empty: 'Nothing accepted waits to be merged.' },
  { id: 'merged', title: 'Merged, not built', empty: 'Everything merged is in a build.' },
  { id: 'in-build', title: 'In a build', empty: 'No cherry-pick is in a build yet.' },
  { id: 'back-on-trunk', title: 'Back on main', empty: 'None is known to be on main.' },
] as const;
export type Lane = (typeof lanes)[number]['id'] | 'refused';

export function inLane(picks: readonly PickInFull[], lane: Lane): readonly PickInFull[] {
  return picks.filter(({ state }) => state === lane);
}

/** What an empty lane says. What was built and is back on main has left the lane of the built. */
export function emptyText(lane: (typeof lanes)[number]['id'], picks: readonly PickInFull[]): string {
  if (lane === 'in-build' && inLane(picks, 'back-on-trunk').length > 0) return 'All that are in a build are back on main.';
  return lanes.find(({ id }) => id === lane)?.empty ?? '';
}

/** What is missing of a pick that counts as built: the newest RC may have come from before it. */
export function pickNote(pick: PickInFull): string | null {
  if (pick.state !== 'in-build' && pick.state !== 'back-on-trunk') return null;
  return pick.inNewest === false ? 'not in the newest build' : null;
}

export type TrackAnswer = { answer: string; complete: boolean | null; platforms: readonly string[] };

/** The answers of the tracks, one for several that say the same. */
export function answersOf(tracks: ReleaseChanges['tracks']): readonly TrackAnswer[] {
  const found = new Map<string, TrackAnswer>();
  for (const { answer, complete, platform } of tracks) {
    const known = found.get(answer);
    found.set(answer, { answer, complete, platforms: [...(known?.platforms ?? []), platform] });
  }
  return [...found.values()];
}

const categories: Readonly<Record<string, string>> = {
  change: 'change',
  'version-bump': 'version bump',
  translations: 'translations',
  'release-notes': 'release notes',
  dependency: 'dependency',
  merge: 'merge',
  'merge-back': 'merge back',
  revert: 'revert',
};

export function categoryName(category: string): string {
  return categories[category] ?? category;
}
