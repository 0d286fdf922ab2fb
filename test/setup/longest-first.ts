/** The order of test files: those that take minutes come first, so that none of them is left running alone at the end. */
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/**
 * The longest, by what they took last on two cores. The browser's files stand apart from each other: each drives a browser and a server of its own, and while one does,
 * the other worker has files that drive none.
 */
export const LONGEST: readonly string[] = [
  'test/e2e/sample.e2e.test.ts',
  'test/stories/story-8.9.2.db.test.ts',
  'test/simulation/simulation.db.test.ts',
  'test/torture/torture.db.test.ts',
  'src/cli/cli.db.test.ts',
  'src/db/embedded/embedded.db.test.ts',
  'test/backup-command.db.test.ts',
  'test/stories/upgrade.db.test.ts',
  'test/stories/halt.db.test.ts',
  'test/package.db.test.ts',
  'test/e2e/people.e2e.test.ts',
  'test/stories/birth.db.test.ts',
  'test/stories/storefronts.db.test.ts',
  'test/stories/simulated.db.test.ts',
  'test/fuzz/fuzz.db.test.ts',
  'test/stories/kill.db.test.ts',
  'src/server/rights.db.test.ts',
  'test/stories/restore.db.test.ts',
  'test/e2e/first-release.e2e.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}`));
      return at < 0 ? LONGEST.length : at;
    };
    return others.toSorted((a, b) => place(a) - place(b));
  }
}
