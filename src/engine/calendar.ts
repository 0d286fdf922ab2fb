/** The planned times of a release that is being born, by the cycle of its app's policy. */
import { nextBranchDay, plannedTimes } from '#domain/calendar/cycle.ts';
import { cycleOf } from '#domain/policy/compile.ts';
import type { PlannedTimes, Release } from '#domain/release/release.ts';
import { latest } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import type { Db } from '#db/transaction.ts';
import type { Rules } from './policy-book.ts';

const nothingPlanned: PlannedTimes = { branch: null, candidate: null, submit: null, start: null, finish: null };

/**
 * The next train's times: the branch day after the last one that is planned. Nothing for a hotfix or a replacement, which have no train, nor without a cadence.
 */
export async function timesByCycle(db: Db, release: Pick<Release, 'app' | 'kind'>, rules: Rules, now: Instant): Promise<PlannedTimes> {
  if (release.kind !== 'regular') return nothingPlanned;
  const cycle = cycleOf(rules.document);
  const { timezone } = rules.document;
  const others = await db.selectFrom('releases').select('planned').where('app', '=', release.app).where('kind', '=', 'regular').execute();
  const after = latest(now, ...others.map(({ planned }) => planned.branch)) ?? now;
  const branchDay = nextBranchDay({ cycle, timezone, after });
  return branchDay === null ? nothingPlanned : plannedTimes({ cycle, timezone, branchDay });
}
