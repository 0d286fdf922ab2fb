import { CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { buildNumberCommand } from './build-number.ts';

async function run(...args: string[]): Promise<{ out: string; err: string; code: number | null }> {
  const heard = { out: '', err: '', code: null as number | null };
  const io = {
    out: (line: string) => void (heard.out += line),
    err: (line: string) => void (heard.err += line),
    exit: (code: number) => {
      heard.code = code;
    },
    isTty: false,
  };
  try {
    await buildNumberCommand(io).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    heard.code = error.exitCode;
  }
  return heard;
}

describe('signalbox build-number', () => {
  test('on Android one sequence counts for the package, on iOS one for the marketing version', async () => {
    const taken = ['--taken', '8.18=9370,8.19=9374'];
    expect(await run('next', '8.20', '--platform', 'android', ...taken)).toMatchObject({ out: '9375', code: 0 });
    expect(await run('next', '8.20', '--platform', 'ios', ...taken)).toMatchObject({ out: '1', code: 0 });
    expect(await run('next', '8.19', '--platform', 'ios', ...taken)).toMatchObject({ out: '9375', code: 0 });
  });

  test('a packed number says its version and its counter, and is made from them', async () => {
    const scheme = ['--scheme', 'packed:9+2.2.1+3'];
    expect(await run('unpack', '903480001', ...scheme)).toMatchObject({ out: '3.48.0 1', code: 0 });
    expect(await run('next', '3.48.0', '--platform', 'android', ...scheme)).toMatchObject({ out: '903480001', code: 0 });
    expect(await run('next', '3.48.0', '--platform', 'android', '--taken', '3.48.0=903480001', ...scheme)).toMatchObject({
      out: '903480002',
    });
  });

  test('a number that is not above the highest is a no with its reason', async () => {
    const heard = await run('check', '2.12.0', '499', '--platform', 'android', '--taken', '2.11.0=500');
    expect(heard).toMatchObject({ out: '', code: 1 });
    expect(heard.err).toContain('right would be: a number above 500');
    expect(await run('check', '2.12.0', '499', '--platform', 'ios', '--taken', '2.11.0=500')).toMatchObject({ code: 0 });
  });

  test('a scheme, a list and a call that cannot be read are refused with what would be right', async () => {
    expect((await run('next', '1.0', '--platform', 'android', '--scheme', 'packed:9')).err).toContain('packed:PREFIX+DIGITS+COUNTER');
    expect((await run('next', '1.0', '--platform', 'android', '--taken', 'nonsense')).err).toContain('8.19=9374');
    expect(await run('unpack', '12', '--scheme', 'free')).toMatchObject({ code: 2 });
    expect((await run('next', '1.0')).err).toContain('--platform');
  });
});
