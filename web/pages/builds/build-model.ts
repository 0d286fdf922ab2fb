/** A build as its line of lamps: built, tested, handed out, in the store. */
import type { BuildInFull } from '#api/release-lists.ts';
import type { CellState } from '#domain/cell-state.ts';

/** One lamp of the line. `words` say what it shows; `url`: the job or the page behind it. */
export type StageOfBuild = { name: string; state: CellState; words: string; url: string | null };

/** The stages of a build in order; an audience that it was never meant for is left out. */
export function stagesOf(build: BuildInFull): readonly StageOfBuild[] {
  return [
    buildStage(build),
    testStage(build),
    ...audiences.flatMap(([audience, name]) => handedTo(build, audience, name)),
    ...storeStages(build),
  ];
}

const audiences = [
  ['employees', 'Employees'],
  ['alpha', 'Alpha'],
  ['beta', 'Beta'],
  ['production', 'Everyone'],
] as const;

function buildStage({ state, url }: BuildInFull): StageOfBuild {
  const words = { queued: 'waits to be built', building: 'is being built', succeeded: 'is built', failed: 'failed to build' }[state];
  const lamp = ({ queued: 'caution', building: 'caution', succeeded: 'clear', failed: 'stop' } as const)[state];
  return { name: 'Build', state: lamp, words, url };
}

function testStage({ testRuns, state }: BuildInFull): StageOfBuild {
  const failed = testRuns.filter((run) => run.state === 'failed');
  const running = testRuns.filter((run) => run.state === 'running');
  const retried = testRuns.filter((run) => run.state === 'passed' && run.attempts > 1);
  const url = (failed[0] ?? running[0] ?? testRuns[0])?.url ?? null;
  if (testRuns.length === 0)
    return { name: 'Tests', state: 'not-needed-yet', words: state === 'succeeded' ? 'no test was reported' : 'no test has run yet', url };
  if (failed.length > 0) return { name: 'Tests', state: 'stop', words: `${failed.map(({ suite }) => suite).join(', ')} failed`, url };
  if (running.length > 0) return { name: 'Tests', state: 'caution', words: `${running.map(({ suite }) => suite).join(', ')} running`, url };
  if (retried.length > 0)
    return { name: 'Tests', state: 'caution', words: `passed, ${retried.map(({ suite }) => suite).join(', ')} on a retry`, url };
  return { name: 'Tests', state: 'clear', words: 'passed', url };
}

function handedTo({ distributions }: BuildInFull, audience: string, name: string): readonly StageOfBuild[] {
  const found = distributions.find((each) => each.audience === audience);
  if (found === undefined) return [];
  const people = found.people === null ? '' : `, ${found.people.toLocaleString('en')} people`;
  const [state, words] = (
    {
      pending: ['not-needed-yet', 'not sent yet'],
      'in-progress': ['caution', 'on its way'],
      delivered: ['clear', 'delivered'],
      failed: ['stop', 'failed'],
    } as const
  )[found.state];
  return [{ name, state, words: `${words}${people}`, url: found.url }];
}

const storeLamps: Readonly<Record<string, CellState>> = {
  rejected: 'stop',
  halted: 'stop',
  'in-review': 'caution',
  draft: 'not-needed-yet',
  none: 'not-needed-yet',
  withdrawn: 'not-needed-yet',
  replaced: 'not-needed-yet',
};

function storeStages({ stores }: BuildInFull): readonly StageOfBuild[] {
  return stores.map(({ name, state, percent, url }) => ({
    name: storeName(name),
    state: storeLamps[state] ?? (state === 'released' || state === 'approved' ? 'clear' : 'caution'),
    words:
      state === 'rolling-out' || state === 'paused' || state === 'halted'
        ? `${state.replaceAll('-', ' ')} at ${percent}%`
        : state.replaceAll('-', ' '),
    url,
  }));
}

const storeNames: Readonly<Record<string, string>> = {
  'google-play': 'Google Play',
  'app-store-connect': 'App Store',
  'microsoft-store': 'Microsoft Store',
};

function storeName(name: string): string {
  return storeNames[name] ?? name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
}

/** `RC 3`, `Nightly`; the number stands beside it. */
export function kindTitle(build: Pick<BuildInFull, 'kind' | 'candidate'>): string {
  if (build.kind === 'nightly') return 'Nightly';
  return build.candidate === null ? 'Release candidate' : `RC ${build.candidate}`;
}

/** What it lacks, in words: null where it has everything, or nothing is known of a build that is no RC. */
export function lacksText(build: Pick<BuildInFull, 'lacks' | 'kind' | 'state'>): string | null {
  if (build.kind === 'nightly') return null;
  if (build.lacks === null) return build.state === 'succeeded' ? 'What it lacks of the branch is not known' : null;
  const { codeCount, harmless } = build.lacks;
  const code = codeCount === 0 ? null : `lacks ${codeCount} ${codeCount === 1 ? 'commit' : 'commits'} of the branch`;
  const rest = harmless === 0 ? null : `${harmless} that ${harmless === 1 ? 'needs' : 'need'} no new build`;
  if (code === null) return rest === null ? null : `Lacks only ${rest}`;
  return `L${code.slice(1)}${rest === null ? '' : `, and ${rest}`}`;
}

/** The number of the newest RC of builds that are listed newest first: what it lacks matters; older ones are superseded. Null where there is none. */
export function newestCandidate(builds: readonly Pick<BuildInFull, 'kind' | 'number'>[]): string | null {
  return builds.find(({ kind }) => kind !== 'nightly')?.number ?? null;
}

/** `10 of 12 passed, 2 attempts` */
export function suiteText(run: BuildInFull['testRuns'][number]): string {
  const known = run.passed === null && run.failed === null ? null : { passed: run.passed ?? 0, failed: run.failed ?? 0 };
  const figures =
    known === null
      ? run.state
      : known.failed === 0
        ? `${known.passed.toLocaleString('en')} passed`
        : `${known.failed.toLocaleString('en')} of ${(known.passed + known.failed).toLocaleString('en')} failed`;
  const state = known === null || (run.state === 'failed') === known.failed > 0 ? '' : `, ${run.state}`;
  return `${figures}${state}${run.attempts > 1 ? `, ${run.attempts} attempts` : ''}`;
}
