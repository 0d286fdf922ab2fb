import { mkdtemp, stat, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addressOf, readSettings, settingsFile, writeSettings } from './settings.ts';

const place = async (): Promise<Record<string, string>> => ({ XDG_CONFIG_HOME: await mkdtemp(join(tmpdir(), 'signalbox-cli-')) });

describe('the kept connection', () => {
  test('can be read by its owner only', async () => {
    const environment = await place();
    const file = await writeSettings(environment, { url: 'http://127.0.0.1:4600', key: 'sbx_secret' });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readSettings(environment)).toEqual({ url: 'http://127.0.0.1:4600', key: 'sbx_secret' });
  });

  test('gives way to the environment, and its key is not sent to another server', async () => {
    const environment = await place();
    await writeSettings(environment, { url: 'http://127.0.0.1:4600', key: 'sbx_secret' });
    expect(await readSettings({ ...environment, SIGNALBOX_URL: 'https://other.example' })).toEqual({
      url: 'https://other.example',
      key: null,
    });
    expect(await readSettings({ ...environment, SIGNALBOX_URL: 'http://127.0.0.1:4600/' })).toEqual({
      url: 'http://127.0.0.1:4600',
      key: 'sbx_secret',
    });
    expect(await readSettings({ ...environment, SIGNALBOX_KEY: 'sbx_other' })).toEqual({ url: 'http://127.0.0.1:4600', key: 'sbx_other' });
  });

  test('is none where nothing was ever connected, and is refused by name when it was damaged', async () => {
    const environment = await place();
    expect(await readSettings(environment)).toBeNull();
    await mkdir(dirname(settingsFile(environment)), { recursive: true });
    await writeFile(settingsFile(environment), '{');
    await expect(readSettings(environment)).rejects.toThrow(/connection\.json is not what signalbox connect writes/);
  });

  test('takes an address with or without its protocol, and nothing else', () => {
    expect(addressOf('127.0.0.1:4600')).toBe('http://127.0.0.1:4600');
    expect(addressOf('https://signalbox.example.com/base/')).toBe('https://signalbox.example.com/base');
    for (const text of ['', 'ftp://example.com', 'http://', 'not an address'])
      expect(() => addressOf(text)).toThrow(/no address of a server/);
  });
});
