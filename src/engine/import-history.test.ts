import { describe, expect, test } from 'vitest';
import type { AnalysedVersion, Analysis } from '#domain/history/analysis.ts';
import { parsePolicy } from '#domain/policy/document.ts';
import { draftsOf, leftOutOf } from './import-history.ts';
import { versionInName } from './observe-git.ts';
import { rulesFrom } from './policy-book.ts';

const app = { id: 'music', name: 'Music', timezone: 'UTC', platforms: ['android', 'ios'], robotPaused: null };
const now = '2024-10-01T09:00:00.000Z';

function rules() {
  const parsed = parsePolicy(`process: light\nversions: { scheme: semver }\nplatforms: { android: {}, ios: {} }\n`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return rulesFrom(parsed.policy, 1);
}

function aVersion(version: string, more: Partial<AnalysedVersion>): AnalysedVersion {
  return {
    version,
    train: version,
    kind: 'regular',
    status: 'released',
    tag: `v${version}`,
    tag_date: null,
    sha: 'a'.repeat(40),
    release_branch: `refs/heads/release/${version}`,
    cut_sha: 'b'.repeat(40),
    cut_date: null,
    cut_method: 'merge-base',
    base_version: null,
    builds: [],
    commits_after_cut: 0,
    commits_after_last_build: 0,
    branch_hours: null,
    trunk_commits_since_previous_cut: null,
    lead_time_hours: null,
    backported: [],
    anomalies: [],
    ...more,
  };
}

function analysis(versions: AnalysedVersion[]): Analysis {
  return {
    trunk: 'refs/heads/main',
    trunk_sha: 'c'.repeat(40),
    trunk_because: 'HEAD',
    cut_policy: 'first-parent',
    commits: 1,
    versions,
    left_out: [],
    unparsed_tags: [],
    unreadable: [],
    other_apps: [],
    dates: {},
  };
}

test('what makes no release is told with why, the first of many', () => {
  const because = 'its branch point lies before the first commit that the repository holds';
  const left_out = Array.from({ length: 22 }, (_, n) => ({ version: `1.${n}`, tag: null, because }));
  expect(leftOutOf({ ...analysis([]), left_out: left_out.slice(0, 1) })).toEqual([`1.0 is left out: ${because}`]);
  expect(leftOutOf({ ...analysis([]), left_out }).at(-1)).toBe('2 more are left out');
  expect(leftOutOf(analysis([]))).toEqual(["no tag or branch looks like a release: say in the connection's settings how they are named"]);
  expect(leftOutOf(analysis([aVersion('1.0', {})]))).toEqual([]);
});

describe('history as releases', () => {
  const history = analysis([
    aVersion('1.10.0', { status: 'in-progress', tag: null, cut_date: '2024-09-20T10:00:00Z' }),
    aVersion('1.9.0', { cut_date: '2024-09-01T10:00:00Z', tag_date: '2024-09-05T10:00:00Z' }),
    aVersion('1.8.0', { cut_date: '2024-08-01T10:00:00Z', tag_date: '2024-08-05T10:00:00Z' }),
    aVersion('1.8.1', { kind: 'hotfix', base_version: '1.8.0', cut_sha: null, tag_date: '2024-08-09T10:00:00Z' }),
    aVersion('1.7.0', { status: 'no-final-tag', tag: null, cut_date: '2024-07-01T10:00:00Z' }),
    aVersion('1.6.9', { status: 'branch-only', tag: null, cut_date: '2024-06-01T10:00:00Z' }),
  ]);
  const drafts = draftsOf(history, app, rules(), now);
  const trackOf = (version: string) => drafts.find(({ release }) => release.version === version)?.tracks[1];

  test('comes in the order of versions, on every platform of the app', () => {
    expect(drafts.map(({ release, tracks }) => [release.version, tracks.length])).toEqual([
      ['1.7.0', 2],
      ['1.8.0', 2],
      ['1.8.1', 2],
      ['1.9.0', 2],
      ['1.10.0', 2],
    ]);
  });

  test('a past release is completed when the next one was released, and says what is inferred', () => {
    expect(trackOf('1.8.0')).toMatchObject({
      stage: 'completed',
      reached: { stabilising: '2024-08-01T10:00:00.000Z', released: '2024-08-05T10:00:00.000Z', completed: '2024-08-09T10:00:00.000Z' },
      cut: { branch: 'release/1.8.0', inferred: true },
    });
    expect(drafts.find(({ release }) => release.version === '1.8.0')?.inferred.map(({ field }) => field)).toEqual(['cut', 'released']);
    expect(drafts.every(({ release }) => release.imported)).toBe(true);
  });

  test('a hotfix keeps its base', () => {
    expect(drafts.find(({ release }) => release.version === '1.8.1')?.release).toMatchObject({ kind: 'hotfix', base: '1.8.0' });
    expect(trackOf('1.8.1')).toMatchObject({ stage: 'completed', cut: null });
  });

  test('a version without a final tag was superseded, and an old branch that came to nothing is left out', () => {
    expect(trackOf('1.7.0')).toMatchObject({ stage: 'superseded', supersededBy: '1.8.0' });
    expect(trackOf('1.6.9')).toBeUndefined();
  });

  test('a branch ahead of every release is the current one', () => {
    expect(trackOf('1.10.0')).toMatchObject({ stage: 'stabilising', cut: { branch: 'release/1.10.0', at: '2024-09-20T10:00:00.000Z' } });
  });
});

describe('the name of a release branch', () => {
  test.each([
    ['release/{version}', 'release/8.19', '8.19'],
    ['release/{platform}/{version}', 'release/ios/8.9.2', '8.9.2'],
    ['release/{platform}/{version}', 'release/android/8.9.2', null],
    ['v{version}-stable', 'v3.1-stable', '3.1'],
    ['release/{version}', 'release/', null],
    ['release/{version}', 'release/../../etc', null],
    ['release/{version}', 'main', null],
    ['stable', 'stable', null],
  ])('%s reads %s as %s', (pattern, name, version) => {
    expect(versionInName(pattern, name, 'ios')).toBe(version);
  });
});
