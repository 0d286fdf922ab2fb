import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { createClient } from '#api/client.ts';
import { chromiumLaunch } from '../setup/browser.ts';
import { testDatabase } from '../setup/database.ts';
import { firstAdmin, makeRepository, startWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  const database = await testDatabase();
  world = await startWorld(database.url);
  const { key, cookies } = await firstAdmin(world);
  const client = createClient({ baseUrl: world.url, key });
  await client.createApp({ body: { id: 'tunes', name: 'Tunes', platforms: ['android'] } });
  const { path } = await makeRepository(world.folder);
  await client.addConnection({ params: { app: 'tunes' }, body: { integration: 'git', settings: { repo: path } } });
  await client.importHistory({ params: { app: 'tunes' } });
  browser = await chromium.launch(chromiumLaunch());
  context = await browser.newContext({ viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
  await context.addCookies(cookies);
  page = await context.newPage();
  return async () => {
    await browser.close();
    await world.stop();
    await database.close();
  };
}, 120_000);

/** Runs in the page: whether the app's room and a session are kept. */
const IS_KEPT = `caches.match('/kept/room/tunes').then(async (room) => room !== undefined && (await caches.match('/kept/session')) !== undefined)`;

test('without a line the last room is still there to read, says its age, and goes on when the line is back', async () => {
  await page.goto(`${world.url}/tunes`);
  const heading = await page.getByRole('heading', { level: 1 }).textContent();
  await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
  await expect.poll(() => page.evaluate(IS_KEPT), { timeout: 15_000 }).toBe(true);
  // the assets of this page came before there was a worker to keep them
  await page.reload();
  await page.getByRole('heading', { level: 1 }).waitFor();

  // the shell that all pages share has nothing in it of who read one
  const shell = await page.evaluate<string>(`caches.match('/kept/shell').then((kept) => kept.text())`);
  expect(shell).toContain('id="root"');
  expect(shell).not.toContain('application/json');

  // the server itself: to be offline is feigned for pages alone, and not for the worker that they share
  await world.stopServer();
  await page.reload();
  await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent(), { timeout: 15_000 }).toBe(heading);
  await page
    .getByText(/^(?:Reconnecting|Not live)/)
    .first()
    .waitFor({ timeout: 90_000 });

  await world.startServer();
  await page.reload();
  await page.getByText(/^Live/).first().waitFor();
});

test('who signs out leaves nothing to read', async () => {
  await page.getByRole('button', { name: /signing out$/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL(/\/sign-in/);
  await expect.poll(() => page.evaluate(`caches.match('/kept/room/tunes').then((room) => room === undefined)`)).toBe(true);
});
