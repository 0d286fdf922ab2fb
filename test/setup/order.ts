/** In which order test files begin, two at a time on two cores. Nothing else hangs on it: every file stands by itself. */
import { relative } from 'node:path';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';
import { packageRoot } from '#lib/package-root.ts';

/** About how many seconds the longest take beside another. */
const SECONDS: Readonly<Record<string, number>> = {
  'test/e2e/scenes.e2e.test.ts': 300,
  'test/e2e/people.e2e.test.ts': 150,
  'test/e2e/paths.e2e.test.ts': 130,
  'test/e2e/first-release.e2e.test.ts': 90,
  'test/e2e/kept.e2e.test.ts': 30,
  'test/stories/story-8.9.2.db.test.ts': 220,
  'test/simulation/simulation.db.test.ts': 110,
  'src/cli/cli.db.test.ts': 75,
  'test/torture/torture.db.test.ts': 55,
  'test/backup-command.db.test.ts': 50,
  'test/stories/halt.db.test.ts': 45,
  'src/db/embedded/embedded.db.test.ts': 45,
};
const OF_THE_OTHERS = 8;

export type Expected = { seconds: number; hasBrowser: boolean };

/**
 * The longest first, so that none is left over at the end; and a file with a browser beside one without. A browser and the program that it looks at wait for each other:
 * alone they leave a core half idle, and two pairs of them are more than two cores carry well.
 */
export function sideBySide<File>(files: readonly File[], expected: (file: File) => Expected): File[] {
  const longestFirst = files.toSorted((a, b) => expected(b).seconds - expected(a).seconds);
  const withBrowser = longestFirst.filter((file) => expected(file).hasBrowser);
  const without = longestFirst.filter((file) => !expected(file).hasBrowser);
  let first = { until: 0, hasBrowser: false };
  let second = { until: 0, hasBrowser: false };
  const order: File[] = [];
  while (order.length < files.length) {
    // the first of the two is free earlier
    if (second.until < first.until) [first, second] = [second, first];
    const file = (second.hasBrowser ? (without.shift() ?? withBrowser.shift()) : (withBrowser.shift() ?? without.shift())) as File;
    const { seconds, hasBrowser } = expected(file);
    first = { until: first.until + seconds, hasBrowser };
    order.push(file);
  }
  return order;
}

/** For `sequence.sequencer` of vitest. What needs nothing comes last: there are many of them, and all are short. */
export class SideBySide extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const unit = sorted.filter(({ project }) => project.name === 'unit');
    const others = sorted.filter(({ project }) => project.name !== 'unit');
    return [...sideBySide(others, expectedOf), ...unit];
  }
}

function expectedOf({ moduleId, project }: TestSpecification): Expected {
  const name = relative(packageRoot(), moduleId).replaceAll('\\', '/');
  return { seconds: SECONDS[name] ?? OF_THE_OTHERS, hasBrowser: project.name === 'browser' };
}
