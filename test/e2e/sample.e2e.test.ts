/**
 * The sample, made and played once for all that is seen of it: its scenes, photographed at moments at which its clock stands; every page, walked at the busiest of them;
 * and what people do there, in a copy of its own.
 */
import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Locator, Page, PageScreenshotOptions } from 'playwright-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { createClient } from '#api/client.ts';
import type { Client } from '#api/client.ts';
import { packageRoot } from '#lib/package-root.ts';
import { chromiumLaunch } from '../setup/browser.ts';
import { administer, withDatabase } from '../setup/cluster.ts';
import { comparePicture } from '../setup/pictures.ts';
import { DESK, PHONE, VIEWS_WITHIN_MS, look, lookIn, newContext } from './browsing.ts';
import { walkEveryPage } from './every-page.ts';
import { walkPaths } from './paths.ts';
import { settled } from './settled.ts';
import type { Looking } from './browsing.ts';
import type { VariantName } from '../../src/sample/variants.ts';
import { SAMPLE, firstAdmin, sampleAt, startWorld } from './world.ts';
import type { Cookie, World } from './world.ts';

const MAKES_WITHIN_MS = 600_000;
const APP = SAMPLE;
const CONTROL_ROOM_AT = '2024-10-01T14:20';

let browser: Browser;

/** Where the story stands, and who looks: what every scene below is taken of. */
let world: World;
let cookies: readonly Cookie[] = [];
let client: Client;

/** A database that others may be copied from. Nothing may be connected to it then, so that it has no connection of ours. */
type Standing = { folder: string; database: string };

/** Where the stories part, for those that go otherwise: made once, and gone on from in copies. */
let parting: Standing;
let key = '';

const urlOf = (database: string): string => withDatabase(inject('testServer').adminUrl, database);

async function copyOf(original: string): Promise<string> {
  const { adminUrl, template } = inject('testServer');
  const name = `${template}_${randomBytes(6).toString('hex')}`;
  await administer(adminUrl, async (admin) => {
    await admin.query(`create database ${name} template ${original} strategy file_copy`);
  });
  return name;
}

async function drop(database: string): Promise<void> {
  await administer(inject('testServer').adminUrl, async (admin) => {
    await admin.query(`drop database if exists ${database} with (force)`);
  });
}

/** The story goes on otherwise from where it stands: the beats of this variant come next. */
async function goesOn(folder: string, variant: VariantName): Promise<void> {
  const file = join(folder, 'data', 'sample', APP, 'progress.json');
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), variant }));
}

/** Starts a world on a copy of what stands, by a variant that is the same so far, and plays it to a moment. */
async function from(standing: Standing, variant: VariantName, at: string): Promise<() => Promise<void>> {
  const database = await copyOf(standing.database);
  await goesOn(standing.folder, variant);
  world = await startWorld(urlOf(database), standing.folder);
  cookies = cookies.map((cookie) => ({ ...cookie, url: world.url }));
  client = createClient({ baseUrl: world.url, key });
  await sampleAt(client, at);
  return async () => {
    await world.stop();
    await drop(database);
  };
}

/** After a minute without a word of the server a page says that it is not live. */
const QUIET_MS = 90_000;

/** What the server has just written may reach a page a moment after it is drawn. */
const AGREES = { timeout: 10_000, interval: 500 };

/** The browsers that pictures of one world are taken in, one for each kind of machine: what a page has fetched the next has already. */
const browsers = new Map<string, BrowserContext>();

async function lookAmongOthers({ theme = 'dark', size = DESK, touch = false }: Looking): Promise<Page> {
  const kind = `${world.url} ${size.width} ${touch}`;
  const context = browsers.get(kind) ?? (await newContext(browser, { size, touch, cookies }));
  browsers.set(kind, context);
  const page = await lookIn(context);
  await page.emulateMedia({ colorScheme: theme });
  return page;
}

/** Seconds that pass for the viewer are told as none, so that a picture is the same a second later. */
async function picture(
  name: string,
  address: string,
  { isCutOff = false, ...looking }: Looking & { isCutOff?: boolean },
  before?: (page: Page) => Promise<void>,
): Promise<void> {
  // a clock is a whole browser's
  const page = isCutOff ? await look(browser, { cookies, ...looking }) : await lookAmongOthers(looking);
  if (isCutOff) {
    await page.clock.install();
    // with a stream of its own, which can be cut off
    await page.addInitScript('delete globalThis.SharedWorker');
    await page.route('**/stream*', (route) => route.abort());
  }
  await page.goto(`${world.url}${address}`);
  await settled(page);
  if (isCutOff) {
    await page.clock.fastForward(QUIET_MS);
    await page.getByText('Not live since').waitFor();
  }
  await before?.(page);
  await settled(page);
  const kept = join(packageRoot(), 'test', 'e2e', 'pictures', `${name}.png`);
  const masked = {
    mask: [page.locator('[data-live]')],
    maskColor: '#808080',
    animations: 'disabled',
    caret: 'hide',
  } satisfies PageScreenshotOptions;
  await expect.poll(async () => comparePicture(kept, await page.screenshot(masked)), AGREES).toBeNull();
  await (isCutOff ? page.context().close() : page.close());
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
  // how far the page under it was scrolled for the button hangs on when its last row came
  await page.evaluate('window.scrollTo(0, 0)');
}

beforeAll(async () => {
  const database = await copyOf(inject('testServer').template);
  world = await startWorld(urlOf(database));
  parting = { folder: world.folder, database };
  const admin = await firstAdmin(world);
  ({ key, cookies } = admin);
  client = createClient({ baseUrl: world.url, key });
  browser = await chromium.launch(chromiumLaunch());
  return async () => {
    await browser.close();
    await rm(parting.folder, { recursive: true, force: true });
    await drop(parting.database);
  };
}, MAKES_WITHIN_MS);

describe('before there is an app', () => {
  test('the line that is to be built', () => picture('first-run-dark', '/', { theme: 'dark' }));

  test(
    'one tries the sample from the first page, sees it being made, and stands in its room',
    async () => {
      const problems: string[] = [];
      const page = await look(browser, { cookies, problems });
      await page.goto(world.url);
      await page.getByRole('heading', { name: 'No app yet' }).waitFor();
      await page.getByRole('button', { name: 'Try with sample data' }).click();
      const progress = page.locator('section', { hasText: 'Look around first' }).locator('output');
      const expectText = async (locator: Locator, says: RegExp): Promise<void> => {
        await expect.poll(() => locator.innerText(), { timeout: VIEWS_WITHIN_MS }).toMatch(says);
      };
      await expectText(progress, /\w/);
      await page.waitForURL(`**/${APP}`, { timeout: MAKES_WITHIN_MS });
      await page.getByRole('table').first().waitFor();
      await settled(page);
      expect(await page.title()).toMatch(/\(sample\)/);
      await expectText(page.getByRole('main'), /iOS is held before submission/);
      expect(problems).toEqual([]);
      await page.context().close();
    },
    MAKES_WITHIN_MS,
  );
});

describe('the moment of the control room looks as it was kept', () => {
  // others go on from where it stands now
  beforeAll(() => () => world.end());

  test('the control room in the dark', () => picture('control-room-dark', '/music', { theme: 'dark' }));
  test('the control room in the light', () => picture('control-room-light', '/music', { theme: 'light' }));
  test('the control room without green', () => picture('control-room-deuteranopia', '/music', { theme: 'dark' }, deuteranopia));
  test('the inspector of a blocking bug', () => picture('inspector-dark', '/music/8.9.2/ios/no-blocking-bugs', { theme: 'dark' }));
  test('a track in the dark', () => picture('track-dark', '/music/8.9.2/android', { theme: 'dark' }));
  test('a track in the light', () => picture('track-light', '/music/8.9.2/android', { theme: 'light' }));
  test('the control room when the server is not heard', () => picture('not-live-dark', '/music', { theme: 'dark', isCutOff: true }));
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

  walkEveryPage(() => ({ url: world.url, browser, cookies }));
});

/** Each goes on from the moment above, by a variant of its own. */
describe.each<{
  what: string;
  variant: VariantName;
  at: string;
  picture: readonly [name: string, address: string, looking: Looking];
}>([
  {
    what: 'a rejected binary: iOS is back at stabilising',
    variant: 'rejected',
    at: '2024-10-02T06:30',
    picture: ['rejected-dark', '/music', { theme: 'dark' }],
  },
  {
    what: 'a night on which Android is halted, on a phone',
    variant: 'night',
    at: '2024-10-02T02:50',
    picture: ['phone-night-dark', '/music', { theme: 'dark', size: PHONE, touch: true }],
  },
  {
    what: 'a release that is canceled on iOS',
    variant: 'canceled',
    at: '2024-10-03T16:10',
    picture: ['canceled-dark', '/music', { theme: 'dark' }],
  },
])('$what', ({ variant, at, picture: [name, address, looking] }) => {
  beforeAll(() => from(parting, variant, at), MAKES_WITHIN_MS);

  test(`looks as it was kept: ${name}`, () => picture(name, address, looking));
});

describe('a hotfix of Android on its siding', () => {
  beforeAll(() => from(parting, 'hotfix', '2024-10-04T07:00'), MAKES_WITHIN_MS);

  test('before it, once every bug has a team, nobody is needed, and the room says when the robot acts next', async () => {
    const { items } = await client.getTriage({ params: { app: APP }, query: { tab: 'no-team' } });
    expect(items.length).toBeGreaterThan(0);
    for (const bug of items)
      await client.giveCommand({
        params: { app: APP, version: bug.release ?? '', platform: bug.platforms[0] ?? 'android' },
        body: { command: { do: 'assign-bug', bug: bug.key, team: 'player' } },
      });
    await picture('all-clear-dark', '/music', { theme: 'dark' });
  });

  test('looks as it was kept: hotfix-dark', async () => {
    await sampleAt(client, '2024-10-07T12:30');
    await picture('hotfix-dark', '/music', { theme: 'dark' });
  });
});

describe('what people do there', () => {
  walkPaths(async () => {
    const end = await from(parting, 'story', CONTROL_ROOM_AT);
    return { world, browser, key, cookies, end };
  });
});
