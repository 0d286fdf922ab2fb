import { writeSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

type Tally = { passed: number; failed: number; skipped: number };

/**
 * Writes `N passed, N failed` (`, N skipped`) as the very last line of the run, alone on it.
 * A file that cannot be loaded, a hook that fails and an error outside every test each count as one failure.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tally = modules.map(tallyOf).reduce(added, { passed: 0, failed: unhandledErrors.length, skipped: 0 });
    // Other reporters and the teardown of the projects write after this; nothing writes after the exit.
    process.once('exit', (code) => {
      // A set-up that failed, or no file at all: no test tells of it, and it is no success.
      if (code !== 0 && tally.failed === 0) tally.failed = 1;
      writeSync(1, `${closingLine(tally)}\n`);
    });
    if (tally.failed > 0) process.exitCode = 1;
  }
}

export function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function tallyOf(module: TestModule): Tally {
  const tally = { passed: 0, failed: module.errors().length, skipped: 0 };
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === 'passed') tally.passed += 1;
    else if (state === 'failed') tally.failed += 1;
    else tally.skipped += 1;
  }
  for (const suite of module.children.allSuites()) tally.failed += suite.errors().length;
  // A file that failed without saying so in any of these is a failure all the same.
  if (tally.failed === 0 && module.state() === 'failed') tally.failed = 1;
  return tally;
}

function added(one: Tally, other: Tally): Tally {
  return { passed: one.passed + other.passed, failed: one.failed + other.failed, skipped: one.skipped + other.skipped };
}
