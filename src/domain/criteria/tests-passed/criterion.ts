/** Did the blocking suites pass on the release candidate? */
import { z } from 'zod';
import type { Build, TestRun } from '../../facts.ts';
import { buildEvidence, candidatesOf, isOnItsWay, spokenOf } from '../candidates.ts';
import type { Candidates, Spoken } from '../candidates.ts';
import type { Criterion, Evidence, Finding, JudgeAt, Who } from '../criterion.ts';
import { green, red, yellow } from '../finding.ts';
import { capital, count, names, rcInFull, rcName, releaseManager, sourceWho } from '../words.ts';
import { latestOfSuites } from '../test-runs.ts';

const settings = z.strictObject({
  suites: z
    .array(z.string().trim().min(1).max(200))
    .max(200)
    .default([])
    .describe('The suites that must pass. None: every suite that reports on the build, and at least one.'),
  'on-retry': z
    .enum(['caution', 'pass'])
    .default('caution')
    .describe(
      'What a suite counts that passed only on a retry: `caution` holds until a person waives it, `pass` counts as passed and is still named.',
    ),
});
type Settings = z.infer<typeof settings>;
type At = JudgeAt<Settings>;

export const testsPassed: Criterion<Settings> = {
  kind: 'tests-passed',
  title: 'Tests passed',
  asks: 'The blocking test suites passed on the newest release candidate, or on the final candidate where one is chosen.',
  settings,
  shorthand: 'suites',
  needs: ['build', 'test-run'],
  waivable: true,
  judge,
};

function judge(at: At): Finding {
  const rcs = candidatesOf(at.track, at.facts);
  const spoken = spokenOf(at.track, at.step, rcs);
  if (spoken === null) return nothingToTest(at, rcs);
  const { newer, failedNewer } = spoken;
  if (newer !== null) return againFor(at, newer, spoken);
  if (failedNewer !== null && !spoken.final) return noGoodBuild(at, failedNewer, `; ${rcInFull(spoken)} before it was built`);
  return onBuild(at, spoken);
}

function nothingToTest(at: At, rcs: Candidates): Finding {
  if (rcs.failed !== null) return noGoodBuild(at, rcs.failed, ' and no RC before it was built');
  if (rcs.building !== null) return againFor(at, rcs.building, null);
  return yellow({
    headline: 'No RC yet',
    because: `No RC of ${at.track.version} was built yet, so there is nothing to test.`,
    turnsGreen: 'when an RC is built and the suites pass on it',
    who: [releaseManager('starts an RC', at.release)],
  });
}

function noGoodBuild(at: At, failed: Build, then: string): Finding {
  return yellow({
    headline: `${capital(rcName(failed))} was not built`,
    because: `${capital(rcInFull(failed))} failed to build, so no suite can run on it${then}.`,
    turnsGreen: `when an RC after ${rcName(failed)} is built and the suites pass on it`,
    who: [releaseManager('has the RC built again', at.release)],
    evidence: [buildEvidence(failed)],
  });
}

/** A newer RC is there, so what was tested before no longer speaks of what will ship. */
function againFor(at: At, newer: Build, spoken: Spoken | null): Finding {
  const evidence = [buildEvidence(newer), ...(spoken === null ? [] : runsOn(at, spoken.number).map(runEvidence))];
  if (isOnItsWay(newer)) {
    const before = spoken === null ? '' : `; what the suites said of ${rcName(spoken)} no longer counts`;
    return yellow({
      headline: `${capital(rcName(newer))} ${newer.state === 'queued' ? 'queued' : 'building'}`,
      because: `${capital(rcInFull(newer))} is not built yet, so its suites have not run${before}.`,
      turnsGreen: `when ${rcName(newer)} is built and the suites pass on it${spoken?.final === true ? ' as the final candidate' : ''}`,
      who: [sourceWho(newer.source, `builds and tests ${rcName(newer)}`)],
      evidence,
      looksAgainAt: newer.expectedAt !== undefined && newer.expectedAt > at.now ? newer.expectedAt : null,
    });
  }
  return yellow({
    headline: `${capital(rcName(newer))} is newer`,
    because: `${capital(rcInFull(newer))} was built after the final candidate${spoken === null ? '' : ` ${rcInFull(spoken)}`}; the tests of one say nothing of the other.`,
    turnsGreen: `when ${rcName(newer)} is chosen as the final candidate and the suites pass on it`,
    who: [releaseManager(`chooses ${rcName(newer)} as the final candidate`, at.release)],
    evidence,
  });
}

type Sorted = {
  failed: readonly TestRun[];
  running: readonly TestRun[];
  retried: readonly TestRun[];
  passed: readonly TestRun[];
  silent: readonly string[];
};

function onBuild(at: At, spoken: Spoken): Finding {
  const runs = runsOn(at, spoken.number);
  const sorted = sort(runs, at.settings);
  const evidence = [...(spoken.build === null ? [] : [buildEvidence(spoken.build)]), ...runs.map(runEvidence)];
  const all = runs.length + sorted.silent.length;
  const done = sorted.passed.length;
  const measure = all === 0 ? {} : { value: { amount: done, unit: `of ${count(all, 'suite')}` }, progress: done / all };
  const on = rcInFull(spoken);
  const finished = { ...measure, evidence };
  if (sorted.failed.length > 0) {
    return red({
      ...finished,
      headline: `${count(sorted.failed.length, 'suite')} failed`,
      clause: suitesName(sorted.failed.map(failedName)),
      because: `${suitesName(sorted.failed.map(failedName))} failed on ${on}.`,
      turnsGreen: `when ${names(sorted.failed.map((run) => run.suite))} passed on ${rcName(spoken)} or on a newer RC`,
      who: [releaseManager('has the failure mended, or the suite run again', at.release)],
    });
  }
  if (sorted.running.length > 0 || sorted.silent.length > 0 || all === 0) return stillRunning(spoken, sorted, finished);
  if (sorted.retried.length > 0) {
    return yellow({
      ...finished,
      headline: 'Passed on a retry',
      because: `${suitesName(sorted.retried.map((run) => `${run.suite} (attempt ${run.attempts})`))} passed on ${on} only on a retry.`,
      turnsGreen: 'when a newer run passes at once, or the suite passes at once on a newer RC',
      who: [releaseManager('has the suite run again, or waives it', at.release)],
    });
  }
  const tests = runs.reduce((sum, run) => sum + (run.passed ?? 0), 0);
  const onRetry = runs.filter((run) => run.attempts > 1);
  const also = onRetry.length === 0 ? '' : `, ${names(onRetry.map((run) => run.suite))} on a retry`;
  return green({
    ...finished,
    clause: `On ${rcName(spoken)}${also}`,
    headline: tests > 0 ? `${tests.toLocaleString('en-US')} tests passed` : `${count(done, 'suite')} passed`,
    because: `${suitesName(sorted.passed.map((run) => run.suite))} passed on ${on}${also}.`,
  });
}

function stillRunning(spoken: Spoken, sorted: Sorted, finished: { evidence: readonly Evidence[] }): Finding {
  const { running, silent } = sorted;
  const who: Who =
    running[0] === undefined
      ? sourceWho(spoken.build?.source ?? 'CI', `runs ${names(silent.length > 0 ? silent : ['the suites'])}`)
      : sourceWho(running[0].source, `finishes ${names(running.map((run) => run.suite))}`);
  const waiting =
    silent.length > 0
      ? `${suitesName(silent)} ${silent.length === 1 ? 'has' : 'have'} not reported on ${rcInFull(spoken)} yet`
      : `No suite has reported on ${rcInFull(spoken)} yet`;
  const because =
    running.length === 0
      ? waiting
      : `${suitesName(running.map((run) => run.suite))} ${running.length === 1 ? 'is' : 'are'} running on ${rcInFull(spoken)}${silent.length > 0 ? `; ${names(silent)} ${silent.length === 1 ? 'has' : 'have'} not reported yet` : ''}`;
  return yellow({
    ...finished,
    headline: running.length > 0 ? 'Tests running' : 'No result yet',
    clause: running.length > 0 ? suitesName(running.map((run) => run.suite)) : `Nothing reported on ${rcName(spoken)}`,
    because: `${because}.`,
    turnsGreen: `when ${silent.length + running.length === 0 ? 'the suites have' : `${names([...running.map((run) => run.suite), ...silent])} ${silent.length + running.length === 1 ? 'has' : 'have'}`} passed on ${rcName(spoken)}`,
    who: [who],
  });
}

function runsOn(at: At, build: string): readonly TestRun[] {
  const { suites } = at.settings;
  const runs = latestOfSuites(at.facts.testRuns, { version: at.track.version, platform: at.track.platform, build });
  return suites.length === 0 ? runs : runs.filter((run) => suites.includes(run.suite));
}

function sort(runs: readonly TestRun[], of: Settings): Sorted {
  const cautious = of['on-retry'] === 'caution';
  const passed = runs.filter((run) => run.state === 'passed');
  return {
    failed: runs.filter((run) => run.state === 'failed'),
    running: runs.filter((run) => run.state === 'running'),
    retried: cautious ? passed.filter((run) => run.attempts > 1) : [],
    passed: cautious ? passed.filter((run) => run.attempts === 1) : passed,
    silent: of.suites.filter((suite) => !runs.some((run) => run.suite === suite)),
  };
}

function suitesName(suites: readonly string[]): string {
  return `${suites.length === 1 ? 'Suite' : 'Suites'} ${names(suites)}`;
}

function failedName(run: TestRun): string {
  return run.failed === undefined || run.failed === 0 ? run.suite : `${run.suite} (${count(run.failed, 'test')})`;
}

function runEvidence(run: TestRun): Evidence {
  return { kind: 'test-run', label: `${run.suite} on build ${run.build}, ${run.state}`, url: run.url ?? null, at: run.at };
}
