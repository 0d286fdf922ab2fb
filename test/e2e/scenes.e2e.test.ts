/** The scenes of the sample's story, photographed at moments at which its clock stands. */
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '#api/client.ts';
import { packageRoot } from '#lib/package-root.ts';
import { chromiumLaunch } from '../setup/browser.ts';
import { testDatabase } from '../setup/database.ts';
import { comparePicture } from '../setup/pictures.ts';
import { PHONE, look } from './browsing.ts';
import { settled } from './settled.ts';
import type { Looking } from './browsing.ts';
import { firstAdmin, sampleAt, startWorld } from './world.ts';
import type { Cookie, World } from './world.ts';

const MAKES_WITHIN_MS = 600_000;

let world: World;
let browser: Browser;
let cookies: readonly Cookie[] = [];
let key = '';

beforeAll(async () => {
  const database = await testDatabase();
  world = await startWorld(database.url);
  ({ key, cookies } = await firstAdmin(world));
  browser = await chromium.launch(chromiumLaunch());
  return async () => {
    await browser.close();
    await world.stop();
    await database.close();
  };
}, MAKES_WITHIN_MS);

/** Seconds that pass for the viewer are told as none, so that a picture is the same a second later. */
async function picture(name: string, address: string, looking: Looking, before?: (page: Page) => Promise<void>): Promise<void> {
  const page = await look(browser, { cookies, ...looking });
  await page.goto(`${world.url}${address}`);
  await settled(page);
  await before?.(page);
  await settled(page);
  const taken = await page.screenshot({ mask: [page.locator('[data-live]')], maskColor: '#808080', animations: 'disabled', caret: 'hide' });
  expect(comparePicture(join(packageRoot(), 'test', 'e2e', 'pictures', `${name}.png`), taken)).toBeNull();
  await page.context().close();
}

/** As eyes see it that lack the cones for green. */
async function deuteranopia(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Emulation.setEmulatedVisionDeficiency', { type: 'deuteranopia' });
}

async function openWaiver(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Waive…/ })
    .first()
    .click();
  await page.getByRole('dialog').getByRole('radio', { name: 'Known, accepted' }).check();
}

describe('before there is an app', () => {
  test('the line that is to be built', () => picture('first-run-dark', '/', { theme: 'dark' }));
});

describe('the scenes of the sample look as they were kept', () => {
  beforeAll(() => sampleAt(createClient({ baseUrl: world.url, key }), '2024-10-01T14:20'), MAKES_WITHIN_MS);

  test('the control room in the dark', () => picture('control-room-dark', '/music', { theme: 'dark' }));
  test('the control room in the light', () => picture('control-room-light', '/music', { theme: 'light' }));
  test('the control room without green', () => picture('control-room-deuteranopia', '/music', { theme: 'dark' }, deuteranopia));
  test('the inspector of a blocking bug', () => picture('inspector-dark', '/music/8.9.2/ios/no-blocking-bugs', { theme: 'dark' }));
  test('a track in the dark', () => picture('track-dark', '/music/8.9.2/android', { theme: 'dark' }));
  test('triage in the dark', () => picture('triage-dark', '/music/bugs/PLAY-4412', { theme: 'dark' }));
  test('triage in the light', () => picture('triage-light', '/music/bugs/PLAY-4412', { theme: 'light' }));
  test('the room on a phone by day', () => picture('phone-room-light', '/music', { theme: 'light', size: PHONE, touch: true }));
  test('the dialog of a waiver in the light', () =>
    picture('waiver-light', '/music/8.9.2/android/anr-rate', { theme: 'light' }, openWaiver));

  test('a cell that changed is seen', async () => {
    const page = await look(browser, { cookies });
    await page.goto(`${world.url}/music`);
    await settled(page);
    await page.evaluate(`(() => {
      const rows = document.querySelectorAll('[data-address$="no-blocking-bugs"]');
      for (const row of rows) { row.style.background = '#8a1f1f'; row.textContent = '3 open'; }
    })()`);
    const taken = await page.screenshot({ mask: [page.locator('[data-live]')], maskColor: '#808080', animations: 'disabled' });
    const wasKeeping = process.env['UPDATE_PICTURES'];
    delete process.env['UPDATE_PICTURES'];
    expect(comparePicture(join(packageRoot(), 'test', 'e2e', 'pictures', 'control-room-dark.png'), taken)).toMatch(/differs in/);
    if (wasKeeping !== undefined) process.env['UPDATE_PICTURES'] = wasKeeping;
    await page.context().close();
  });
});
