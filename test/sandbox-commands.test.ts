/** `signalbox sandbox …` against a real sandbox: what a person at a terminal does and sees. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sandboxCommand } from '#cli/commands/sandbox.ts';
import { serveSandbox } from '#integrations/sandbox/server.ts';
import type { ServedSandbox } from '#integrations/sandbox/server.ts';
import { sandbox } from '#integrations/sandbox/index.ts';
import { toolsFor } from '#integrations/sandbox/harness.ts';

let served: ServedSandbox;
beforeAll(async () => {
  served = await serveSandbox({ port: 0, file: null });
});
afterAll(() => served.stop());
beforeEach(async () => {
  await command('reset', '--yes');
});

type Heard = { out: string; err: string; code: number | null };

/** Runs `signalbox sandbox …` and hears what it says; --url is added unless it is there. */
async function command(...words: string[]): Promise<Heard> {
  const heard: Heard = { out: '', err: '', code: null };
  const io = {
    out: (line: string) => void (heard.out += `${line}\n`),
    err: (line: string) => void (heard.err += `${line}\n`),
    exit: (code: number) => void (heard.code = code),
    isTty: false,
  };
  const args = words[0] === 'serve' || words.includes('--url') ? words : [...words, '--url', served.url];
  try {
    await sandboxCommand(io, { serve: serveSandbox, untilStopped: async () => {} }).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    heard.code = error.exitCode;
  }
  return heard;
}

async function submit(version: string, build: string): Promise<void> {
  const storefront = sandbox.provides.storefront?.(sandbox.settings.parse({ url: served.url }), toolsFor(fetch), 'google-play');
  await storefront?.ensureSubmission({ app: 'music', platform: 'android', version, build, percent: 1, actionKey: `submit-${version}` });
}

describe('levers on storefronts', () => {
  test('a submission is approved, raised by hand, and shown', async () => {
    await submit('8.9.2', '1047');
    expect(await command('approve', 'music/8.9.2/android')).toEqual({ out: '8.9.2 is approved and live at 1%\n', err: '', code: 0 });
    expect((await command('console', 'music/android', '--do', 'raise', '--percent', '20', '--who', 'Ada')).out).toBe(
      'Ada did it by hand: 8.9.2 is rolling-out at 20%\n',
    );
    const { out } = await command('state');
    expect(out).toMatch(/google-play +music\/android +8\.9\.2 +1047 +rolling-out +20 +submit-8\.9\.2/);
  });

  test('a rejection names its kind and reason', async () => {
    await submit('8.9.2', '1047');
    expect(await command('reject', 'music/android', '--kind', 'metadata', '--why', 'no test account')).toMatchObject({ code: 0 });
    expect(JSON.parse((await command('state', '--json')).out)).toMatchObject({
      listings: [{ releases: [{ state: 'rejected', rejection: { kind: 'metadata', why: 'no test account' } }] }],
    });
  });

  test('what the rules of the sandbox refuse ends with 3 and says what would help', async () => {
    await submit('8.9.2', '1047');
    await command('approve', 'music/android');
    expect(await command('advance', 'music/android')).toEqual({
      out: '',
      err: 'google-play takes no phases by itself; use the console lever: raise\n',
      code: 3,
    });
  });

  test('where several storefronts could be meant one must be named', async () => {
    expect(await command('approve', 'music/android')).toMatchObject({
      code: 2,
      err: expect.stringContaining('in no storefront yet') as string,
    });
    await submit('8.9.2', '1047');
    await command('console', 'music/8.9.2/android', '--storefront', 'update-feed', '--do', 'submit', '--build', 'b');
    expect(await command('approve', 'music/android')).toMatchObject({
      code: 2,
      err: expect.stringContaining('google-play, update-feed') as string,
    });
    expect(await command('approve', 'music/android', '--storefront', 'google-play')).toMatchObject({ code: 0 });
  });

  test('a listing takes its settings', async () => {
    expect(
      await command(
        'listing',
        'music/ios',
        '--storefront',
        'app-store-connect',
        '--review-after',
        '30',
        '--publishing',
        'managed',
        '--first-release',
        'full',
      ),
    ).toMatchObject({ code: 0 });
    expect(JSON.parse((await command('state', '--json')).out)).toMatchObject({
      listings: [{ reviewAfterMinutes: 30, managedPublishing: true, firstReleaseMustBeFull: true }],
    });
  });
});

describe('the world', () => {
  test('a fault is set, shown and cleared', async () => {
    expect((await command('fault', 'lie', '--on', 'google-play', '--times', '3')).out).toBe(
      'the next 3 calls (writes) on google-play: lie\n',
    );
    expect((await command('state')).out).toContain('Fault: lie for 3 writes on google-play');
    await command('fault', 'clear');
    expect((await command('state')).out).not.toContain('Fault');
  });

  test('the clock is set, advanced and read', async () => {
    await command('clock', '--set', '2024-10-01T14:20:00+02:00');
    expect((await command('clock')).out).toBe('it is 2024-10-01T12:20:00.000Z, and the clock stands\n');
    expect((await command('clock', '--advance', '1.5h')).out).toBe('it is 2024-10-01T13:50:00.000Z\n');
    expect(await command('clock', '--set', 'tomorrow')).toMatchObject({ code: 2 });
    expect(await command('clock', '--advance', 'soon')).toMatchObject({ code: 2 });
  });

  test('it is not emptied by mistake', async () => {
    await submit('8.9.2', '1047');
    expect(await command('reset')).toMatchObject({ code: 2 });
    expect((await command('state')).out).toContain('8.9.2');
  });

  test('reviews end by themselves when they are told to', async () => {
    await command('reviews', '0');
    await submit('8.9.2', '1047');
    expect((await command('state')).out).toContain('rolling-out');
    expect(await command('reviews', 'soon')).toMatchObject({ code: 2 });
  });
});

describe('tracker, CI and chat', () => {
  test('a bug is filed, fixed, verified and closed', async () => {
    expect(
      (
        await command(
          'bugs',
          'file',
          'music',
          '--title',
          'Playback stops',
          '--seen-in',
          '8.9.2',
          '--seen-on',
          'ios',
          '--severity',
          'critical',
          '--nominate',
        )
      ).out,
    ).toBe('bug MUSIC-1 is open\n');
    await command('bugs', 'change', 'music', 'MUSIC-1', '--fixed-by', 'a1b2c3d4', '--verified-on', '1049', '--team', 'player');
    await command('bugs', 'close', 'music', 'MUSIC-1');
    expect((await command('bugs', 'list', 'music')).out).toMatch(
      /music +MUSIC-1 +closed +critical +player +8\.9\.2 +a1b2c3d4 +1049 +Playback stops/,
    );
    expect(await command('bugs', 'close', 'music', 'MUSIC-9')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no bug MUSIC-9') as string,
    });
  });

  test('a build starts, is tested, ends and is handed out', async () => {
    expect((await command('builds', 'start', 'music/8.9.2/android', '--commit', 'a1b2c3d4e5')).out).toBe(
      'build android/8.9.2/1001 is building\n',
    );
    expect((await command('builds', 'finish', 'music/8.9.2/android', '1001')).out).toBe('build android/8.9.2/1001 is succeeded\n');
    expect(await command('builds', 'test', 'music/8.9.2/android', '1001', 'smoke', 'passed')).toMatchObject({ code: 0 });
    expect(await command('builds', 'distribute', 'music/8.9.2/android', '1001', 'beta', 'delivered')).toMatchObject({ code: 0 });
    expect((await command('builds', 'list')).out).toMatch(/android +8\.9\.2 +1001 +release-candidate +succeeded/);
    expect(await command('builds', 'start', 'music/android', '--commit', 'a1b2c3d4e5')).toMatchObject({ code: 2 });
    expect(await command('builds', 'start', 'music/8.9.2/android', '--commit', 'HEAD')).toMatchObject({
      code: 2,
      err: expect.stringContaining('a commit id') as string,
    });
  });

  test('a check is opened and fails', async () => {
    await command('checks', 'open', 'music/8.9.2/android', '--title', 'Client reporting', '--due', '2024-10-02T08:00:00Z');
    await command('checks', 'set', 'music', 'MUSIC-C1', 'failed');
    expect((await command('checks', 'list', 'music')).out).toMatch(/MUSIC-C1 +failed +android +8\.9\.2/);
  });

  test('messages and writes are listed', async () => {
    const chat = sandbox.provides.chat?.(sandbox.settings.parse({ url: served.url }), toolsFor(fetch));
    await chat?.ensureMessage({ app: 'music', channel: 'on-call', key: 'k', text: '8.9.2 is halted', urgent: true });
    expect((await command('messages', 'music')).out).toMatch(/music +on-call +! +8\.9\.2 is halted/);
    expect((await command('messages', 'other')).out).toContain('(nothing)');
    expect((await command('writes')).out).toMatch(/chat +post +music +done +k/);
  });
});

describe('serving and reaching', () => {
  test('where no sandbox answers it ends with 4 and says how to start one', async () => {
    const gone = await serveSandbox({ port: 0, file: null });
    await gone.stop();
    expect(await command('state', '--url', gone.url)).toMatchObject({
      code: 4,
      err: expect.stringContaining('signalbox sandbox serve') as string,
    });
  });

  test('it serves until it is stopped, and says where', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    const file = join(folder, 'world.json');
    expect(await command('serve', '--port', '0', '--file', file)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Sandbox at http:\/\/127\.0\.0\.1:\d+, kept in /) as string,
    });
    rmSync(folder, { recursive: true });
  });

  test('a port that is none is a wrong call, one that is taken cannot be served', async () => {
    expect(await command('serve', '--port', '70000')).toMatchObject({ code: 2 });
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    expect(await command('serve', '--port', new URL(served.url).port, '--file', join(folder, 'w.json'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('is taken') as string,
    });
    rmSync(folder, { recursive: true });
  });
});
