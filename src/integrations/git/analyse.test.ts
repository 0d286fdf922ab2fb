import { rmSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import type { Analysis, AnalysedVersion, Grammar, HistoryWindow } from '#domain/history/analysis.ts';
import { analyseRepository } from './analyse.ts';
import { draw, place, removePlaces } from './testing.ts';
import type { Drawing, Drawn } from './testing.ts';

afterAll(removePlaces);

async function analysed(
  drawing: Drawing,
  grammar?: Grammar,
  window?: HistoryWindow,
): Promise<{ drawn: Drawn; analysis: Analysis; version: (name: string) => AnalysedVersion }> {
  const drawn = await drawing.write();
  const analysis = await analyseRepository({ repo: drawn.path, dataDir: place(), grammar, window });
  return {
    drawn,
    analysis,
    version(name) {
      const found = analysis.versions.find((version) => version.version === name);
      if (!found) throw new Error(`no version ${name} among ${analysis.versions.map((version) => version.version).join(', ')}`);
      return found;
    },
  };
}

/** Two commits of trunk, so that no branch leaves the very first one. */
function begun(drawing: Drawing): string {
  drawing.commit('main', 'Begin');
  return drawing.commit('main', 'Add the player');
}

describe('where a release branch left trunk', () => {
  test('a branch that was not merged back: its merge base', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    drawing.commit('release/1.0', 'Bump version number', { from: cut });
    const final = drawing.commit('release/1.0', 'Fix a crash', { hours: 10 });
    drawing.tag('1.0', final);
    drawing.commit('main', 'Add the library');
    const { drawn, version } = await analysed(drawing);
    expect(version('1.0')).toMatchObject({
      kind: 'regular',
      status: 'released',
      train: '1.0',
      cut_sha: drawn.sha(cut),
      cut_method: 'merge-base',
      sha: drawn.sha(final),
      release_branch: 'refs/heads/release/1.0',
      commits_after_cut: 2,
      branch_hours: 11,
      tag_date: '2024-01-01T13:00:00Z',
      cut_date: '2024-01-01T02:00:00Z',
      anomalies: [],
    });
  });

  test('a young repository, all of whose branches leave its first commit: there', async () => {
    const drawing = draw();
    const first = drawing.commit('main', 'Begin');
    drawing.commit('release/1.0', 'Bump version number', { from: first });
    const { drawn, analysis, version } = await analysed(drawing);
    expect(version('1.0')).toMatchObject({ status: 'in-progress', cut_sha: drawn.sha(first), cut_method: 'merge-base' });
    expect(analysis.left_out).toEqual([]);
  });

  test('a branch that was merged back and deleted: the fork of its first parents, not the tag', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    const rc = drawing.commit('release/1.0', 'Bump version number', { from: cut });
    drawing.tag('1.0-rc-1', rc);
    const final = drawing.commit('release/1.0', 'Fix a crash');
    drawing.tag('1.0', final);
    drawing.commit('main', 'Add the library');
    drawing.commit('main', 'Merge release/1.0 into main', { merge: [final] });
    drawing.deleteBranch('release/1.0');
    const { drawn, version } = await analysed(drawing);
    expect(version('1.0')).toMatchObject({
      cut_sha: drawn.sha(cut),
      cut_method: 'first-parent-fork',
      commits_after_cut: 2,
      commits_after_last_build: 1,
      release_branch: null,
    });
    expect(version('1.0').anomalies).toEqual(['merged-back-naive-merge-base-is-tag', 'final-has-commits-after-last-build']);
  });

  test('trunk merged into the branch: the older fork, and it says so', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    drawing.commit('release/1.0', 'Bump version number', { from: cut });
    const later = drawing.commit('main', 'Add the library');
    const merge = drawing.commit('release/1.0', "Merge branch 'main' into release/1.0", { merge: [later] });
    drawing.tag('1.0', merge);
    drawing.commit('main', 'Add search');
    const { drawn, version } = await analysed(drawing);
    expect(version('1.0')).toMatchObject({ cut_sha: drawn.sha(cut), cut_method: 'first-parent-fork' });
    expect(version('1.0').anomalies).toEqual(['naive-merge-base-differs', 'trunk-merged-into-release']);
  });

  test('a foxtrot merge sends first parents down an older hotfix: the fork of a build is taken', async () => {
    const drawing = draw();
    const oldCut = begun(drawing);
    const oldFinal = drawing.commit('release/1.0', 'Bump version number', { from: oldCut });
    drawing.tag('1.0', oldFinal);
    const newCut = drawing.commit('main', 'Add the library');
    const build = drawing.commit('release/1.1', 'Bump version number', { from: newCut });
    drawing.tag('1.1-rc-1', build);
    const hotfix = drawing.commit('hotfix/1.0.1', 'Fix a crash', { from: oldFinal });
    // The hotfix branch takes the release branch in and then becomes it.
    const foxtrot = drawing.commit('hotfix/1.0.1', "Merge branch 'release/1.1' into hotfix/1.0.1", { from: hotfix, merge: [build] });
    const final = drawing.commit('release/1.1', 'Update translations', { from: foxtrot });
    drawing.tag('1.1', final);
    drawing.commit('main', 'Merge release/1.1 into main', { merge: [final] });
    const { drawn, version } = await analysed(drawing);
    expect(version('1.1')).toMatchObject({ cut_sha: drawn.sha(newCut), cut_method: 'fork-of-a-build' });
    expect(version('1.1').anomalies).toContain('foxtrot-merge-diverts-first-parent');
  });

  test('a tag on trunk: there was no branch, and branch times are unknown', async () => {
    const drawing = draw();
    begun(drawing);
    const first = drawing.commit('main', 'Add the library');
    drawing.tag('v1.0.0', first);
    const second = drawing.commit('main', 'Add search');
    drawing.tag('v1.1.0', second);
    const { drawn, version } = await analysed(drawing);
    expect(version('1.1.0')).toMatchObject({
      cut_method: 'tag-on-trunk',
      cut_sha: drawn.sha(second),
      branch_hours: null,
      commits_after_cut: 0,
      base_version: '1.0.0',
      trunk_commits_since_previous_cut: 1,
    });
    expect(version('1.1.0').anomalies).toEqual(['tag-on-trunk']);
  });

  test('an old line without a common ancestor with trunk: no cut, and it says so', async () => {
    const drawing = draw();
    begun(drawing);
    drawing.commit('legacy', 'Begin long ago', { from: null });
    drawing.tag('v1.0.0', drawing.commit('legacy', 'Ship it'));
    drawing.tag('v1.0.1', drawing.commit('legacy', 'Fix it'));
    const { version } = await analysed(drawing);
    expect(version('1.0.0')).toMatchObject({
      cut_sha: null,
      cut_date: null,
      cut_method: 'unrelated-history',
      branch_hours: null,
      commits_after_cut: null,
    });
    expect(version('1.0.1')).toMatchObject({ kind: 'hotfix', base_version: '1.0.0', anomalies: ['no-merge-base-with-trunk'] });
  });

  test('a recut: the branch was made anew from a newer trunk and keeps its number', async () => {
    const drawing = draw();
    const firstCut = begun(drawing);
    const dead = drawing.commit('old-release', 'Bump version number', { from: firstCut });
    drawing.tag('1.0-rc-1', dead);
    const secondCut = drawing.commit('main', 'Add the library');
    const rc2 = drawing.commit('release/1.0', 'Bump version number', { from: secondCut });
    drawing.tag('1.0-rc-2', rc2);
    drawing.tag('1.0', rc2);
    const { drawn, version } = await analysed(drawing);
    expect(version('1.0').cut_sha).toBe(drawn.sha(secondCut));
    expect(version('1.0').anomalies).toEqual(['recut', 'build-not-ancestor-of-final', 'final-is-last-build']);
    expect(version('1.0').builds.map((build) => [build.tag, build.ancestor_of_final])).toEqual([
      ['1.0-rc-1', false],
      ['1.0-rc-2', true],
    ]);
  });

  test('a channel flow: trunk is merged into one long branch for each train, and the last such merge is the branch point', async () => {
    const drawing = draw();
    let beta = begun(drawing);
    const cuts: string[] = [];
    for (let train = 1; train <= 4; train++) {
      const cut = drawing.commit('main', `Feature of ${train}`);
      cuts.push(cut);
      beta = drawing.commit('beta', `Merge branch 'main' into beta`, { from: beta, merge: [cut] });
      beta = drawing.commit('beta', 'Bump version');
      drawing.tag(`${train}.0b1`, beta);
      drawing.tag(`${train}.0`, beta);
      drawing.tag(`${train}.1`, (beta = drawing.commit('beta', 'Fix a crash')));
    }
    const { drawn, analysis, version } = await analysed(drawing);
    expect(analysis.cut_policy).toBe('merge-base');
    expect(version('3.0')).toMatchObject({ train: '3', kind: 'regular', cut_sha: drawn.sha(cuts[2] ?? ''), cut_method: 'merge-base' });
    expect(version('3.1')).toMatchObject({ train: '3', kind: 'hotfix', base_version: '3.0' });
  });
});

describe('trains', () => {
  function twoTrains(): Drawing {
    const drawing = draw();
    const cut = begun(drawing);
    drawing.tag('2.0.0', drawing.commit('release/2.0', 'Bump version number', { from: cut }));
    drawing.commit('main', 'Add the library', { hours: 5 });
    const second = drawing.commit('main', 'Add search', { hours: 5 });
    drawing.tag('2.1.0', drawing.commit('release/2.1', 'Bump version number', { from: second, hours: 10 }));
    drawing.tag('2.0.1', drawing.commit('release/2.0', 'Fix a crash', { hours: 10 }));
    return drawing;
  }

  test('the first final of a train is regular, later ones are hotfixes on their base', async () => {
    const { version } = await analysed(twoTrains());
    expect(version('2.0.1')).toMatchObject({
      kind: 'hotfix',
      train: '2.0',
      base_version: '2.0.0',
      trunk_commits_since_previous_cut: null,
      lead_time_hours: null,
    });
    expect(version('2.0.1').anomalies).toContain('released-after-a-newer-train');
  });

  test('trunk commits since the previous cut, with their lead times', async () => {
    const { version } = await analysed(twoTrains());
    expect(version('2.1.0')).toMatchObject({
      trunk_commits_since_previous_cut: 2,
      lead_time_hours: { n: 2, p50: 10, p90: 15, min: 10, max: 15 },
    });
    expect(version('2.0.0').trunk_commits_since_previous_cut).toBeNull();
  });

  test('a train may end without a final: only builds, or only a branch; the newest one is in progress', async () => {
    const drawing = draw();
    let cut = begun(drawing);
    drawing.tag('v1.0.0-rc.1', drawing.commit('release-1.0', 'Bump version number', { from: cut }));
    cut = drawing.commit('main', 'A');
    drawing.commit('release-1.1', 'Bump version number', { from: cut });
    cut = drawing.commit('main', 'B');
    drawing.tag('v1.2.0', drawing.commit('release-1.2', 'Bump version number', { from: cut }));
    cut = drawing.commit('main', 'C');
    drawing.tag('v1.3.0-rc1', drawing.commit('release-1.3', 'Bump version number', { from: cut }));
    cut = drawing.commit('main', 'D');
    drawing.commit('release-1.4', 'Bump version number', { from: cut });
    const { analysis } = await analysed(drawing);
    expect(analysis.versions.map(({ version, kind, status, anomalies }) => ({ version, kind, status, anomalies }))).toEqual([
      { version: '1.0.0', kind: 'rc', status: 'no-final-tag', anomalies: ['no-final-tag'] },
      { version: '1.1', kind: 'regular', status: 'branch-only', anomalies: ['branch-without-tag'] },
      { version: '1.2.0', kind: 'regular', status: 'released', anomalies: [] },
      { version: '1.3.0', kind: 'rc', status: 'in-progress', anomalies: [] },
      { version: '1.4', kind: 'regular', status: 'in-progress', anomalies: [] },
    ]);
  });

  test('two spellings of a build within one version are one list, in order of time', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    drawing.tag('v3.0.0-rc1', drawing.commit('release/3.0', 'One', { from: cut }));
    drawing.tag('v3.0.0-rc.2', drawing.commit('release/3.0', 'Two'));
    drawing.tag('3.0.0-RC-3', drawing.commit('release/3.0', 'Three'));
    drawing.tag('v3.0.0', drawing.commit('release/3.0', 'Four'));
    const { version } = await analysed(drawing);
    expect(version('3.0.0').builds.map(({ tag, kind, number }) => [tag, kind, number])).toEqual([
      ['v3.0.0-rc1', 'rc', 1],
      ['v3.0.0-rc.2', 'rc', 2],
      ['3.0.0-RC-3', 'rc', 3],
    ]);
    expect(version('3.0.0').commits_after_last_build).toBe(1);
  });

  test('a build tagged after the final is shown and does not count as its last build', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    drawing.tag('1.0-rc-1', drawing.commit('release/1.0', 'One', { from: cut }));
    drawing.tag('1.0', drawing.commit('release/1.0', 'Two'));
    drawing.tag('1.0-rc-2', drawing.commit('release/1.0', 'Three'));
    const { version } = await analysed(drawing);
    expect(version('1.0').commits_after_last_build).toBe(1);
    expect(version('1.0').anomalies).toEqual([
      'build-not-ancestor-of-final',
      'build-tagged-after-final',
      'final-has-commits-after-last-build',
    ]);
  });

  test('a build on the tree of another train is told from a recut', async () => {
    const drawing = draw();
    const first = begun(drawing);
    const branch = drawing.commit('release/1.0', 'Bump version number', { from: first });
    drawing.tag('1.0', branch);
    const stray = drawing.commit('release/1.0', 'Bump version code');
    drawing.tag('1.1-rc-1', stray);
    const second = drawing.commit('main', 'Add the library');
    drawing.tag('1.1', drawing.commit('release/1.1', 'Bump version number', { from: second }));
    const { version } = await analysed(drawing);
    expect(version('1.1').anomalies).toContain('build-on-another-train');
    expect(version('1.1').anomalies).not.toContain('recut');
  });

  test('where no build is tagged, bumps on the branch are the numbered builds', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    drawing.commit('release-1.0', 'Bump app build and version number (#7)', { from: cut });
    drawing.commit('release-1.0', 'Fix a crash (#8)');
    const second = drawing.commit('release-1.0', 'Bump app build number to 657 (#9)');
    drawing.tag('v1.0.0', second);
    const { drawn, version } = await analysed(drawing);
    expect(version('1.0.0').builds.map(({ tag, number }) => [tag, number])).toEqual([
      [null, null],
      [null, 657],
    ]);
    expect(version('1.0.0').builds[1]?.sha).toBe(drawn.sha(second));
    expect(version('1.0.0').commits_after_last_build).toBeNull();
  });

  test('a hotfix cut from a newer trunk is none on its base, and one that moved to newer trunk takes its commits', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    const first = drawing.commit('release/1.0', 'Bump version number', { from: cut });
    drawing.tag('1.0.0', first);
    const newer = drawing.commit('main', 'Add the library');
    drawing.tag('1.0.1', drawing.commit('other', 'Bump version number', { from: newer }));
    const { version } = await analysed(drawing);
    expect(version('1.0.1')).toMatchObject({ kind: 'hotfix', base_version: null, anomalies: ['hotfix-not-on-its-base'] });
  });

  test('7.30.0 and 7.30 are one version with two final tags', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    drawing.tag('7.29', drawing.commit('release/7.29', 'Bump', { from: cut }));
    drawing.tag('7.30', drawing.commit('release/7.30', 'Bump', { from: drawing.commit('main', 'More') }));
    drawing.tag('7.30.0', drawing.commit('release/7.30', 'Again'));
    drawing.tag('7.30.1', drawing.commit('release/7.30', 'Fix'));
    const { analysis, version } = await analysed(drawing);
    expect(analysis.versions.map((one) => one.version)).toEqual(['7.29', '7.30', '7.30.1']);
    expect(version('7.30').tag).toBe('7.30');
    expect(version('7.30').anomalies).toContain('several-final-tags');
  });

  test('tags of two apps in one repository: the one with most finals, the other by choice', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    for (const minor of [0, 1]) drawing.tag(`THUNDER_1_${minor}`, drawing.commit('a', 'Bump', { from: cut }));
    drawing.tag('KNINE_1_0', drawing.commit('b', 'Bump', { from: cut }));
    const drawn = await drawing.write();
    const one = await analyseRepository({ repo: drawn.path, dataDir: place() });
    expect(one.versions.map((version) => version.tag)).toEqual(['THUNDER_1_0', 'THUNDER_1_1']);
    expect(one.other_apps).toEqual([{ app: 'knine', finals: 1 }]);
    const other = await analyseRepository({ repo: drawn.path, dataDir: place(), grammar: { app: 'knine' } });
    expect(other.versions.map((version) => version.tag)).toEqual(['KNINE_1_0']);
  });

  test('junk tags are no versions and are listed', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    const final = drawing.commit('release/1.0', 'Bump', { from: cut });
    for (const name of [
      'v1.0.0',
      'latest',
      'nightly-2024.01.01',
      '2024-01-01',
      'v1.0.0-experiment-of-bob',
      'build',
      'test-1.2.3',
      '1.2.3.4.5.6',
    ])
      drawing.tag(name, final);
    const { analysis } = await analysed(drawing);
    expect(analysis.versions.map((version) => version.version)).toEqual(['1.0.0']);
    expect([...analysis.unparsed_tags].sort()).toEqual([
      '1.2.3.4.5.6',
      '2024-01-01',
      'build',
      'latest',
      'nightly-2024.01.01',
      'test-1.2.3',
      'v1.0.0-experiment-of-bob',
    ]);
  });

  test('names that look like options or commands are names', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    const final = drawing.commit('release/1.0', '$(touch /tmp/never); `id`', {
      from: cut,
      files: { '-n\n"quoted" $(id)': 'x\n', '--output=owned': 'y\n' },
    });
    drawing.tag('v1.0.0', final);
    drawing.tag('--upload-pack=touch', final);
    drawing.tag('-d', final);
    drawing.branch('--help', final);
    drawing.branch('release/1.0;rm', final);
    const { analysis, version } = await analysed(drawing);
    expect(version('1.0.0').commits_after_cut).toBe(1);
    expect(analysis.unparsed_tags).toContain('-d');
  });

  test('a grammar of the user reads what habits do not', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    drawing.tag('prod@600-1', drawing.commit('train/600', 'Bump', { from: cut }));
    drawing.tag('beta@600#3', cut);
    const { version } = await analysed(drawing, {
      tags: ['^prod@(?<major>\\d+)-(?<minor>\\d+)$', '^(?<kind>beta)@(?<version>\\d+)#(?<number>\\d+)$'],
      releaseBranch: '^train/(?<version>\\d+)$',
      trainParts: 1,
    });
    expect(version('600.1')).toMatchObject({ train: '600', release_branch: 'refs/heads/train/600' });
    expect(version('600').builds).toMatchObject([{ tag: 'beta@600#3', kind: 'beta', number: 3 }]);
  });

  test('a window leaves out the tags before it and says so', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    drawing.tag('v1.0.0', drawing.commit('a', 'Bump', { from: cut }));
    drawing.tag('v1.1.0', drawing.commit('b', 'Bump', { from: cut, hours: 240 }));
    const { analysis } = await analysed(drawing, {}, { from: '2024-01-05' });
    expect(analysis.versions.map((version) => version.version)).toEqual(['1.1.0']);
    expect(analysis.left_out).toEqual([{ version: '1.0.0', tag: 'v1.0.0', because: 'tagged before the window' }]);
  });

  test('an annotated tag carries its own date', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    drawing.tag('v1.0.0', drawing.commit('a', 'Bump', { from: cut }), 100);
    const { version } = await analysed(drawing);
    expect(version('1.0.0')).toMatchObject({ tag_date: '2024-01-05T04:00:00Z', branch_hours: 98 });
  });

  test('tags of trees and of tags do no harm', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    drawing.tag('v1.0.0', drawing.commit('a', 'Bump', { from: cut }), 50);
    const drawn = await drawing.write();
    drawn.git('-c', 'user.name=x', '-c', 'user.email=x@example.com', 'tag', '-a', '-m', 'again', 'v1.0.1', 'v1.0.0');
    drawn.git('tag', 'v9.9.9', drawn.git('rev-parse', 'v1.0.0^{tree}'));
    const analysis = await analyseRepository({ repo: drawn.path, dataDir: place() });
    expect(analysis.versions.map((version) => [version.version, version.sha === drawn.git('rev-parse', 'v1.0.0^{commit}')])).toEqual([
      ['1.0.0', true],
      ['1.0.1', true],
    ]);
    expect(analysis.versions[0]?.anomalies).toContain('shares-commit-with-other-version');
  });
});

describe('backports', () => {
  const change = { 'player.txt': 'plays\n' };

  test('a trailer, an equal patch and a reference are each found, and a commit with none is no backport', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    drawing.commit('release/1.0', 'Bump version number', { from: cut });
    const fix = drawing.commit('main', 'Fix the player (#41)', { files: change });
    const other = drawing.commit('main', 'Fix the library (#42)');
    const trunkSha = (await drawing.write()).sha(other);
    const alike = drawing.commit('release/1.0', 'Same fix under another name', { files: change });
    const picked = drawing.commit('release/1.0', 'Fix the library (#42) (#50)', { body: `(cherry picked from commit ${trunkSha})` });
    const last = drawing.commit('release/1.0', 'A fix of its own (#51)');
    drawing.tag('1.0', last);
    const { drawn, version } = await analysed(drawing);
    expect(version('1.0').backported).toEqual([
      { sha: drawn.sha(alike), trunk_sha: drawn.sha(fix), evidence: ['patch-id'], direction: 'backport' },
      { sha: drawn.sha(picked), trunk_sha: drawn.sha(other), evidence: ['x-trailer', 'pr-ref'], direction: 'backport' },
    ]);
  });

  test('a fix that reached trunk later is a forward-port', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    const fix = drawing.commit('release/1.0', 'Fix the player', { from: cut, files: change });
    drawing.tag('1.0', fix);
    const onTrunk = drawing.commit('main', 'Fix the player', { files: change });
    const { drawn, version } = await analysed(drawing);
    expect(version('1.0').backported).toEqual([
      { sha: drawn.sha(fix), trunk_sha: drawn.sha(onTrunk), evidence: ['patch-id'], direction: 'forward-port' },
    ]);
  });

  test('a trailer that names a commit of elsewhere proves nothing here', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    drawing.tag('1.0', drawing.commit('release/1.0', 'Fix', { from: cut, body: `(cherry picked from commit ${'ab'.repeat(20)})` }));
    const { version } = await analysed(drawing);
    expect(version('1.0').backported).toEqual([]);
  });

  test('a merged-back branch does not make its own commits backports', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    const final = drawing.commit('release/1.0', 'Fix the player', { from: cut, files: change });
    drawing.tag('1.0', final);
    drawing.commit('main', 'More');
    drawing.commit('main', 'Merge release/1.0 into main', { merge: [final] });
    const { version } = await analysed(drawing);
    expect(version('1.0').backported).toEqual([]);
  });
});

describe('trunk', () => {
  test('HEAD may be a branch of finished releases: work goes on in develop, where releases leave', async () => {
    const drawing = draw('main');
    const begin = drawing.commit('main', 'Begin');
    drawing.branch('develop', begin);
    let shipped = begin;
    for (let train = 1; train <= 5; train++) {
      const cut = drawing.commit('develop', `Feature ${train}`);
      const ready = drawing.commit(`release/1.${train}`, 'Bump version number', { from: cut });
      shipped = drawing.commit('main', `Release 1.${train}`, { from: shipped, merge: [ready] });
      drawing.tag(`v1.${train}.0`, shipped);
      drawing.commit('develop', `Merge back 1.${train}`, { merge: [ready] });
    }
    const { analysis } = await analysed(drawing);
    expect(analysis.trunk).toBe('refs/heads/develop');
  });

  test('a stale develop beside main is not the trunk', async () => {
    const drawing = draw('main');
    const begin = begun(drawing);
    drawing.branch('develop', begin);
    for (let train = 1; train <= 4; train++)
      drawing.tag(`v1.${train}.0`, drawing.commit(`release/1.${train}`, 'Bump', { from: drawing.commit('main', `Feature ${train}`) }));
    const { analysis } = await analysed(drawing);
    expect(analysis.trunk).toBe('refs/heads/main');
  });

  test('a trunk that is named and does not exist is refused with the names that do', async () => {
    const drawing = draw();
    begun(drawing);
    const drawn = await drawing.write();
    await expect(analyseRepository({ repo: drawn.path, dataDir: place(), grammar: { trunk: 'trunk' } })).rejects.toThrow(
      /no branch "trunk".*there are: main/,
    );
  });
});

describe('looking again', () => {
  test('nothing new gives the kept answer; a new tag is seen; a deleted one is gone', async () => {
    const drawing = draw();
    const cut = begun(drawing);
    drawing.tag('v1.0.0', drawing.commit('a', 'Bump', { from: cut }));
    const drawn = await drawing.write();
    const dataDir = place();
    const look = async () => (await analyseRepository({ repo: drawn.path, dataDir })).versions.map((version) => version.version);
    expect(await look()).toEqual(['1.0.0']);
    expect(await look()).toEqual(['1.0.0']);
    drawn.git('tag', 'v1.1.0', 'main');
    expect(await look()).toEqual(['1.0.0', '1.1.0']);
    drawn.git('tag', '-d', 'v1.0.0');
    expect(await look()).toEqual(['1.1.0']);
  });

  test('another grammar on the same mirror is another answer', async () => {
    const drawing = draw();
    drawing.tag('v1.0.0', begun(drawing));
    const drawn = await drawing.write();
    const dataDir = place();
    expect((await analyseRepository({ repo: drawn.path, dataDir })).versions).toHaveLength(1);
    expect((await analyseRepository({ repo: drawn.path, dataDir, grammar: { tags: ['^x(?<version>\\d+)$'] } })).versions).toHaveLength(0);
  });

  test('a source that vanished is said to be missing, though a mirror of it is there', async () => {
    const drawing = draw();
    begun(drawing);
    const drawn = await drawing.write();
    const dataDir = place();
    await analyseRepository({ repo: drawn.path, dataDir });
    rmSync(drawn.path, { recursive: true });
    await expect(analyseRepository({ repo: drawn.path, dataDir })).rejects.toThrow(/there is nothing at/);
  });
});
