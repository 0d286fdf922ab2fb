/** All targets there are, by group. */
import { cliTargets } from './cli.ts';
import { gitTargets } from './git.ts';
import { policyTargets } from './policy.ts';
import type { FuzzRoom } from './room.ts';
import { routeTargets } from './routes.ts';
import type { Group, Target } from './target.ts';

const makers: Readonly<Record<Group, (room: FuzzRoom) => Target[] | Promise<Target[]>>> = {
  routes: routeTargets,
  policy: policyTargets,
  git: gitTargets,
  cli: cliTargets,
};

/**
 * How the inputs are shared: routes have most, repositories, of which each takes a dozen programs, fewest. A group's targets share what it gets.
 */
const SHARE: Readonly<Record<Group, number>> = { routes: 72, policy: 16, cli: 11.9, git: 0.1 };

export async function targetsOf(room: FuzzRoom, only: readonly Group[]): Promise<Target[]> {
  const groups = await Promise.all(
    only.map(async (group) => {
      const made = await makers[group](room);
      const all = made.reduce((sum, { weight }) => sum + weight, 0);
      return made.map((target) => ({ ...target, weight: (target.weight / all) * SHARE[group] }));
    }),
  );
  return groups.flat();
}
