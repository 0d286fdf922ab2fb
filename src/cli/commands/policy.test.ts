import { CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { parsePolicy } from '#domain/policy/document.ts';
import { policyCommand } from './policy.ts';

/** Runs `signalbox policy …` on a file of this text, and gives back what it printed and its exit code. */
async function policy(args: readonly string[], file?: string) {
  const out: string[] = [];
  const err: string[] = [];
  let code: number | null = null;
  const io = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    exit: (given: number) => void (code = given),
    isTty: false,
  };
  const read = async () => {
    if (file === undefined) throw new Error('no such file');
    return file;
  };
  await policyCommand(io, read)
    .parseAsync(args, { from: 'user' })
    .catch((error: unknown) => {
      if (!(error instanceof CommanderError)) throw error;
      code = error.exitCode;
    });
  return { out: out.join('\n'), err: err.join('\n'), code };
}

describe('signalbox policy check', () => {
  test('says that a policy is in order', async () => {
    expect(await policy(['check', 'policy.yaml'], 'process: light\n')).toEqual({ out: 'policy.yaml: in order', err: '', code: 0 });
  });
  test('names line, column, fault and cure of each fault', async () => {
    expect(
      await policy(['check', 'policy.yaml'], 'process: light\nplatforms:\n  android: { rolout: [1, 100] }\nrobot: { halt: off }\n'),
    ).toEqual({
      out: [
        'policy.yaml:3:14: there is no key "rolout" here (platforms.android.rolout)',
        '    right would be: did you mean rollout? Known: before cut, before candidate, before submit, before start, before raise, before finish, before 100%, halts-while-rolling-out, watch-while, robot, windows, sign-offs, watch, storefronts, rollout or process',
        'policy.yaml:4:16: "off" is not one of those known (robot.halt)',
        '    right would be: auto or ask: halting is never switched off, because nobody would notice that it is',
        '2 faults',
      ].join('\n'),
      err: '',
      code: 1,
    });
  });
  test('prints JSON for programs', async () => {
    const { out, code } = await policy(['check', '-', '--json'], 'timezone: Mars/Olympus\n');
    expect(JSON.parse(out)).toEqual({
      ok: false,
      problems: [
        {
          line: 1,
          column: 11,
          path: 'timezone',
          because: 'there is no time zone "Mars/Olympus"',
          wouldBeRight: 'a name of the IANA database such as Europe/Stockholm or UTC',
        },
      ],
    });
    expect(code).toBe(1);
  });
  test('says which file cannot be read', async () => {
    expect(await policy(['check', 'nowhere.yaml'])).toEqual({ out: '', err: 'nowhere.yaml: cannot be read: no such file', code: 2 });
  });
  test('refuses a call without a file', async () => {
    expect((await policy(['check'])).code).toBe(2);
  });
});

describe('signalbox policy defaults', () => {
  test('prints a policy that is in order', async () => {
    const { out, code } = await policy(['defaults', '--process', 'light']);
    expect(code).toBe(0);
    const parsed = parsePolicy(out);
    expect(parsed.ok && parsed.policy.process).toBe('light');
  });
  test('refuses a process that there is not', async () => {
    const { err, code } = await policy(['defaults', '--process', 'heavy']);
    expect(code).toBe(2);
    expect(err).toContain('weekly-mobile');
  });
});
