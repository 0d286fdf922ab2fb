import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { packageRoot } from '#lib/package-root.ts';
import { readConfig, secretOf } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'signalbox-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('settings from the environment', () => {
  test('nothing set: the embedded database in the clone, on the loopback', () => {
    expect(readConfig({ PATH: '/bin' })).toEqual({
      databaseUrl: null,
      dataDir: join(packageRoot(), '.data'),
      host: '127.0.0.1',
      port: 4600,
      publicUrl: null,
      logLevel: 'info',
      secret: null,
      keys: { given: [], file: join(packageRoot(), '.data', 'keys'), isMade: true },
      permitted: { addresses: ['loopback', 'private'], directories: 'any' },
      trustedProxies: [],
      provider: null,
      sessions: { idleHours: 72, longestHours: 336 },
    });
  });

  test.each([{ HOST: '0.0.0.0' }, { PUBLIC_URL: 'https://box.example.com' }, { HOST: '192.168.0.4', PUBLIC_URL: 'http://localhost:1' }])(
    'a server that others use reaches nothing private by itself: %j',
    (environment) => {
      expect(readConfig(environment).permitted).toEqual({ addresses: [], directories: [] });
    },
  );

  test('an empty variable counts as absent', () => {
    expect(readConfig({ DATABASE_URL: '', PORT: ' ', HOST: '' })).toEqual(readConfig({}));
  });

  test('everything set', () => {
    const secret = 'x'.repeat(32);
    expect(
      readConfig({
        DATABASE_URL: 'postgres://me@db/x',
        DATA_DIR: '/srv/box/',
        HOST: '::1',
        PORT: '0',
        PUBLIC_URL: 'https://box.example.com/releases/',
        LOG_LEVEL: 'debug',
        SIGNALBOX_SECRET: secret,
        SIGNALBOX_KEYS: `${Buffer.alloc(32, 1).toString('base64')}, ${Buffer.alloc(32, 2).toString('base64')}`,
        SIGNALBOX_KEY_FILE: '/srv/keys',
        ALLOW_PRIVATE_ADDRESSES: '10.0.0.0/8, git.corp.example',
        LOCAL_REPOSITORIES: '/srv/git',
        TRUSTED_PROXIES: 'loopback, 10.0.0.1',
      }),
    ).toEqual({
      databaseUrl: 'postgres://me@db/x',
      dataDir: '/srv/box',
      host: '::1',
      port: 0,
      publicUrl: 'https://box.example.com/releases',
      logLevel: 'debug',
      secret,
      keys: { given: [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')], file: '/srv/keys', isMade: false },
      permitted: { addresses: ['10.0.0.0/8', 'git.corp.example'], directories: ['/srv/git'] },
      trustedProxies: ['127.0.0.0/8', '::1', '10.0.0.1'],
      provider: null,
      sessions: { idleHours: 72, longestHours: 336 },
    });
  });

  test.each([
    [{ PORT: '70000' }, 'PORT is "70000": it should be a whole number from 0 (any free port) to 65535'],
    [{ PORT: '-1' }, 'PORT is "-1"'],
    [{ PORT: '4600.5' }, 'PORT is "4600.5"'],
    [{ HOST: 'http://x' }, 'HOST is "http://x": it should be an address or a host name'],
    [{ PUBLIC_URL: 'box.example.com' }, 'PUBLIC_URL is "box.example.com": it should look like https://'],
    [{ PUBLIC_URL: 'https://x.example/?a=1' }, 'PUBLIC_URL'],
    [{ ALLOW_PRIVATE_ADDRESSES: '10.0.0.0/33' }, 'ALLOW_PRIVATE_ADDRESSES is "10.0.0.0/33": it should be none, or a list of'],
    [{ LOCAL_REPOSITORIES: 'git' }, 'LOCAL_REPOSITORIES is "git": it should be any, none, or folders with their whole path'],
    [{ TRUSTED_PROXIES: 'proxy' }, 'TRUSTED_PROXIES is "proxy": it should be addresses or ranges'],
    [{ SIGNALBOX_KEYS: 'c2hvcnQ=' }, 'SIGNALBOX_KEYS: each key should be 32 bytes in base64'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL is "loud": it should be one of debug, info, warn, error, silent'],
    [{ PORT: 'x', LOG_LEVEL: 'y' }, 'LOG_LEVEL is "y"'],
  ])('%j is refused by name', (environment, message) => {
    expect(() => readConfig(environment)).toThrow(message);
  });

  test.each([[{ DATABASE_URL: 'mysql://me:hunter2@db/x' }], [{ DATABASE_URL: 'hunter2' }], [{ SIGNALBOX_SECRET: 'hunter2' }]])(
    'a refused secret is not repeated (%#)',
    (environment) => {
      expect(() => readConfig(environment)).toThrow(Object.keys(environment)[0]);
      expect(() => readConfig(environment)).not.toThrow('hunter2');
    },
  );
});

describe('the secret', () => {
  test('that is set is used', () => {
    expect(secretOf({ secret: 'given', dataDir: '/nowhere' })).toBe('given');
  });

  test('is made once, for its owner alone, and kept', () => {
    const dataDir = join(folder, 'new', 'data');
    const secret = secretOf({ secret: null, dataDir });
    expect(secret).toMatch(/^[\w-]{64}$/);
    expect(statSync(join(dataDir, 'secret')).mode & 0o777).toBe(0o600);
    expect(secretOf({ secret: null, dataDir })).toBe(secret);
  });

  test('that others may read is closed to them', () => {
    const file = join(folder, 'secret');
    writeFileSync(file, `${'y'.repeat(40)}\n`);
    chmodSync(file, 0o644);
    expect(secretOf({ secret: null, dataDir: folder })).toBe('y'.repeat(40));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('that was cut short is refused and left as it is', () => {
    const dataDir = mkdtempSync(join(folder, 'short-'));
    writeFileSync(join(dataDir, 'secret'), 'short');
    expect(() => secretOf({ secret: null, dataDir })).toThrow('is shorter than 32 characters. Remove the file');
    expect(readFileSync(join(dataDir, 'secret'), 'utf8')).toBe('short');
  });

  test('that cannot be made says which variables help', () => {
    writeFileSync(join(folder, 'a-file'), '');
    expect(() => secretOf({ secret: null, dataDir: join(folder, 'a-file', 'below') })).toThrow('Set SIGNALBOX_SECRET, or DATA_DIR');
  });
});
