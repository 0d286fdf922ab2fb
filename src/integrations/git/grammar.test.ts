import { describe, expect, test } from 'vitest';
import { branchReader, compareParts, keyOf, tagReader, trainOf, trainPartsOf } from './grammar.ts';

const tag = tagReader({});
const branch = branchReader({});

describe('tags by habit', () => {
  test.each([
    ['v1.2.3', '1.2.3', 'final', null, ''],
    ['1.2.3', '1.2.3', 'final', null, ''],
    ['8.19', '8.19', 'final', null, ''],
    ['release-2.30.1', '2.30.1', 'final', null, ''],
    ['release/v2.30.1', '2.30.1', 'final', null, ''],
    ['V4.0', '4.0', 'final', null, ''],
    ['2024.05.1', '2024.05.1', 'final', null, ''],
    ['1.2.3.4', '1.2.3.4', 'final', null, ''],
    ['8.18-rc-1', '8.18', 'rc', 1, ''],
    ['8.18-rc1', '8.18', 'rc', 1, ''],
    ['8.18-rc.1', '8.18', 'rc', 1, ''],
    ['8.18RC2', '8.18', 'rc', 2, ''],
    ['v1.2.3-rc', '1.2.3', 'rc', null, ''],
    ['v1.2.3-beta.12', '1.2.3', 'beta', 12, ''],
    ['v1.2.3b4', '1.2.3', 'beta', 4, ''],
    ['v1.2.3-alpha', '1.2.3', 'alpha', null, ''],
    ['v1.2.3-preview.2', '1.2.3', 'preview', 2, ''],
    ['1.2.3+456', '1.2.3', 'build', 456, ''],
    ['1.2.3-456', '1.2.3', 'build', 456, ''],
    ['1.2.3(456)', '1.2.3', 'build', 456, ''],
    ['v1.2.3-build.7', '1.2.3', 'build', 7, ''],
    ['THUNDERBIRD_11_0b1', '11.0', 'beta', 1, 'thunderbird'],
    ['K9MAIL_11_0', '11.0', 'final', null, 'k9mail'],
    ['android/v1.2.3', '1.2.3', 'final', null, 'android'],
    ['ios-1.2.3-rc.2', '1.2.3', 'rc', 2, 'ios'],
    ['android-release-1.2.3', '1.2.3', 'final', null, 'android'],
    ['@scope/player@1.2.3', '1.2.3', 'final', null, 'scope/player'],
  ])('%s is %s, %s %s of "%s"', (name, label, kind, number, app) => {
    expect(tag(name)).toMatchObject({ label, kind, number, app });
  });

  test.each([
    'latest',
    'v1',
    '42',
    'nightly-2024.05.01',
    '2024-05-01',
    'v1.2.3-hotfix-for-bob',
    'foo1.2',
    'v1..2',
    '1.2.3.4.5',
    'v1.2.',
    'backup-1.2.3',
    '',
    'v',
    '1.2.3-rc1-rc2',
    'dev-1.2.3',
  ])('%s is no version', (name) => {
    expect(tag(name)).toBeNull();
  });

  test('a very long name is answered at once', () => {
    const start = performance.now();
    expect(tag(`${'1.'.repeat(5000)}x`)).toBeNull();
    expect(tag(`${'a-'.repeat(5000)}1.2.3-${'rc'.repeat(5000)}`)).toBeNull();
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe('branches by habit', () => {
  test.each([
    ['release/8.19', '8.19'],
    ['release-2.30', '2.30'],
    ['release_8.9', '8.9'],
    ['releases/8.19.1', '8.19.1'],
    ['release/v3.0', '3.0'],
    ['hotfix/7.77.1', '7.77.1'],
    ['stable-4.2', '4.2'],
    ['rel/5.x', '5'],
    ['release/5.1.x', '5.1'],
    ['6.2.x', '6.2'],
    ['v6.x', '6'],
    ['6.2-MAINT', '6.2'],
    ['android/release/8.1', '8.1'],
    ['release/android/8.1', '8.1'],
  ])('%s is the branch of %s', (name, label) => {
    expect(branch(name)).toMatchObject({ label });
  });

  test.each([
    'main',
    'develop',
    'release/next',
    'feature/8.19',
    'release/8.19-fix-crash',
    'dependabot/npm/foo-1.2.3',
    'fix/release-notes',
    '8.19',
  ])('%s is no release branch', (name) => {
    expect(branch(name)).toBeNull();
  });
});

describe('grammars of the user', () => {
  test('an expression that is none is refused with the reason', () => {
    expect(() => tagReader({ tags: ['('] })).toThrow(/tag grammar "\(" is no regular expression/);
  });

  test('an expression that names no version is refused with what would be right', () => {
    expect(() => branchReader({ releaseBranch: '^rel' })).toThrow(/branch grammar "\^rel" names no version; right would be/);
  });

  test('major, minor and patch may be named one by one', () => {
    const own = tagReader({ tags: ['^(?<major>6)\\.(?<minor>\\d)(?<patch>\\d\\d)$'] });
    expect(own('6.804')).toMatchObject({ label: '6.8.04', parts: [6, 8, 4], kind: 'final' });
    expect(own('5.804')).toBeNull();
  });
});

describe('trains', () => {
  const tags = (...names: string[]) => names.map((name) => tag(name)).filter((found) => found !== null);
  const branches = (...names: string[]) => names.map((name) => branch(name)).filter((found) => found !== null);

  test('three parts: the first two name the train', () => {
    expect(trainPartsOf(tags('v1.2.0', 'v1.2.1'), [])).toBe(2);
  });

  test('two parts with builds for each second part: every one is a train', () => {
    expect(trainPartsOf(tags('7.71', '7.72', '7.72-rc-1'), [])).toBe(2);
  });

  test('two parts with builds for the first of each only: the second part counts hotfixes', () => {
    expect(trainPartsOf(tags('11.0', '11.1', '12.0', '11.0b1', '12.0b1'), [])).toBe(1);
  });

  test('branches tell where tags do not', () => {
    expect(trainPartsOf(tags('11.0', '11.1'), branches('release/11'))).toBe(1);
    expect(trainPartsOf(tags('11.0', '11.1'), branches('release/11.1'))).toBe(2);
  });

  test('7.30 and 7.30.0 are the same place, 7.100 comes after 7.99', () => {
    expect(keyOf([7, 30])).toBe(keyOf([7, 30, 0]));
    expect(compareParts([7, 99], [7, 100])).toBeLessThan(0);
    expect(compareParts([7, 30], [7, 30, 0])).toBe(0);
    expect(trainOf([8], 2)).toBe('8.0');
  });
});
