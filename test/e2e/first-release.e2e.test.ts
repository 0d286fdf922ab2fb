import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '#api/client.ts';
import { chromiumLaunch } from '../setup/browser.ts';
import { testDatabase } from '../setup/database.ts';
import { VIEWS_WITHIN_MS, expectAccessible as expectPageAccessible } from './browsing.ts';
import { makeRepository, startWorld } from './world.ts';
import type { World } from './world.ts';

/** A light process whose windows are always open, so that the test may run at any hour. */
const POLICY = `
app: tunes
timezone: Europe/Stockholm
platforms:
  android: { storefronts: [google-play], rollout: [1, 100] }
kinds:
  regular: { process: light }
windows: { submit: any, start: any, raise: any, finish: any }
teams:
  player: { owns: ["**"], channel: "#player", testing: manual }
`;

let world: World;
let browser: Browser;
let page: Page;
let key = '';
let repository: { path: string; head: string };
const problems: string[] = [];

beforeAll(async () => {
  const database = await testDatabase();
  world = await startWorld(database.url);
  repository = await makeRepository(world.folder);
  browser = await chromium.launch(chromiumLaunch());
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 }, colorScheme: 'dark', reducedMotion: 'reduce' });
  page = await context.newPage();
  page.setDefaultTimeout(VIEWS_WITHIN_MS);
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    // a refused command is an answer, and the browser prints it as an error
    if (message.type() === 'error' && !message.text().includes('status of 4')) problems.push(message.text());
  });
  return async () => {
    await browser.close();
    await world.stop();
    await database.close();
  };
}, 120_000);

/** No violation that axe knows, in both themes. */
const expectAccessible = (what: string): Promise<void> => expectPageAccessible(page, what);

const api = () => createClient({ baseUrl: world.url, key });
const cell = (row: string) => page.getByRole('link', { name: new RegExp(`^Android 1\\.1\\.0, ${row}: `) });

/** A link's name, once it says what is wanted. */
async function expectCell(row: string, says: RegExp): Promise<void> {
  await expect.poll(() => cell(row).getAttribute('aria-label'), { timeout: VIEWS_WITHIN_MS }).toMatch(says);
}

const dialog = () => page.getByRole('dialog');
const stage = async () => (await api().getTrack({ params: { app: 'tunes', version: '1.1.0', platform: 'android' } })).stage;

let sdk = { dsn: '', project: 0 };

/** Twelve people use the app for ten hours each, and each crashes in sign-up, as an SDK tells it. */
async function tellCrash(type: string): Promise<void> {
  const attrs = { release: 'io.example.tunes@1.1.0+110', environment: 'production' };
  const now = new Date().toISOString();
  const frames = [{ filename: 'app.txt', function: 'fillEmail', lineno: 2, in_app: true }];
  const exception = { values: [{ type, value: 'e-mail', mechanism: { handled: false }, stacktrace: { frames } }] };
  const items = Array.from({ length: 12 }, (_, n) => [
    { type: 'session' },
    { sid: `${type} ${n}`, did: `p${n}`, init: true, started: now, timestamp: now, status: 'exited', duration: 36_000, attrs },
    { type: 'event' },
    {
      event_id: `${type} ${n}`,
      timestamp: now,
      level: 'fatal',
      ...attrs,
      user: { id: `p${n}` },
      tags: { flow: 'signup', country: 'SE' },
      exception,
    },
  ]).flat();
  const sent = await fetch(`${world.url}/api/${sdk.project}/envelope/?sentry_key=${new URL(sdk.dsn).username}`, {
    method: 'POST',
    body: [{}, ...items].map((part) => JSON.stringify(part)).join('\n'),
  });
  expect(sent.status).toBe(200);
}

describe('the first release, from the set-up link to everyone', () => {
  test('before there is an admin the page says where the link is', async () => {
    await page.goto(world.url);
    await page.getByRole('heading', { name: 'No admin yet' }).waitFor();
    await expectAccessible('no admin yet');
  });

  test('the set-up link makes the first admin and says what is wrong with the form', async () => {
    await page.goto(world.setupLink);
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Become the first admin' }).click();
    await page.getByText('The password has 5 characters; it needs at least 15.').waitFor();
    await expectAccessible('set-up with errors');
    await page.getByLabel('Your name').fill('Maja Lind');
    await page.getByLabel('E-mail').fill('maja@example.com');
    await page.getByLabel('Password').fill('correct horse battery');
    await page.getByLabel(/Also make an API key/).check();
    await page.getByRole('button', { name: 'Become the first admin' }).click();
    key = /sbx_\S+/.exec(await page.locator('code').innerText())?.[0] ?? '';
    expect(key).not.toBe('');
    await page.getByRole('button', { name: 'I have kept it, go on' }).click();
  });

  test('the first run makes an app, connects the repository and imports its history', async () => {
    await page.getByRole('heading', { name: 'No app yet' }).waitFor();
    await expectAccessible('first run');
    await page.getByLabel('Name').fill('Tunes');
    expect(await page.getByLabel('Slug').inputValue()).toBe('tunes');
    await page.getByLabel('Platforms').fill('android');
    await page.getByRole('button', { name: 'Make the app' }).click();
    await page.waitForURL('**/tunes/set-up');
    await page.getByLabel('Repository').fill(join(world.folder, 'nothing-here'));
    await page.getByRole('button', { name: 'Connect the repository' }).click();
    await page
      .getByLabel('Repository')
      .or(page.getByRole('button', { name: 'Import the history' }))
      .waitFor();
    await expectAccessible('set-up of the app');
  });

  test('a repository and the sandbox are connected, and what was imported is shown', async () => {
    const client = api();
    // the wrong address of before may have been taken; it is replaced
    for (const connection of (await client.listConnections({ params: { app: 'tunes' } })).items)
      await client.removeConnection({ params: { app: 'tunes', connection: connection.id } });
    await page.reload();
    await page.getByLabel('Repository').fill(repository.path);
    await page.getByRole('button', { name: 'Connect the repository' }).click();
    await page.getByRole('button', { name: 'Import the history' }).click();
    await page.getByText(/Imported \d+ releases/).waitFor();
    await page.getByLabel('Address of the sandbox').fill(world.sandboxUrl);
    await page.getByRole('button', { name: 'Connect the sandbox' }).click();
    await page.getByText('The sandbox plays the storefronts.').waitFor();
    const { preview } = await client.previewPolicy({ params: { app: 'tunes' }, body: { text: POLICY } });
    await client.savePolicy({ params: { app: 'tunes' }, body: { text: POLICY, preview, why: 'our own process' } });
    await page.getByRole('link', { name: 'Control room' }).click();
    await cell('Release candidate').waitFor();
    await expectAccessible('control room');
  });

  test('builds and tests reported by CI change the cells without a reload', async () => {
    await page.evaluate('globalThis.isSamePage = true');
    world.cli(
      key,
      'report',
      'build',
      'tunes/1.1.0/android',
      '--number',
      '110',
      '--commit',
      repository.head,
      '--candidate',
      '1',
      '--branch',
      'release/1.1.0',
    );
    await expectCell('Release candidate', /Caution, No result yet.*Latest build is complete: Clear/);
    world.cli(key, 'report', 'test', 'tunes/1.1.0/android', '--build', '110', '--suite', 'unit', '--state', 'failed', '--failed', '2');
    await expectCell('Release candidate', /Stop.*failed/);
    await expectAccessible('control room with a stop');
    world.cli(key, 'report', 'test', 'tunes/1.1.0/android', '--build', '110', '--suite', 'unit', '--state', 'passed', '--passed', '120');
    await expectCell('Release candidate', /Clear/);
    expect(await page.evaluate('globalThis.isSamePage')).toBe(true);
  });

  test('a nominated bug holds until a person decides it in the inspector', async () => {
    world.cli(
      key,
      'report',
      'bug',
      'tunes',
      'TUN-7',
      '--title',
      'Queue forgets its order',
      '--versions',
      '1.1.0',
      '--team',
      'player',
      '--nominated',
    );
    await expectCell('Blocking bugs', /Caution/);
    await cell('Blocking bugs').click();
    await page.waitForURL('**/tunes/1.1.0/android/no-blocking-bugs');
    await expectAccessible('inspector of a bug');
    await page
      .getByRole('button', { name: /^Decide…/ })
      .first()
      .click();
    await dialog()
      .getByRole('radio', { name: /Not a blocker/ })
      .check();
    await dialog()
      .getByText(/What changes:.*hold/)
      .waitFor();
    await expectAccessible('dialog of a decision');
    await dialog()
      .getByLabel(/Reason/)
      .fill('Only after a restart, and the order comes back.');
    await dialog()
      .getByRole('button', { name: /Decide: not a blocker/ })
      .click();
    await expectCell('Blocking bugs', /Clear/);
    await page.keyboard.press('Escape');
    await page.waitForURL('**/tunes');
  });

  test('a team signs off', async () => {
    await cell('Team sign-offs').click();
    await page
      .getByRole('button', { name: /^Sign off…/ })
      .first()
      .click();
    await dialog()
      .getByRole('button', { name: /Sign off/ })
      .click();
    await expectCell('Team sign-offs', /Clear/);
    await page.keyboard.press('Escape');
  });

  test('the release is submitted, approved by the store, and rolls out to 1%', async () => {
    await page.getByRole('link', { name: /^Android next: / }).click();
    await page.getByRole('button', { name: /^Submit.*…$/ }).click();
    await expectAccessible('dialog of a step');
    await dialog()
      .getByRole('button', { name: /^Submit/ })
      .click();
    await expect.poll(stage, { timeout: VIEWS_WITHIN_MS }).toBe('in-review');
    await world.lever({ lever: 'approve', storefront: 'google-play', app: 'tunes', platform: 'android', version: '1.1.0' });
    await expect.poll(stage, { timeout: 40_000, interval: 500 }).toBe('rolling-out');
    await expect.poll(() => page.getByRole('main').innerText(), { timeout: VIEWS_WITHIN_MS }).toContain('1%');
    await expectAccessible('rolling out');
  });

  test('the rollout is halted by the keyboard alone', async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('1');
    await page.waitForURL('**/tunes/1.1.0/android');
    await page.keyboard.press('h');
    await dialog().waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+Enter');
    await expect.poll(stage, { timeout: 40_000, interval: 500 }).toBe('halted');
    await page
      .getByText(/^Halted/)
      .first()
      .waitFor();
    await expectAccessible('halted');
  });

  test('resuming is an act of its own', async () => {
    await page.getByRole('button', { name: 'Resume…' }).first().click();
    await dialog().getByRole('button', { name: 'It was a false alarm' }).click();
    await dialog()
      .getByRole('button', { name: /Resume the rollout/ })
      .click();
    await expect.poll(stage, { timeout: 40_000, interval: 500 }).toBe('rolling-out');
  });

  test('a waiver with a reason lets it go to everyone, and never paints its cell green', async () => {
    // what only time turns green has no row in the frame, and an address of its own
    const { cells } = await api().getTrack({ params: { app: 'tunes', version: '1.1.0', platform: 'android' } });
    await page.goto(`${world.url}/tunes/1.1.0/android/${cells.find(({ kind }) => kind === 'soaked')?.instance ?? ''}`);
    await page.locator('[data-inspector]').waitFor();
    await page.keyboard.press('w');
    await dialog().getByRole('radio', { name: 'Known, accepted' }).check();
    await dialog()
      .getByLabel(/Reason/)
      .fill('too short');
    await dialog()
      .getByRole('button', { name: /^Waive/ })
      .click();
    await dialog().getByText('The reason needs at least 20 characters; it has 9.').waitFor();
    await expectAccessible('dialog of a waiver');
    await dialog()
      .getByLabel(/Reason/)
      .fill('Nothing can break in a test that takes a minute.');
    await dialog()
      .getByRole('button', { name: /^Waive/ })
      .click();
    await expect.poll(stage, { timeout: 40_000, interval: 500 }).toBe('released');
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expectAccessible('released');
  });

  test('a crash that an SDK tells becomes a crash group with its owner and a ticket, found and opened by keys', async () => {
    sdk = await api().createDsn({ params: { app: 'tunes' }, body: { platform: 'android', name: 'the app' } });
    await tellCrash('IndexOutOfBounds');
    await page.goto(`${world.url}/tunes/health/groups`);
    const row = page.getByRole('row', { name: /IndexOutOfBounds: e-mail/ });
    await row.getByRole('link', { name: 'TUNES-1' }).waitFor();
    expect(await row.innerText()).toMatch(/S1[\s\S]*12[\s\S]*Player/);
    await expectAccessible('crash groups');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 2, name: 'IndexOutOfBounds: e-mail' }).waitFor();
    await page.getByText('whose code it is').waitFor();
    await page.getByRole('button', { name: 'As a table' }).click();
    await page.getByRole('row', { name: /12 12$/ }).waitFor();
    await expectAccessible('a crash group');
    await page.getByRole('button', { name: 'Worth no ticket…' }).click();
    await page.getByLabel('Reason').fill('an emulator farm');
    await page.getByRole('button', { name: 'Decide: worth no ticket' }).click();
    await page.getByText(/Maja Lind decided that .* is worth no ticket: an emulator farm/).waitFor();
  });

  test('tickets that the tracker does not take are listed with why, tried again one by one and all at once, until none is left', async () => {
    const notice = page.getByRole('region', { name: 'Tickets that are not filed' });
    const row = (crash: string) => page.getByRole('row', { name: new RegExp(`${crash}: e-mail`) });
    const noticed = async (says: RegExp): Promise<void> => {
      await expect.poll(() => notice.innerText(), { timeout: VIEWS_WITHIN_MS }).toMatch(says);
    };
    const goesWrong = (what: string) => world.lever({ lever: 'fault', on: 'tracker', calls: 'writes', what, times: 100 });
    await goesWrong('key-expired');
    await tellCrash('NullPointer');
    await tellCrash('StackOverflow');
    await page.goto(`${world.url}/tunes/health/groups`);
    await noticed(/^The tracker refused 2 tickets\. Show what was refused/);
    await notice.getByRole('link', { name: 'Show what was refused' }).click();
    await page.waitForURL('**/groups?ticket=refused');
    await expect.poll(() => page.getByRole('row').count(), { timeout: VIEWS_WITHIN_MS }).toBe(3);
    expect(await row('NullPointer').innerText()).toMatch(/refused\s+.*key/);
    expect(await notice.getByRole('link').count()).toBe(0);
    await expectPageAccessible(page, 'refused tickets', { themes: ['light'] });

    // one, when what was wrong is mended
    await world.lever({ lever: 'clear-faults' });
    await row('NullPointer')
      .getByRole('link', { name: /NullPointer/ })
      .click();
    await page.getByText('What to do: ').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'TUNES-2' }).waitFor();

    // all that are left, of which the tracker now says nothing
    await goesWrong('error-before');
    await page.goto(`${world.url}/tunes/health/groups`);
    await noticed(/^The tracker refused 1 ticket\./);
    await notice.getByRole('button', { name: 'Try all again' }).click();
    await noticed(/^1 ticket waits to be filed\. Show what waits/);
    await notice.getByRole('link', { name: 'Show what waits' }).click();
    await page.waitForURL('**/groups?ticket=waiting');
    await expect.poll(() => row('StackOverflow').innerText(), { timeout: VIEWS_WITHIN_MS }).toMatch(/waiting\s+next try/);
    await world.lever({ lever: 'clear-faults' });
    await notice.getByRole('button', { name: 'Try all again' }).click();
    await notice.waitFor({ state: 'detached' });
    await page.getByText('No crash group fits the filter.').waitFor();
    await page.getByLabel('Ticket').selectOption({ label: 'Open ticket' });
    await row('StackOverflow').getByRole('link', { name: 'TUNES-3' }).waitFor();
  });

  test('the journal holds', () => {
    expect(world.cli(key, 'audit', 'verify')).toMatch(/hold|ok|in order/i);
  });

  test('on a phone the tracks are cards, and nothing is wider than the screen', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.goto(`${world.url}/tunes`);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    await expectAccessible('phone');
    // 1.1.0 is out and only watched: the card is that of the release on main
    await page
      .getByRole('region', { name: /^Android / })
      .first()
      .getByRole('link')
      .first()
      .click();
    await page.getByRole('heading', { level: 1, name: /Android/ }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    await page.setViewportSize({ width: 1600, height: 1000 });
  });

  test('nothing went wrong in the page meanwhile', () => {
    expect(problems).toEqual([]);
  });
});
