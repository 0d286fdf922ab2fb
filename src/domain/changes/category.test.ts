import { describe, expect, test } from 'vitest';
import { categoryOf } from './category.ts';

describe('the category of a commit by its subject', () => {
  test.each([
    ['Bump version number', 'version-bump'],
    ['Update version code', 'version-bump'],
    ['Bump app build number to 657 (#9032)', 'version-bump'],
    ['Bump app build and version number (#8787) (#8788)', 'version-bump'],
    ['Bump version to 2.1.0 and build number to 440 (#7000)', 'version-bump'],
    ['Release: Thunderbird Beta 10.0b2', 'version-bump'],
    ['Version 6.600', 'version-bump'],
    ['chore(release): 1.2.3', 'version-bump'],
    ['Update translations', 'translations'],
    ['Translated using Weblate (German)', 'translations'],
    ['Merge pull request #7833 from weblate/weblate-app-strings', 'translations'],
    ['Download latest translations for `8.1` (#4000)', 'translations'],
    ['Update draft release notes for 7.71.', 'release-notes'],
    ['Release Notes: add new section for next version (7.72)', 'release-notes'],
    ['Update changelog', 'release-notes'],
    ['Revert "Update draft release notes for 9.9."', 'release-notes'],
    ['Bump moment from 2.29.2 to 2.29.4 in /detox (#6540)', 'dependency'],
    ['Bump media3 to 1.1.1 (#1920)', 'dependency'],
    ['Update dependencies and upgrade to RN 0.76.5 (#8421) (#8482)', 'dependency'],
    ['Bump the github-actions-updates group across 2 directories with 1 update (#8866)', 'dependency'],
    ['Merge pull request #9101 from someone/fix-crash', 'merge'],
    ["Merge branch 'main' into beta", 'merge'],
    ["Merge branch 'main' into release/7.28", 'merge-back'],
    ['Merge release/8.19 into main (#5760)', 'merge-back'],
    ["Merge branch 'beta' into release", 'merge-back'],
    ['Revert "Bump version number"', 'revert'],
    ['revert changes made to in_app_notifications (#7000)', 'revert'],
    ['Reverts datastore dependency (#123)', 'revert'],
    ['Fix a crash when the player is closed (#4242)', 'change'],
    ['', 'change'],
  ])('%s: %s', (subject, category) => {
    expect(categoryOf(subject)).toBe(category);
  });

  test.each([
    'Add autotranslations (#9324) (#9500)',
    'Fix threads not being refetched when switching translations (#9512)',
    "Fix What's New closing the app (#1957)",
    'fix: correctly escape recent changelog entries',
    'feat(i18n): update translations at run time',
    'Update version code check based on app name (#8524)',
    'Update build-ios-release.yml (#9437)',
    'Bump Snyk CLI version in release workflow (#9838)',
    'uplift(beta): fix(message-list): recycler view in stale state (#10470)',
    'Use read_version_name to get app version (#1851)',
    'Make the release notes screen scroll',
    'Increase the Work Manager version to 2.10.0 (#3632)',
  ])('code does not hide among the harmless kinds: %s', (subject) => {
    expect(categoryOf(subject)).toBe('change');
  });

  test('a very long subject is answered at once', () => {
    const start = performance.now();
    categoryOf(`Update ${'the '.repeat(20_000)}translations`);
    categoryOf(`Merge ${'x'.repeat(100_000)} into release`);
    categoryOf(`Bump ${'version '.repeat(20_000)}`);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
