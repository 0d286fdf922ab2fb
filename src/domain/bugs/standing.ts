/** Where a bug stands on one track: what was decided there, and how far its mending has come. */
import { candidatesOf, spokenOf } from '../criteria/candidates.ts';
import { clearedOn, lifeOf, lifeStations, stationOfLife } from '../criteria/no-blocking-bugs/life.ts';
import type { Builds, LifeStation } from '../criteria/no-blocking-bugs/life.ts';
import type { Bug } from '../facts.ts';
import { nextStep } from '../release/can.ts';
import type { World } from '../release/world.ts';

export type BugStanding = {
  decision: Bug['decision'];
  nominatedBy: Bug['nominatedBy'];
  /** It is decided to be a blocker and is not verified on what ships. */
  uncleared: boolean;
  /** Stations of its life, in order; `reached` up to where it is. */
  life: readonly { station: LifeStation; reached: boolean; on: string | null }[];
  /** Where it stands, to follow its key in a sentence: `has its fix a1a1a1a merged, but no build has it yet`. */
  stands: string;
};

/** Null where the track has nothing to do with the bug. */
export function standingOf(key: string, world: World): BugStanding | null {
  const bug = world.facts.bugs.find((each) => each.key === key);
  if (bug === undefined) return null;
  const builds = buildsOf(world);
  const on = clearedOn(bug, builds);
  const { at, on: where } = stationOfLife(bug, builds);
  const reached = lifeStations.indexOf(at);
  return {
    decision: bug.decision,
    nominatedBy: bug.nominatedBy,
    uncleared: bug.decision?.is === 'blocker' && on === null,
    life: lifeStations.map((station, place) => ({ station, reached: place <= reached, on: place === reached ? where : null })),
    stands: on === null ? lifeOf(bug, builds).stands : `is verified on ${on}`,
  };
}

/** Keys of the bugs that are blockers of this track and not verified on what ships. */
export function unclearedOn(world: World): readonly string[] {
  const builds = buildsOf(world);
  return world.facts.bugs.filter((bug) => bug.decision?.is === 'blocker' && clearedOn(bug, builds) === null).map(({ key }) => key);
}

function buildsOf({ track, facts, policy }: World): Builds {
  const rcs = candidatesOf(track, facts);
  return { rcs, spoken: spokenOf(track, nextStep(track, policy), rcs), facts, policy };
}
