/** What the test suites last said of a build. */
import type { TestRun } from '../facts.ts';

/** The last word of each suite on a build, in order of the suites' names: a later run of a suite takes the place of an earlier one. */
export function latestOfSuites(runs: readonly TestRun[], of: { version: string; platform: string; build: string }): readonly TestRun[] {
  const last = new Map<string, TestRun>();
  for (const run of runs) {
    if (run.version !== of.version || run.platform !== of.platform || run.build !== of.build) continue;
    const known = last.get(run.suite);
    if (known === undefined || known.at <= run.at) last.set(run.suite, run);
  }
  return [...last.values()].toSorted((a, b) => (a.suite < b.suite ? -1 : 1));
}
