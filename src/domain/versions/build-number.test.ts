import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildNumberScheme, checkBuildNumber, nextBuildNumber, type NumberedBuild } from './build-number.ts';
import { isRefused } from './refused.ts';
import { hotfixOf, next, sort, versionScheme } from './scheme.ts';
import { sure } from './sure.ts';

const increment = buildNumberScheme.parse({ scheme: 'increment' });
const free = buildNumberScheme.parse({ scheme: 'free' });
const packed = buildNumberScheme.parse({ scheme: 'packed', packing: { prefix: '9', major: 2, minor: 2, patch: 1, counter: 3 } });

describe('build numbers on Android', () => {
  const android = { platform: 'android', scheme: increment, version: '1.0.1', taken: [{ version: '1.0.0', number: 100 }] };

  test('a number above every one of the package is taken, whatever the version', () => {
    expect(checkBuildNumber({ ...android, number: 101 })).toEqual({ kind: 'accepted', numbers: { main: 101 } });
    expect(checkBuildNumber({ ...android, number: '4000', version: '0.9.0' })).toMatchObject({ kind: 'accepted' });
  });

  test.each([
    [99, 'not-higher', 'a number above 100'],
    [100, 'already-used', 'a number above 100'],
    [0, 'not-a-number', 'a whole number from 1 to 2100000000'],
    [-5, 'not-a-number', 'a whole number from 1 to 2100000000'],
    [1.5, 'not-a-number', 'a whole number from 1 to 2100000000'],
    ['1.2.3', 'not-a-number', 'a whole number from 1 to 2100000000'],
    ['', 'not-a-number', 'a whole number from 1 to 2100000000'],
    [Number.NaN, 'not-a-number', 'a whole number from 1 to 2100000000'],
    [2_100_000_001, 'too-large', 'a whole number from 1 to 2100000000'],
  ])('%s is refused as %s', (number, code, wouldBeRight) => {
    expect(checkBuildNumber({ ...android, number })).toMatchObject({ kind: 'refused', code, wouldBeRight });
  });

  test('the very last number is taken and has no next', () => {
    expect(checkBuildNumber({ ...android, number: 2_100_000_000 })).toMatchObject({ kind: 'accepted' });
    expect(nextBuildNumber({ ...android, taken: [{ version: '1.0.0', number: 2_100_000_000 }] })).toMatchObject({ code: 'too-large' });
  });

  test('two packages have a sequence each', () => {
    const taken = [
      { version: '23.0', number: 58, package: 'beta' },
      { version: '21.1', number: 29, package: 'release' },
    ];
    expect(checkBuildNumber({ ...android, version: '22.0', number: 30, package: 'release', taken })).toMatchObject({ kind: 'accepted' });
    expect(checkBuildNumber({ ...android, version: '22.0', number: 30, taken })).toMatchObject({ code: 'not-higher' });
    expect(nextBuildNumber({ ...android, version: '22.0', package: 'release', taken })).toBe(30);
  });

  test('a sequence for each version cannot be chosen on Android', () => {
    const scheme = buildNumberScheme.parse({ scheme: 'increment', sequence: 'version' });
    expect(checkBuildNumber({ ...android, scheme, number: 1 })).toMatchObject({ code: 'not-higher' });
  });

  test('further packages of a build have numbers of their own, which may neither meet nor pass the limit', () => {
    const scheme = buildNumberScheme.parse({ scheme: 'increment', offsets: { automotive: 50_000, wear: 100_000, tv: 150_000 } });
    expect(checkBuildNumber({ ...android, scheme, number: 9448 })).toEqual({
      kind: 'accepted',
      numbers: { main: 9448, automotive: 59_448, wear: 109_448, tv: 159_448 },
    });
    expect(checkBuildNumber({ ...android, scheme, number: 50_000 })).toMatchObject({ code: 'too-large' });
    const abis = buildNumberScheme.parse({ scheme: 'free', offsets: { 'x86-64': 8_000_000 } });
    expect(checkBuildNumber({ ...android, scheme: abis, number: 2_095_000_000 })).toMatchObject({ code: 'too-large' });
  });
});

describe('build numbers on iOS', () => {
  const ios = { platform: 'ios', scheme: increment, taken: [{ version: '1.0.0', number: 100 }], lastApproved: '1.0.0' };

  test('1.0.0 (100) may be followed by 1.0.1 (99), not by 1.0.0 (99) or 0.0.1 (101)', () => {
    expect(checkBuildNumber({ ...ios, version: '1.0.1', number: 99 })).toMatchObject({ kind: 'accepted' });
    expect(checkBuildNumber({ ...ios, lastApproved: undefined, version: '1.0.0', number: 99 })).toMatchObject({ code: 'not-higher' });
    expect(checkBuildNumber({ ...ios, version: '1.0.0', number: 99 })).toMatchObject({ code: 'not-higher' });
    expect(checkBuildNumber({ ...ios, version: '0.0.1', number: 101 })).toMatchObject({ code: 'not-higher' });
  });

  test('a pair of version and number is used once, 1.0 being 1.0.0; a number may recur under another version', () => {
    expect(checkBuildNumber({ ...ios, lastApproved: undefined, version: '1.0', number: 100 })).toMatchObject({ code: 'already-used' });
    expect(checkBuildNumber({ ...ios, version: '1.0.1', number: 100 })).toMatchObject({ kind: 'accepted' });
  });

  test('a build number may have three parts, and no more', () => {
    const taken = [{ version: '1.0.1', number: '7.1.9' }];
    expect(checkBuildNumber({ ...ios, version: '1.0.1', number: '7.1.10', taken })).toMatchObject({ kind: 'accepted' });
    expect(checkBuildNumber({ ...ios, version: '1.0.1', number: '7.1.8', taken })).toMatchObject({ code: 'not-higher' });
    expect(checkBuildNumber({ ...ios, version: '1.0.1', number: '7.1.8.1', taken })).toMatchObject({ code: 'not-a-number' });
    expect(checkBuildNumber({ ...ios, version: '1.0.1', number: '2147483648', taken })).toMatchObject({ code: 'too-large' });
    expect(nextBuildNumber({ ...ios, version: '1.0.1', taken })).toMatchObject({ code: 'no-next' });
  });

  test('each marketing version counts from 1, unless the policy wants one sequence for the package', () => {
    expect(nextBuildNumber({ ...ios, version: '1.0.1' })).toBe(1);
    const scheme = buildNumberScheme.parse({ scheme: 'increment', sequence: 'package', step: 10 });
    expect(nextBuildNumber({ ...ios, scheme, version: '1.0.1' })).toBe(110);
  });
});

describe('packed and free build numbers', () => {
  const taken = [
    { version: '3.48.0', number: 903_480_001 },
    { version: '3.48.0', number: 903_480_002 },
  ];

  test('the counter goes on within the version and starts anew with the next', () => {
    expect(nextBuildNumber({ platform: 'android', scheme: packed, version: '3.48.0', taken })).toBe(903_480_003);
    expect(nextBuildNumber({ platform: 'android', scheme: packed, version: '3.49.0', taken })).toBe(903_490_001);
  });

  test('a number that says another version is refused', () => {
    expect(checkBuildNumber({ platform: 'android', scheme: packed, version: '3.49.0', number: 903_480_003, taken })).toMatchObject({
      code: 'not-this-version',
      wouldBeRight: 'a number from 903490000 on',
    });
    expect(checkBuildNumber({ platform: 'android', scheme: packed, version: '3.49.0', number: 17, taken })).toMatchObject({
      code: 'not-in-pattern',
    });
    expect(checkBuildNumber({ platform: 'android', scheme: packed, version: '3.490.0', number: 903_490_001, taken })).toMatchObject({
      code: 'too-large',
    });
  });

  test('an older version cannot follow a newer one on Android, and can on iOS', () => {
    expect(nextBuildNumber({ platform: 'android', scheme: packed, version: '3.47.1', taken })).toMatchObject({ code: 'not-higher' });
    expect(nextBuildNumber({ platform: 'ios', scheme: packed, version: '3.47.1', taken })).toBe(903_471_001);
  });

  test('a packing above Google Play’s limit is refused on Android', () => {
    const scheme = buildNumberScheme.parse({ scheme: 'packed', packing: { prefix: '22', major: 2, minor: 2, patch: 1, counter: 3 } });
    expect(nextBuildNumber({ platform: 'android', scheme, version: '3.48.0', taken: [] })).toMatchObject({ code: 'too-large' });
  });

  test('a free number has no next, and is held to the platform’s rules all the same', () => {
    expect(nextBuildNumber({ platform: 'android', scheme: free, version: '1.0.0', taken })).toMatchObject({ code: 'no-next' });
    expect(checkBuildNumber({ platform: 'android', scheme: free, version: '1.0.0', number: 12, taken })).toMatchObject({
      code: 'not-higher',
    });
  });

  test('what is proposed is always accepted', () => {
    const build = fc.record({ version: fc.constantFrom('1.2.3', '1.3.0', '2.0.0'), number: fc.integer({ min: 1, max: 2_000_000_000 }) });
    const scheme = fc.constantFrom(increment, packed);
    fc.assert(
      fc.property(fc.array(build), fc.constantFrom('android', 'ios', 'desktop'), scheme, build, (builds, platform, rules, { version }) => {
        const number = nextBuildNumber({ platform, scheme: rules, version, taken: builds });
        const answer = isRefused(number) ? number : checkBuildNumber({ platform, scheme: rules, version, number, taken: builds });
        // A packed number can be used up or too low; an increment always finds one below 2,100,000,000 here.
        expect(rules === packed ? ['accepted', 'refused'] : ['accepted']).toContain(answer.kind);
        expect(isRefused(answer)).toBe(isRefused(number));
      }),
    );
  });
});

type Row = NumberedBuild & { tag: string; kind: string; platform: string };

const data = fileURLToPath(new URL('../../../../shared/data/version-codes/', import.meta.url));
const present = existsSync(data);

function rows(file: string): Row[] {
  const [, ...lines] = readFileSync(`${data}${file}.csv`, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [, tag = '', kind = '', platform = '', version = '', code = ''] = line.split(',');
    return { tag, kind, platform, version, number: Number(code) };
  });
}

/** Uploads a history build by build, as the storefront would see it; gives the tags that it would refuse, with the reason. */
function refusedTags(platform: string, history: readonly Row[]): string[] {
  return history.flatMap((row, at) => {
    const answer = checkBuildNumber({ ...row, platform, scheme: free, taken: history.slice(0, at) });
    return isRefused(answer) ? [`${row.tag} ${row.number} ${answer.code}`] : [];
  });
}

if (!present && process.env['CI']) {
  test('the real histories are there', () => {
    expect.fail(`the version codes of real apps are missing: ${data} should hold them`);
  });
}

describe.skipIf(!present)('the histories of real apps (skipped when ../shared/data is missing)', () => {
  test('pocket-casts-android rises over all its tags but the one that lies about its tree', () => {
    const history = rows('pocket-casts-android');
    expect(history).toHaveLength(356);
    expect(refusedTags('android', history)).toEqual(['7.30-rc-3 9060 already-used']);
  });

  test('pocket-casts-android can have its further packages until its counter reaches the first offset', () => {
    const scheme = buildNumberScheme.parse({ scheme: 'increment', offsets: { automotive: 50_000, wear: 100_000, tv: 150_000 } });
    const history = rows('pocket-casts-android');
    expect(nextBuildNumber({ platform: 'android', scheme, version: '8.19', taken: history })).toBe(9449);
  });

  test('mattermost-mobile goes down twice, which Google Play refuses and the App Store does not', () => {
    const history = rows('mattermost-mobile');
    const refused = (platform: string) =>
      refusedTags(
        platform,
        history.filter((row) => row.platform === platform),
      );
    expect(refused('android')).toEqual(['v2.12.0 499 not-higher', 'v2.29.0 646 not-higher']);
    expect(refused('ios')).toEqual([]);
  });

  test('thunderbird-android repeats 24 codes when its beta and release are read as one sequence, and none as the two packages they are', () => {
    const history = rows('thunderbird-android').filter((row) => row.platform === 'android/thunderbird');
    const packages = history.map((row) => ({ ...row, package: row.kind === 'beta' ? 'beta' : 'release' }));
    expect(refusedTags('android', history).filter((tag) => tag.endsWith('already-used'))).toHaveLength(24);
    expect(refusedTags('android', packages)).toEqual([]);
  });

  test('K-9 Mail, one package, shipped old trains after newer betas had taken higher codes', () => {
    const history = rows('thunderbird-android').filter((row) => row.platform === 'android/k9mail');
    expect(refusedTags('android', history)).toEqual(['6.602 36002 not-higher', '6.603 36003 not-higher', '6.804 38004 not-higher']);
  });

  test('every version of the three apps is read, printed as it was, and follows its own candidates', () => {
    const scheme = versionScheme.parse({ scheme: 'semver', 'pre-release': true });
    for (const file of ['pocket-casts-android', 'mattermost-mobile', 'thunderbird-android']) {
      const history = rows(file);
      const sorted = sure(sort(scheme, [...new Set(history.map((row) => row.version))]));
      expect(sorted).toHaveLength(new Set(history.map((row) => row.version)).size);
      const behind = sorted.filter((version, at) => {
        const [base = '', candidate] = version.split('-rc-');
        return candidate !== undefined && sorted.includes(base) && sorted.indexOf(base) < at;
      });
      expect(behind).toEqual([]);
    }
  });

  test('each final of pocket-casts-android but three is what next or hotfix makes of the one before', () => {
    const scheme = versionScheme.parse({ scheme: 'semver', parts: 2 });
    const finals = rows('pocket-casts-android').filter((row) => row.kind !== 'rc');
    const unled = finals.slice(1).filter((row, at) => {
      const before = finals[at]?.version ?? '';
      const led = [next(scheme, before), next(scheme, before, 'major'), hotfixOf(scheme, before, 'android')];
      return !led.includes(row.version);
    });
    // 7.24.1, 8.7 and 8.8 were never released: the first final of a train need not be x.y.
    expect(unled.map((row) => row.version)).toEqual(['7.24.2', '8.7.1', '8.8.1']);
  });
});
