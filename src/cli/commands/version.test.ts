import { describe, expect, test } from 'vitest';
import { heardFrom } from './testing.ts';
import type { Heard } from './testing.ts';
import { versionCommand } from './version.ts';

/** Runs `signalbox version …` and listens. */
const run = (args: string[], input: string | null = ''): Promise<Heard> => heardFrom((io) => versionCommand(io, async () => input), args);

function read(line: string): unknown {
  return JSON.parse(line);
}

describe('signalbox version, when it can answer', () => {
  test.each([
    [['next', '--scheme', 'semver', '--part', 'minor', '1.2.3'], '1.3.0'],
    [['next', '--part', 'minor', '1.2'], '1.3'],
    [['next', '1.2'], '1.3'],
    [['next', '1.2.3', '--part', 'minor', '--taken', '1.3.0, 1.4.0', '--taken', '1.5.0'], '1.6.0'],
    [['next', '--scheme', 'semver-2', '8.18.1'], '8.19'],
    [['next', '--scheme', 'calendar:YYYY.MM.N', '2024.10.3'], '2024.10.4'],
    [['next', '--scheme', 'calendar:YYYY.MM.N', '--on', '2024-11-02', '2024.10.3'], '2024.11.1'],
    [['next', '--scheme', 'pattern:(?<train>\\d+)-(?<build>\\d+)', '--part', 'train', '7-19'], '8-0'],
    [['compare', '1.9.0', '1.10.0'], '<'],
    [['compare', '1.2', '1.2.0'], '='],
    [['compare', '2.0.0', '1.10.0'], '>'],
    [['compare', '--pre-release', '8.18-rc-2', '8.18'], '<'],
    [['compare', '--scheme', 'semver', '8.9.2', '2024.10.1'], '<'],
    [['sort', '1.10.0', '0.9.1', '1.2.0'], '0.9.1\n1.2.0\n1.10.0'],
    [['hotfix', '8.9.2'], '8.9.3'],
    [['hotfix', '8.9.2', '--platform', 'android'], '8.9.2.1'],
    [['hotfix', '8.9.2', '--platform', 'android', '--taken', '8.9.2.1'], '8.9.2.2'],
    [['hotfix', '--scheme', 'semver-2', '--platform', 'ios', '8.18'], '8.18.1'],
    [['valid', '0.9.1'], '0.9.1 is valid'],
    [['valid', '1.2.3.4', '--platform', 'android'], '1.2.3.4 is valid'],
  ])('%j prints %j', async (args, line) => {
    expect(await run(args)).toEqual({ out: [line], err: [], code: 0 });
  });

  test('sort reads standard input, one a line, when it is given no versions', async () => {
    expect(await run(['sort'], '3.0.0\r\n1.0.0\n\n2.0.0\n')).toEqual({ out: ['1.0.0\n2.0.0\n3.0.0'], err: [], code: 0 });
    expect(await run(['sort'], '')).toEqual({ out: [], err: [], code: 0 });
  });

  test.each([
    [['next', '--json', '1.2.3'], { version: '1.2.4' }],
    [['hotfix', '--json', '1.2.3'], { version: '1.2.4' }],
    [['compare', '--json', '1.2.3', '1.2.4'], { a: '1.2.3', b: '1.2.4', order: '<' }],
    [['sort', '--json', '2.0.0', '1.0.0'], { versions: ['1.0.0', '2.0.0'] }],
    [['valid', '--json', '1.0.0'], { version: '1.0.0', valid: true }],
  ])('%j prints JSON', async (args, json) => {
    const heard = await run(args);
    expect(heard.code).toBe(0);
    expect(heard.out.map(read)).toEqual([json]);
  });
});

describe('signalbox version, when the answer is no', () => {
  test.each([
    [['valid', '01.2.3'], 'the major part of "01.2.3" is written "01"; right would be: "1.2.3"'],
    [['valid', ''], 'the version is empty; right would be: a version such as "1.2.3"'],
    [['valid', '-1.2.3'], '"-1.2.3" has a negative part; right would be: parts of 0 and more'],
    [['valid', '1.2.3.4', '--platform', 'ios'], 'the App Store refuses "1.2.3.4" as the version of a bundle; right would be: "1.2.3"'],
    [
      ['valid', '0.9.1', '--platform', 'microsoft-store'],
      'the Microsoft Store refuses "0.9.1": the first part is 0; right would be: numbers from 0 to 65535, the first at least 1, the fourth (if any) 0',
    ],
  ])('%j exits 1 with the reason', async (args, reason) => {
    expect(await run(args)).toEqual({ out: [], err: [reason], code: 1 });
  });

  test('with --json the reason stands in the answer', async () => {
    const heard = await run(['valid', '--json', '01.2.3']);
    expect({ ...heard, out: heard.out.map(read) }).toEqual({
      out: [
        {
          version: '01.2.3',
          valid: false,
          reason: { code: 'leading-zero', was: 'the major part of "01.2.3" is written "01"', wouldBeRight: '"1.2.3"' },
        },
      ],
      err: [],
      code: 1,
    });
  });
});

describe('signalbox version, when it refuses', () => {
  test.each([
    [['next', '01.2.3'], 'is written "01"'],
    [['next', '1.2.3', '--taken', '1.3.0,oops'], '"oops"'],
    [['next', '1.2', '--part', 'patch'], 'is of a line of two parts'],
    [['next', '1.2.3', '--on', '2024-10-01'], 'does not number by the day'],
    [['next', `1.${'2'.repeat(90)}`], 'has 92 characters'],
    [['compare', '8.9.2', '2024.10.1'], '"2024.10.1" looks like a calendar version and "8.9.2" does not'],
    [['sort', '1.2.3', '2024.10.1'], 'looks like a calendar version'],
    [['sort', '1.2.3', 'latest'], '"latest"'],
    [['compare', '--scheme', 'calendar:YYYY.MM.N', '2024.10.1', '8.9.2'], 'the year of "8.9.2" is written "8"'],
    [['hotfix', '1.2.3', '--platform', 'anroid'], 'no rules for the platform "anroid"'],
    [['hotfix', '1.2.3', '--platform', 'google-play'], 'no rules for the platform "google-play"'],
    [['valid', '1.2.3', '--scheme', 'semantic'], 'no version scheme "semantic"'],
    [['valid', '1.2.3', '--scheme', 'pattern:(a+)+$'], 'names no part'],
    [['valid', '1.2.3', '--scheme', 'calendar:'], 'has no parts'],
    [['valid', '2024.1.1', '--scheme', 'calendar:YYYY.MM.N', '--pre-release'], 'says itself which suffixes'],
  ])('%j exits 2 and says why', async (args, why) => {
    const heard = await run(args);
    expect(heard).toMatchObject({ out: [], code: 2 });
    expect(heard.err).toHaveLength(1);
    expect(heard.err[0]).toContain(why);
    expect(heard.err[0]).toContain('right would be');
  });

  test('sort alone at a terminal does not wait for an answer', async () => {
    expect(await run(['sort'], null)).toMatchObject({ out: [], code: 2 });
  });

  test('with --json the refusal is JSON on standard error', async () => {
    const heard = await run(['compare', '--json', '1.2.3', '1.2.x']);
    expect(heard).toMatchObject({ out: [], code: 2 });
    expect(heard.err.map(read)).toEqual([
      {
        error: { code: 'not-a-number', was: 'the patch part of "1.2.x" is "x", not a number', wouldBeRight: 'a number such as 0, 7 or 12' },
      },
    ]);
  });

  test.each([
    [['compare', '1.2.3'], "missing required argument 'b'"],
    [['compare', '1.2.3', '1.2.4', '1.2.5'], 'it takes 2, and got 3'],
    [['next', '--bogus', '1.2.3'], "unknown option '--bogus'"],
    [['sort', '-x', '1.2.3'], "unknown option '-x'"],
    [['next', '--part'], 'argument missing'],
    [['raise', '1.2.3'], "unknown command 'raise'"],
  ])('the wrong call %j exits 2', async (args, why) => {
    const heard = await run(args);
    expect(heard.code).toBe(2);
    expect(heard.err.join('\n')).toContain(why);
  });

  test('help exits 0 and names the schemes and the exit codes', async () => {
    const [all, next] = [await run(['--help']), await run(['next', '--help'])];
    expect([all.code, next.code]).toEqual([0, 0]);
    expect(all.out.join('\n')).toContain('Exit codes: 0 done or yes, 1 no (valid), 2 wrong call or refusal');
    expect(next.out.join('\n')).toContain('semver-2');
  });
});
